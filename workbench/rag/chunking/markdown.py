"""Headings, tables and fenced code of Markdown, as marks."""

import re
from collections.abc import Iterator

from workbench.rag.types import MarkKind, PageMark

HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"^\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?)?\s*$")


def markdown_marks(text: str) -> tuple[PageMark, ...]:
    """The marks in their order. Headings inside of code are none."""
    return tuple(_Reader().read(text))


class _Reader:
    """One pass over the lines."""

    def __init__(self) -> None:
        self._fence = ""
        self._code_from = 0
        self._table_from = -1
        self._header_end = 0
        self._before = (0, "")

    def read(self, text: str) -> Iterator[PageMark]:
        offset = 0
        for line in text.split("\n"):
            yield from self._take(offset, line)
            self._before = (offset, line)
            offset += len(line) + 1
        if self._fence:
            yield PageMark(kind=MarkKind.CODE, start=self._code_from, end=len(text))
        yield from self._end_table(len(text))

    def _take(self, offset: int, line: str) -> Iterator[PageMark]:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence[1].startswith(self._fence) and not line.strip().strip(self._fence[0]):
                self._fence = ""
                yield PageMark(kind=MarkKind.CODE, start=self._code_from, end=offset + len(line))
            return
        if self._table_from >= 0:
            if "|" in line:
                return
            yield from self._end_table(offset - 1)
        if fence:
            self._fence, self._code_from = fence[1], offset
        elif found := HEADING.match(line):
            yield PageMark(kind=MarkKind.HEADING, start=offset, end=offset + len(line), level=len(found[1]))
        elif "|" in line and "|" in self._before[1] and _RULE.match(line):
            self._table_from, self._header_end = self._before[0], offset + len(line)

    def _end_table(self, end: int) -> Iterator[PageMark]:
        if self._table_from >= 0:
            yield PageMark(kind=MarkKind.TABLE, start=self._table_from, end=end, header_end=self._header_end)
            self._table_from = -1
