"""What is written by hand: the fact sheet, and documents in Markdown with names of facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

FACT = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")

Facts: TypeAlias = Mapping[str, str]


class SampleError(Exception):
    """Something written by hand does not fit together."""


def load_facts(path: Path) -> dict[str, str]:
    """The fact sheet, flat: `alder.warranty` -> `3 years`."""
    sheet = yaml.safe_load(path.read_text("utf-8"))
    return {f"{thing}.{attribute}": str(value) for thing, facts in sheet.items() for attribute, value in facts.items()}


def fill(text: str, facts: Facts) -> str:
    if unknown := sorted({name for name in FACT.findall(text) if name not in facts}):
        raise SampleError(f"facts.yaml does not have {', '.join(unknown)}")
    return FACT.sub(lambda match: facts[match[1]], text)


@dataclass(frozen=True, slots=True)
class Written:
    """One document as it was written: its file name when built, and its Markdown with names of facts."""

    name: str
    text: str

    @property
    def title(self) -> str:
        return self.text.split("\n", 1)[0].removeprefix("# ")

    @property
    def facts(self) -> set[str]:
        return set(FACT.findall(self.text))


def read_written(folder: Path) -> list[Written]:
    return [Written(_built_name(path), path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))]


def _built_name(path: Path) -> str:
    return path.stem if Path(path.stem).suffix else path.name
