"""XLSX and Parquet of any size, row by row."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from workbench.datasets.delimited import name_columns
from workbench.datasets.sheets import MAX_COLUMNS, open_parquet, open_workbook, plain_value, sheet_cells
from workbench.datasets.stream_types import StreamedRow, StreamItem
from workbench.datasets.types import RowProblem
from workbench.errors import WorkbenchError

_BATCH = 512


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Names of the columns. Raises WorkbenchError for a file that is none, or without rows."""
    with open_parquet(path) as file:
        if file.metadata.num_rows == 0:
            raise WorkbenchError(
                f"{path.name} has no rows.", hint="Choose a file with at least one row.", code="no_rows"
            )
        if file.metadata.num_columns > MAX_COLUMNS:
            raise WorkbenchError(
                f"{path.name} has {file.metadata.num_columns} columns.", hint="Keep the needed ones.", code="too_large"
            )
        return tuple(str(field.name) for field in file.schema_arrow)


def parquet_rows(path: Path) -> Iterator[StreamItem]:
    """A row group after the other, some rows at a time."""
    with open_parquet(path) as file:
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH):
            for row in batch.to_pylist():
                number += 1
                yield StreamedRow(number, row)


def xlsx_columns(path: Path) -> tuple[tuple[str, ...], tuple[RowProblem, ...]]:
    """The header of the first sheet that has rows, and what is doubtful about the file."""
    with _sheet(path, values=True) as (cells, others):
        first = next(cells, None)
        if first is None:
            raise WorkbenchError(
                f"{path.name} has no rows.", hint="Choose a sheet with a header and rows.", code="no_rows"
            )
        columns, problems = name_columns(["" if cell is None else str(cell) for cell in first[1]])
        if others:
            names = ", ".join(f"“{name}”" for name in others[:3])
            problems = [
                RowProblem(row=0, message=f"Only the first sheet was read, not {names}.", dropped=False),
                *problems,
            ]
        return columns, tuple(problems)


def xlsx_rows(path: Path) -> Iterator[StreamItem]:
    """The rows behind the header. A formula without a saved value makes its row a problem."""
    with _sheet(path, values=True) as (cells, _), _sheet(path, values=False) as (formulas, _):
        header_row, header = next(cells)
        columns, _ = name_columns(["" if cell is None else str(cell) for cell in header])
        unsaved = _Unsaved(formulas)
        for number, values in cells:
            if len(values) > len(columns):
                message = f"The row has {len(values)} cells, the header in row {header_row} has {len(columns)}."
                yield RowProblem(row=number, message=message)
                continue
            padded = (*values, *[None] * (len(columns) - len(values)))
            if unsaved.has(number, padded):
                message = "A formula has no saved value; save the file in a spreadsheet program."
                yield RowProblem(row=number, message=message)
                continue
            row: Mapping[str, object] = dict(zip(columns, map(plain_value, padded), strict=True))
            yield StreamedRow(number, row)


class _Unsaved:
    """Looks up, row by row in order, whether an empty cell holds a formula."""

    def __init__(self, formulas: Iterator[tuple[int, tuple[object, ...]]]) -> None:
        self._formulas = formulas
        self._row: tuple[int, tuple[object, ...]] = (0, ())

    def has(self, number: int, values: tuple[object, ...]) -> bool:
        while self._row[0] < number:
            found = next(self._formulas, None)
            if found is None:
                return False
            self._row = found
        if self._row[0] != number:
            return False
        pairs = itertools.zip_longest(self._row[1], values)
        return any(value is None and isinstance(cell, str) and cell.startswith("=") for cell, value in pairs)


@contextmanager
def _sheet(path: Path, *, values: bool) -> Iterator[tuple[Iterator[tuple[int, tuple[object, ...]]], list[str]]]:
    """The rows of the first sheet with any, read as they are asked for, and the names of the other sheets."""
    with open_workbook(path, path.name, values=values) as book:
        filled = next(
            (sheet for sheet in book.worksheets if next(sheet_cells(sheet, path.name), None)),
            book.worksheets[0],
        )
        others = [sheet.title for sheet in book.worksheets if sheet is not filled]
        yield sheet_cells(filled, path.name), others
