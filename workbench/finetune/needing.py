"""Which adapters cannot be used any more when a model is gone; asked before it is deleted."""

from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.finetune.types import Adapter
from workbench.llm.in_words import size_in_words
from workbench.llm.model_files import files_of
from workbench.llm.types import ModelRef


def adapters_needing(model: ModelRef, adapters: Sequence[Adapter], known_hash: Callable[[Path], str]) -> list[str]:
    """Names of the adapters that were trained on this file. `known_hash`: its SHA-256, "" when it is not known."""
    hashes = {known for path in files_of(model) if (known := known_hash(path))}
    return [a.name for a in adapters if a.base_path == model.path or a.base_hash in hashes]


def delete_question(model: ModelRef, adapters: Sequence[str]) -> str:
    """Asked before files are gone for good; names the adapters that need the model."""
    what = Path(model.path).name if model.parts == 1 else f"the {model.parts} files of {model.name}"
    question = f"Delete {what} ({size_in_words(model.size_bytes)}) from the disk for good?"
    if not adapters:
        return question
    names = ", ".join(f"“{name}”" for name in adapters[:4]) + (" and others" if len(adapters) > 4 else "")
    needs = "The adapter {} needs" if len(adapters) == 1 else "The adapters {} need"
    return f"{question} {needs.format(names)} it as base and cannot be used without it."
