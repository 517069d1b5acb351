"""An arm and its questions in words. No Qt."""

from pathlib import Path

from workbench.compare.arm_types import ArmResult
from workbench.llm.in_words import adapter_in_words


def describe_made_of(result: ArmResult) -> str:
    adapter = adapter_in_words(result.adapter, result.adapter_scale)
    return " + ".join(part for part in (result.model, adapter, result.collection) if part)


def short_name(path: str) -> str:
    """The file's name; of a data set's rows file, which is named after its content, the first letters."""
    name = Path(path).name
    return name if len(name) <= 40 else f"{name[:8]}…{Path(path).suffix}"
