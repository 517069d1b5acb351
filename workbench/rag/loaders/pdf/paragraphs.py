"""Lines into the text of a page: paragraphs in one line each, tables row by row, every letter with its place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from workbench.rag.loaders.pdf.columns import Lines
from workbench.rag.loaders.pdf.geometry import Box, around
from workbench.rag.loaders.pdf.letters import Word
from workbench.rag.loaders.pdf.segments import Line, is_rtl, pitch_of
from workbench.rag.loaders.pdf.tables import Table

CELL_GAP = " | "
_BULLET = re.compile(r"[•◦▪‣●○■□–—*·-]($|\s)|\(?\d{1,3}[.)](\s|$)|\(?[a-zA-Z][.)](\s|$)|\d+(\.\d+)+\.?(\s|$)")
_MADE_UP = -1
_SHORTEST_LINE = 12
"""Of a line in a paragraph, in letters; the narrowest columns of CJK text."""


class BlockKind(StrEnum):
    TEXT = "text"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table or code in the text of a page, from `start` to `end`."""

    kind: BlockKind
    start: int
    end: int
    box: Box
    size: float
    is_bold: bool = False
    lines: int = 1
    header_end: int = 0
    """Where the rows of a table end that name its columns; 0 without such."""


@dataclass
class PageWriter:
    """Collects the text of a page."""

    letters: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def put(self, text: str) -> None:
        """Something that does not stand on the page."""
        self.letters += text
        self.places += [_MADE_UP] * len(text)

    def put_words(self, words: Sequence[Word]) -> None:
        for number, word in enumerate(words):
            if number:
                self.put(" ")
            self.letters += word.letters
            self.places += word.places

    def begin_block(self) -> int:
        """Parts it from the block before, and tells where it starts."""
        if self.letters:
            self.put("\n\n" if self.blocks else "\n")
        return len(self.letters)

    @property
    def length(self) -> int:
        return len(self.letters)


def write_lines(page: PageWriter, part: Lines) -> None:
    """Paragraphs of one column."""
    pitch, tolerance = pitch_of(part.lines), _tolerance(part.lines)
    group: list[Line] = []
    for line in part.lines:
        if group and _begins_block(group[-1], line, pitch, tolerance):
            _write_paragraph(page, group, part)
            group = []
        group.append(line)
    _write_paragraph(page, group, part)


def _tolerance(lines: Sequence[Line]) -> float:
    """By how much font sizes may differ within a paragraph. Text recognition guesses another size for every line."""
    steps = [abs(a.size - b.size) / max(a.size, b.size) for a, b in pairwise(lines)]
    guessed = sum(0.005 < step < 0.2 for step in steps)
    return 0.25 if len(steps) > 4 and guessed > 0.4 * len(steps) else 0.08


def _begins_block(before: Line, line: Line, pitch: float, tolerance: float) -> bool:
    step = line.box.middle - before.box.middle
    if before.is_mono and line.is_mono:
        return step > 3 * max(pitch, line.size)
    # A formula or a mark in small print stays in its paragraph.
    is_short = len(line.text) <= 3 or len(before.text) <= 3
    if abs(line.size - before.size) > tolerance * max(line.size, before.size):
        return not is_short
    if line.is_bold != before.is_bold and tolerance < 0.2 and not is_short:
        return True
    usual = min(pitch, 2.0 * line.size) if pitch else 1.5 * line.size
    return step > 1.25 * max(usual, line.size) or step < -line.size


def _write_paragraph(page: PageWriter, lines: Sequence[Line], column: Lines) -> None:
    start = page.begin_block()
    is_code = len(lines) > 1 and all(line.is_mono for line in lines)
    _write_line(page, lines[0])
    for before, line in pairwise(lines):
        last = before.words[-1]
        goes_on = not is_code and _goes_on(before, line, column)
        if last.goes_on:
            page.put("-\n" if not goes_on else "-" if line.text[0].isupper() else "")
        elif goes_on and _is_hyphenated(last, line):
            del page.letters[-1], page.places[-1]
        elif goes_on:
            page.put(" ")
        else:
            page.put("\n")
        _write_line(page, line)
    if lines[-1].words[-1].goes_on:
        page.put("-")
    kind = BlockKind.CODE if is_code else BlockKind.TEXT
    box = around(line.box for line in lines)
    is_bold = all(line.is_bold for line in lines)
    page.blocks.append(Block(kind, start, page.length, box, lines[0].size, is_bold, len(lines)))


def _write_line(page: PageWriter, line: Line) -> None:
    page.put_words(line.words)


def _goes_on(before: Line, line: Line, column: Lines) -> bool:
    """Whether a paragraph goes on in the next line: this one is full, and nothing of its own begins below it."""
    if _BULLET.match(line.text):
        return False
    if before.words[-1].goes_on:
        return True
    if is_rtl(before.text):
        indent, room = before.box.right - line.box.right, before.box.left - column.left
    else:
        indent, room = line.box.left - before.box.left, column.right - before.box.right
    if indent < -4 * line.size or len(before.text) < _SHORTEST_LINE:
        return False
    ends_sentence = before.text[-1] in ".!?:"
    if indent > 0.8 * line.size and ends_sentence and not _BULLET.match(before.text):
        return False  # the first line of the next paragraph is indented
    width = column.right - column.left
    if room <= max(line.words[0].box.width + 0.5 * line.size, 0.12 * width):
        return True
    return not ends_sentence and line.text[0].islower() and room < 0.45 * width


def _is_hyphenated(last: Word, line: Line) -> bool:
    """A hyphen that only the line's end brought about: letters before it, a small letter after it."""
    text = last.text
    return len(text) > 2 and text[-1] in "-\u2010\u00ad" and text[-2].isalpha() and line.text[0].islower()


def write_table(page: PageWriter, table: Table) -> None:
    """One row per line, cells parted by a bar."""
    start = page.begin_block()
    header_end = 0
    for number, row in enumerate(table.rows):
        if number:
            page.put("\n")
        for column, cell in enumerate(row):
            if column:
                page.put(CELL_GAP)
            _write_cell(page, cell)
        if number + 1 == table.header_rows:
            header_end = page.length
    sizes = [line.size for row in table.rows for cell in row for line in cell]
    page.blocks.append(
        Block(BlockKind.TABLE, start, page.length, table.box, max(sizes), False, len(table.rows), header_end)
    )


def _write_cell(page: PageWriter, lines: Iterable[Line]) -> None:
    for number, line in enumerate(lines):
        if number:
            page.put(" ")
        page.put_words(line.words)
