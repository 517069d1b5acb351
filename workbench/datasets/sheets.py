"""XLSX (values only) and Parquet, with limits: both are compressed and can unpack to anything."""

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.datasets.delimited import name_columns
from workbench.datasets.types import RowProblem, Table
from workbench.errors import WorkbenchError

MAX_UNPACKED_BYTES = 400_000_000
MAX_ROWS = 1_000_000
MAX_COLUMNS = 500


@contextmanager
def open_workbook(source: Path | io.BytesIO, name: str, *, values: bool = True) -> Iterator[Any]:
    """An openpyxl workbook for reading; `values`: what formulas gave when it was saved, instead of the formulas.

    Raises WorkbenchError, also for what comes to light while its rows are read.
    """
    check_archive(source, name)
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which no row depends on
        try:
            book = load_workbook(source, read_only=True, data_only=values, keep_links=False)
            try:
                yield book
            finally:
                book.close()
        except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, SyntaxError) as error:
            raise WorkbenchError(
                f"{name} is not a readable spreadsheet.",
                hint="Save it again as .xlsx or as CSV.",
                details=str(error),
                code="bad_xlsx",
            ) from error


def read_xlsx(content: bytes, name: str) -> Table:
    """The first sheet that has values. Formulas count with the value that was saved with them."""
    with open_workbook(io.BytesIO(content), name) as book:
        sheets = [(sheet.title, list(sheet_cells(sheet, name))) for sheet in book.worksheets]
    filled = [(title, rows) for title, rows in sheets if rows]
    if not filled:
        raise WorkbenchError(f"{name} has no rows.", hint="Choose a sheet with a header and rows.", code="no_rows")
    title, cells = filled[0]
    unsaved = _unsaved_formulas(content, title, name) if _has_formulas(content) else {}
    table = _table_of(cells, name, unsaved)
    if len(filled) > 1:
        others = ", ".join(f"“{other}”" for other, _ in filled[1:4])
        said = RowProblem(row=0, message=f"Only the sheet “{title}” was read, not {others}.", dropped=False)
        table = Table(table.columns, table.rows, (said, *table.problems), table.numbers, name, "xlsx")
    return table


@contextmanager
def open_parquet(path: Path) -> Iterator[Any]:
    """A `pyarrow.parquet.ParquetFile`, read as it is asked for. Worker only: loads pyarrow.

    Raises WorkbenchError, also for what comes to light while its rows are read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise WorkbenchError(
            f"{path.name} is not a readable Parquet file.",
            hint="Export it again.",
            details=str(error),
            code="bad_parquet",
        ) from error


def read_parquet(path: Path) -> Table:
    """All row groups. Worker only: loads pyarrow."""
    with open_parquet(path) as file:
        _check_parquet(file.metadata, path.name)
        columns = tuple(str(field.name) for field in file.schema_arrow)
        rows = tuple(row for batch in file.iter_batches(batch_size=4096) for row in batch.to_pylist())
    if not rows:
        raise WorkbenchError(f"{path.name} has no rows.", hint="Choose a file with at least one row.", code="no_rows")
    return Table(columns, rows, (), tuple(range(1, len(rows) + 1)), path.name, "parquet")


def check_archive(source: Path | io.BytesIO, name: str) -> None:
    """Refuse what unpacks to too much, before anything unpacks it."""
    try:
        with zipfile.ZipFile(source) as archive:
            total = sum(member.file_size for member in archive.infolist())
            is_workbook = "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile as error:
        raise WorkbenchError(
            f"{name} is damaged: it cannot be unpacked.", hint="Save it again.", code="bad_xlsx"
        ) from error
    if total > MAX_UNPACKED_BYTES:
        raise WorkbenchError(
            f"{name} unpacks to {total / 1e6:.0f} MB; the limit is {MAX_UNPACKED_BYTES / 1e6:.0f} MB.",
            hint="Save the sheet as CSV: those are read row by row, however large.",
            code="too_large",
        )
    if not is_workbook:
        raise WorkbenchError(
            f"{name} is an archive, not a spreadsheet.", hint="Choose an .xlsx, CSV or JSONL file.", code="not_a_table"
        )


def sheet_cells(sheet: Any, name: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Row number from 1 and values of each row that has any."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MAX_ROWS:
            raise WorkbenchError(f"{name} has more than {MAX_ROWS:,} rows.", hint="Split it.", code="too_large")
        values = tuple(row)
        while values and values[-1] is None:
            values = values[:-1]
        if len(values) > MAX_COLUMNS:
            raise WorkbenchError(
                f"{name} has more than {MAX_COLUMNS} columns.", hint="Keep the needed ones.", code="too_large"
            )
        if values:
            yield number, values


def _table_of(cells: Iterable[tuple[int, tuple[object, ...]]], name: str, unsaved: Mapping[int, str]) -> Table:
    (header_row, header), *body = cells
    columns, problems = name_columns(["" if cell is None else str(cell) for cell in header])
    rows: list[Mapping[str, object]] = []
    numbers: list[int] = []
    for number, values in body:
        if len(values) > len(columns):
            message = f"The row has {len(values)} cells, the header in row {header_row} has {len(columns)}."
            problems.append(RowProblem(row=number, message=message))
        elif number in unsaved:
            message = f"The formula in {unsaved[number]} has no saved value; save the file in a spreadsheet program."
            problems.append(RowProblem(row=number, message=message))
        else:
            padded = (*values, *[None] * (len(columns) - len(values)))
            rows.append(dict(zip(columns, map(plain_value, padded), strict=True)))
            numbers.append(number)
    return Table(columns, tuple(rows), tuple(problems), tuple(numbers), name, "xlsx")


def plain_value(value: object) -> object:
    """Dates and times as text."""
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in sheets)


def _unsaved_formulas(content: bytes, title: str, name: str) -> dict[int, str]:
    """Rows with a formula that has no saved value, and the cell's name."""
    found: dict[int, str] = {}
    with (
        open_workbook(io.BytesIO(content), name) as values,
        open_workbook(io.BytesIO(content), name, values=False) as formulas,
    ):
        pairs = zip(values[title].iter_rows(), formulas[title].iter_rows(), strict=False)
        for value_cells, formula_cells in pairs:
            for value, formula in zip(value_cells, formula_cells, strict=False):
                if value.value is None and isinstance(formula.value, str) and formula.value.startswith("="):
                    found.setdefault(formula.row, formula.coordinate)
    return found


def _check_parquet(metadata: Any, name: str) -> None:
    total = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if metadata.num_rows > MAX_ROWS or total > MAX_UNPACKED_BYTES or metadata.num_columns > MAX_COLUMNS:
        raise WorkbenchError(
            f"{name} has {metadata.num_rows:,} rows and unpacks to {total / 1e6:.0f} MB: too much.",
            hint=f"Keep at most {MAX_ROWS:,} rows and {MAX_UNPACKED_BYTES / 1e6:.0f} MB.",
            code="too_large",
        )
