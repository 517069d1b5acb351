"""Blocks: the small part of Markdown that the documents use."""

import re
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    points: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block: TypeAlias = Heading | Paragraph | Points | Table | PageBreak


def parse_blocks(text: str) -> list[Block]:
    return [_parse_block(part.strip()) for part in re.split(r"\n\s*\n", text.strip())]


def _parse_block(part: str) -> Block:
    lines = part.splitlines()
    if part == "---":
        return PageBreak()
    if heading := re.fullmatch(r"(#{1,3}) (.+)", part):
        return Heading(len(heading[1]), heading[2])
    if all(line.startswith("- ") for line in lines):
        return Points(tuple(line[2:] for line in lines), numbered=False)
    if all(re.match(r"\d+\. ", line) for line in lines):
        return Points(tuple(line.split(". ", 1)[1] for line in lines), numbered=True)
    if all(line.startswith("|") for line in lines):
        head, _, *rows = (tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
        return Table(head, tuple(rows))
    return Paragraph(" ".join(lines))
