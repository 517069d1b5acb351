"""CSV and TSV of any size: the rules of `delimited`, with only the lines of the current record in memory."""

import csv
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from workbench.datasets.delimited import (
    MAX_COLUMNS,
    MAX_RESTARTS,
    SNIFFED_LINES,
    detect_delimiter,
    name_columns,
    problem_with,
    say,
)
from workbench.datasets.stream_types import StreamedRow, StreamItem
from workbench.datasets.text_lines import TooLongLine, bounded_lines, open_text
from workbench.datasets.types import RowProblem
from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class CsvStream:
    columns: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    """Of the header."""
    delimiter: str
    rows: Callable[[], Iterator[StreamItem]]


def csv_stream(path: Path, encoding: str, delimiter: str = "") -> CsvStream:
    """A CSV file with its header read. `delimiter` empty: detected. WorkbenchError when there is no table at all."""
    with open_text(path, encoding) as file:
        chosen = delimiter or detect_delimiter(list(itertools.islice(bounded_lines(file), SNIFFED_LINES)))
    header = next((item for item in _records(path, encoding, chosen) if not isinstance(item, RowProblem)), None)
    if header is None:
        raise WorkbenchError(
            f"{path.name} has no rows.", hint="Choose a file with a header and at least one row.", code="no_rows"
        )
    header_line, names = header
    if len(names) > MAX_COLUMNS:
        raise WorkbenchError(
            f"{path.name} has {len(names)} columns; it does not look like a table.",
            hint="Choose a file with a header and one row per example.",
            code="not_a_table",
        )
    columns, problems = name_columns(names)

    def rows() -> Iterator[StreamItem]:
        for item in _records(path, encoding, chosen):
            if isinstance(item, RowProblem):
                yield item
                continue
            line, record = item
            if line <= header_line:
                continue
            if problem := problem_with(record, len(columns), header_line):
                yield RowProblem(row=line, message=problem)
            else:
                yield StreamedRow(line, dict(zip(columns, record, strict=True)))

    return CsvStream(columns, tuple(problems), chosen, rows)


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]] | RowProblem]:
    """(line, fields) of each record that is not blank; goes on behind a quote that is never closed."""
    with open_text(path, encoding) as file:
        lines = _Lines(file)
        restarts = 0
        while True:
            lines.begin()
            reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
            try:
                record = next(reader, None)
            except csv.Error as error:
                yield RowProblem(row=lines.first, message=say(error, lines.read[0]))
                if len(lines.read) > 1:
                    restarts += 1
                    lines.step_back()
                if restarts > MAX_RESTARTS:
                    yield RowProblem(
                        row=lines.first + 1, message="Too many quotes are never closed; the rest was not read."
                    )
                    return
                continue
            if record is None:
                return
            if lines.read and isinstance(lines.read[0], TooLongLine):
                yield RowProblem(row=lines.first, message="The line is too long for a row.")
            elif any(cell.strip() for cell in record):
                yield lines.first, record


class _Lines:
    """Numbered lines, of which those of the current record can be given again."""

    def __init__(self, file: TextIO) -> None:
        self._source: Iterator[str] = bounded_lines(file)
        self._again: list[str] = []
        self.read: list[str] = []
        """Lines of the current record."""
        self.first = 1
        """Number of its first line."""

    def begin(self) -> None:
        """The next line begins a record."""
        self.first += len(self.read)
        self.read = []

    def step_back(self) -> None:
        """Give all lines of the record again, but the first."""
        self._again = self.read[1:] + self._again
        self.read = self.read[:1]

    def __iter__(self) -> Iterator[str]:
        while True:
            line = self._again.pop(0) if self._again else next(self._source, None)
            if line is None:
                return
            self.read.append(line)
            yield line
