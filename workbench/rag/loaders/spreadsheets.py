"""Excel, new and old: one page per sheet, its name above its table."""

import io
import struct
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, as_pages, damaged, plain
from workbench.rag.loaders.tables import MAX_COLUMNS, MAX_ROWS, Row, cell_text, table_text
from workbench.rag.loaders.text import clean


def load_xlsx(data: bytes, name: str) -> Parsed:
    """Values as they were last shown; a formula itself where the file holds no value of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, about extensions that it leaves out
        import openpyxl

        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        formulas = None
        if _has_formulas(data):
            formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheets = {sheet.title: list(_rows(sheet, formulas)) for sheet in values.worksheets}
        title = plain(values.properties.title or "")
        for book in filter(None, (values, formulas)):
            book.close()
    return sheets_as_pages(sheets, "Excel", title)


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [entry for entry in archive.namelist() if entry.startswith("xl/worksheets/")]
        return any(b"<f>" in content or b"<f " in content for content in map(archive.read, sheets))


def _rows(sheet: Any, formulas: Any) -> Iterator[Row]:
    written = formulas[sheet.title].iter_rows() if formulas is not None else None
    for number, row in enumerate(sheet.iter_rows()):
        if number > MAX_ROWS:
            return
        texts = [cell_text(cell.value, getattr(cell, "number_format", "") or "") for cell in row]
        if written is not None:
            other = [str(cell.value or "") for cell in next(written, ())]
            texts = [
                text or (formula if formula.startswith("=") else "")
                for text, formula in zip(texts, [*other, *[""] * len(texts)], strict=False)
            ]
        yield texts


def load_xls(data: bytes, name: str) -> Parsed:
    """Excel 97 to 2003 and before. Raises WorkbenchError when it is damaged."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, IndexError, KeyError, struct.error) as error:
        raise damaged(name, "Excel", str(error)) from error
    sheets: dict[str, list[Row]] = {}
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        rows = (sheet.row(index) for index in range(min(sheet.nrows, MAX_ROWS + 1)))
        sheets[sheet.name] = [[_old_cell(cell, book.datemode) for cell in row] for row in rows]
        book.unload_sheet(number)
    return sheets_as_pages(sheets, "Excel")


def _old_cell(cell: Any, datemode: int) -> str:
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_DATE:
            try:
                return cell_text(xlrd.xldate_as_datetime(cell.value, datemode))
            except (ValueError, OverflowError):
                return cell_text(cell.value)
        case xlrd.XL_CELL_BOOLEAN:
            return cell_text(bool(cell.value))
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, ""))
        case _:
            return cell_text(cell.value)


def sheets_as_pages(sheets: dict[str, list[Row]], file_type: str, title: str = "") -> Parsed:
    """A page per sheet, the empty ones too: page 3 is the third sheet."""
    pages, notes = [], []
    for sheet, rows in sheets.items():
        if len(rows) > MAX_ROWS:
            notes.append(f"The sheet {plain(sheet)} has more than {MAX_ROWS} rows; the first {MAX_ROWS} were read.")
        if any(len(row) > MAX_COLUMNS for row in rows):
            notes.append(f"The sheet {plain(sheet)} is wider than {MAX_COLUMNS} columns; the first of them were read.")
        text, removed = clean(table_text([row[:MAX_COLUMNS] for row in rows[:MAX_ROWS]]))
        notes += removed
        pages.append(f"## {plain(sheet)}\n\n{text}" if text else "")
    return Parsed(pages=as_pages(pages), title=title, warnings=tuple(notes), file_type=file_type, is_markdown=True)


def refuse_workbook(name: str) -> WorkbenchError:
    """The refusal of Excel's binary workbook, which no permissive library reads."""
    return WorkbenchError(
        f"{name} is a binary Excel workbook (.xlsb), which cannot be read.", hint="Save it as XLSX.", code="unsupported"
    )
