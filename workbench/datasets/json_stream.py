"""JSON lines and JSON arrays of any size, row by row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from workbench.datasets.json_rows import (
    MAX_DEPTH,
    UnusableError,
    check_characters,
    check_depth,
    finish_table,
    kind_of,
    parse_object,
    refuse_constant,
)
from workbench.datasets.stream_types import StreamedRow, StreamItem
from workbench.datasets.text_lines import MAX_LINE, TooLongLine, bounded_lines, find_encoding, open_text
from workbench.datasets.types import RowProblem, Table
from workbench.errors import WorkbenchError

_BLOCK = 1 << 20
_CUT = "The file is cut off in this row."


def json_line_rows(path: Path, encoding: str) -> Iterator[StreamItem]:
    """One object a line; rows are numbered by line."""
    cut: tuple[int, UnusableError] | None = None
    with open_text(path, encoding) as file:
        for number, line in enumerate(bounded_lines(file), 1):
            if not line.strip():
                continue
            if cut is not None:
                yield RowProblem(row=cut[0], message=str(cut[1]))
                cut = None
            if isinstance(line, TooLongLine):
                yield RowProblem(row=number, message=f"The line is longer than {MAX_LINE:,} characters.")
                continue
            try:
                yield StreamedRow(number, parse_object(line.rstrip("\n")))
            except UnusableError as problem:
                if problem.is_cut:  # the last line of a file that was cut off looks like this; any other is just broken
                    cut = number, problem
                else:
                    yield RowProblem(row=number, message=str(problem))
    if cut is not None:
        yield RowProblem(row=cut[0], message="The line is unfinished: the file seems to be cut off.")


def json_array_rows(path: Path, encoding: str) -> Iterator[StreamItem]:
    """The objects of an array, numbered from 1. What stands behind a broken one cannot be told apart: unread."""
    with open_text(path, encoding) as file:
        text = _Window(file)
        text.skip("[")
        number = 0
        while text.skip(","):
            number += 1
            try:
                value = text.value()
            except UnusableError as problem:
                message = _CUT if problem.is_cut else f"{problem} What follows was not read."
                yield RowProblem(row=number, message=message)
                return
            if not isinstance(value, dict):
                yield RowProblem(row=number, message=f"Expected an object, found {kind_of(value)}.")
                continue
            try:
                check_characters(text.written, value)
            except UnusableError as problem:
                yield RowProblem(row=number, message=str(problem))
                continue
            yield StreamedRow(number, value)
        if not text.ended:
            yield RowProblem(row=number + 1, message=_CUT)


def read_json_array(path: Path) -> Table:
    """An array of objects as a table; of a file that is cut off, the rows before that.

    Raises WorkbenchError when there is none.
    """
    encoding, problems = find_encoding(path)
    rows: list[StreamedRow] = []
    for item in json_array_rows(path, encoding):
        if isinstance(item, RowProblem):
            problems.append(item)
        else:
            rows.append(item)
    if not rows and problems:
        raise WorkbenchError(
            f"{path.name} is not readable JSON: {problems[-1]}",
            hint="Check where the file was exported from.",
            code="bad_json",
        )
    return finish_table(
        [row.values for row in rows], [row.number for row in rows], problems, path.name, "json", encoding
    )


class _Window:
    """The part of a text that is being parsed."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._decoder = json.JSONDecoder(parse_constant=refuse_constant)
        self.ended = False
        """Whether the closing bracket was seen."""
        self.written = ""
        """The last value as it stands in the text."""

    def skip(self, mark: str) -> bool:
        """Go on to the next value, over white space and one `mark`; False at the end of the array or of the text."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in f" \t\r\n\ufeff{mark}":
                if self._text[self._at] == mark:
                    mark = ""
                self._at += 1
            if self._at < len(self._text):
                self.ended = self._text[self._at] == "]"
                return not self.ended
            if not self._more():
                return False

    def value(self) -> object:
        """The value that begins here. Raises UnusableError for one that is broken, too deep, too long or cut off."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > MAX_LINE:
                    raise UnusableError(f"It is no JSON, or longer than {MAX_LINE:,} characters.") from error
                check_depth(self._text[self._at :], MAX_DEPTH)
                if not self._more():
                    is_cut = error.pos >= len(self._text.rstrip()) or error.msg.startswith("Unterminated string")
                    raise UnusableError(f"{error.msg}.", is_cut=is_cut) from error
                continue
            except RecursionError as error:
                raise UnusableError(f"It is nested more than {MAX_DEPTH} levels deep.") from error
            except ValueError as error:  # a number of thousands of digits; NaN
                raise UnusableError(str(error)) from error
            if end == len(self._text) and self._more():
                continue  # a number may go on
            self.written = self._text[self._at : end]
            check_depth(self.written, MAX_DEPTH)
            self._at = end
            return value

    def _more(self) -> bool:
        block = self._file.read(_BLOCK)
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)
