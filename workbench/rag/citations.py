"""Marks [n] of an answer and the places they point to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.rag.answer_types import Citation
from workbench.rag.search_types import Hit

MARK = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
"""[1], [1, 3]; the numbers are group 1."""


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    text_without_marks: str
    citations: tuple[Citation, ...]
    """Each cited passage once, in the order of the marks."""
    dangling: tuple[int, ...]
    """Numbers of marks that point to no passage."""


def parse(answer_text: str, used_hits: Sequence[Hit]) -> ParsedAnswer:
    """Marks resolved against the passages that the model saw; [n] is `used_hits[n - 1]`."""
    numbers = list(dict.fromkeys(number for mark in MARK.finditer(answer_text) for number in mark_numbers(mark[1])))
    citations = [_citation(number, used_hits[number - 1]) for number in numbers if 1 <= number <= len(used_hits)]
    dangling = [number for number in numbers if not 1 <= number <= len(used_hits)]
    return ParsedAnswer(without_marks(answer_text), tuple(citations), tuple(dangling))


def mark_numbers(inside: str) -> list[int]:
    """[1, 3] of "1, 3"."""
    return [int(number) for number in re.split(r"\s*[,;]\s*", inside)]


def without_marks(text: str) -> str:
    """The answer as a reader without sources would write it."""
    return re.sub(r"[ \t]*" + MARK.pattern, "", text).strip()


def _citation(number: int, hit: Hit) -> Citation:
    return Citation(
        number=number,
        collection=hit.collection,
        document=hit.document,
        page=hit.page,
        start=hit.start,
        end=hit.end,
        text=hit.text,
    )
