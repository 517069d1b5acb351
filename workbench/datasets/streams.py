"""Files of any size, row by row: what is held in memory does not grow with the file."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.csv_stream import csv_stream
from workbench.datasets.json_rows import looks_like_json_lines
from workbench.datasets.json_stream import json_array_rows, json_line_rows
from workbench.datasets.readers import refuse_binary, refuse_foreign, require_file
from workbench.datasets.sheet_stream import parquet_columns, parquet_rows, xlsx_columns, xlsx_rows
from workbench.datasets.stream_types import StreamedRow, StreamItem
from workbench.datasets.text_lines import find_encoding
from workbench.datasets.types import RowProblem, Table
from workbench.errors import WorkbenchError

HEAD_ROWS = 1000
"""Rows that are looked at to know the columns of a file whose rows name them."""
HEAD_CHARACTERS = 2_000_000
"""Rows are looked at until they hold so many."""
_SNIFFED = 1 << 16


@dataclass(frozen=True, slots=True)
class RowStream:
    """A file that can be read through as often as wanted. Iterating gives rows and problems in the file's order."""

    name: str
    file_format: str
    columns: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    """What is doubtful about the whole file."""
    read: Callable[[], Iterator[StreamItem]]
    encoding: str = ""
    delimiter: str = ""

    def __iter__(self) -> Iterator[StreamItem]:
        return self.read()

    def head(self, rows: int) -> Table:
        """The first rows as a table, and the problems up to there."""
        found: list[StreamedRow] = []
        problems = list(self.problems)
        size = 0
        for item in self.read():
            if isinstance(item, RowProblem):
                problems.append(item)
            else:
                found.append(item)
                size += item.size
            if len(found) >= rows or len(problems) > rows or size > HEAD_CHARACTERS:
                break
        return Table(
            self.columns,
            tuple(row.values for row in found),
            tuple(sorted(problems, key=lambda problem: problem.row)),
            tuple(row.number for row in found),
            self.name,
            self.file_format,
            self.encoding,
            self.delimiter,
        )


def stream_rows(path: Path) -> RowStream:
    """The rows of a CSV, TSV, JSON, JSONL, XLSX or Parquet file of any size.

    Raises WorkbenchError when the file as a whole cannot be read. Parquet loads pyarrow: in a worker only.
    """
    require_file(path)
    with path.open("rb") as file:
        start = file.read(_SNIFFED)
    refuse_foreign(start, path.name)
    if start.startswith(b"PAR1"):
        return RowStream(path.name, "parquet", parquet_columns(path), (), lambda: parquet_rows(path))
    if start.startswith(b"PK\x03\x04"):
        columns, problems = xlsx_columns(path)
        return RowStream(path.name, "xlsx", columns, problems, lambda: xlsx_rows(path))
    refuse_binary(start, path)
    return _stream_text(path, start)


def _stream_text(path: Path, start: bytes) -> RowStream:
    encoding, problems = find_encoding(path)
    mark = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    suffix = path.suffix.lower()
    is_lines = suffix in (".jsonl", ".ndjson") or (
        mark == b"{" and suffix not in (".csv", ".tsv") and looks_like_json_lines(start)
    )
    if is_lines or suffix == ".json" or (suffix not in (".csv", ".tsv") and mark in (b"[", b"{")):
        if not is_lines and mark != b"[":
            raise WorkbenchError(
                f"{path.name} is one large object, which cannot be read row by row.",
                hint="Save it as one object per line (JSON lines).",
                code="too_large",
            )
        reader = json_line_rows if is_lines else json_array_rows

        def read() -> Iterator[StreamItem]:
            return reader(path, encoding)

        columns = _columns(read())
        if not columns and not any(True for _ in read()):
            raise WorkbenchError(f"{path.name} has no rows.", hint="Choose a file with rows.", code="no_rows")
        return RowStream(path.name, "jsonl" if is_lines else "json", columns, tuple(problems), read, encoding)
    table = csv_stream(path, encoding, "\t" if suffix == ".tsv" else "")
    return RowStream(
        path.name,
        "csv",
        table.columns,
        (*problems, *table.problems),
        table.rows,
        encoding,
        table.delimiter,
    )


def _columns(items: Iterator[StreamItem]) -> tuple[str, ...]:
    """The keys of the first rows, in the order in which they come."""
    rows: Iterator[Mapping[str, object]] = (item.values for item in items if isinstance(item, StreamedRow))
    return tuple(dict.fromkeys(key for row in itertools.islice(rows, HEAD_ROWS) for key in row))
