"""OpenDocument (ODT, ODS, ODP): [ISO/IEC 26300] content.xml as Markdown; sheets and slides are pages."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.nested import joined
from workbench.rag.loaders.parsed import Parsed, as_pages, damaged, plain
from workbench.rag.loaders.spreadsheets import sheets_as_pages
from workbench.rag.loaders.tables import MAX_COLUMNS, MAX_ROWS, Row, table_text
from workbench.rag.loaders.text import clean
from workbench.rag.loaders.xml import parse_xml
from workbench.rag.reasons import ReasonCode

_NAMES = {"odt": "OpenDocument text", "ods": "OpenDocument spreadsheet", "odp": "OpenDocument presentation"}
_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _DRAW = f"{_OASIS}text:1.0}}", f"{_OASIS}table:1.0}}", f"{_OASIS}drawing:1.0}}"
_OFFICE, _PRESENTATION = f"{_OASIS}office:1.0}}", f"{_OASIS}presentation:1.0}}"
_LEFT_OUT = {f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}sequence-decls", f"{_OFFICE}forms"}
_ROWS = {f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group"}
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}


def load_opendocument(data: bytes, kind: str, name: str) -> Parsed:
    """`kind` is "odt", "ods" or "odp". Raises WorkbenchError when it is locked or damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
        if "META-INF/manifest.xml" in parts and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise WorkbenchError(
                f"{name} is an encrypted OpenDocument file, which cannot be read with its password either.",
                hint="Save a copy without a password and add that.",
                code=ReasonCode.UNSUPPORTED,
            )
        if "content.xml" not in parts:
            raise damaged(name, _NAMES[kind])
        content = parse_xml(archive.read("content.xml"), name, _NAMES[kind])
        title = _title(archive, parts, name)
    body = content.find(f"{_OFFICE}body/*")
    if body is None:
        raise damaged(name, _NAMES[kind])
    if kind == "ods":
        sheets = {_attribute(t, _TABLE, "name"): list(_table_rows(t)) for t in body.iter(f"{_TABLE}table")}
        return sheets_as_pages(sheets, _NAMES[kind], title)
    texts = [_slide(page) for page in body.iter(f"{_DRAW}page")] if kind == "odp" else [joined(_blocks(body))]
    cleaned = [clean(text) for text in texts]
    return Parsed(
        pages=as_pages([text for text, _ in cleaned]),
        title=title,
        warnings=tuple(note for _, notes in cleaned for note in notes),
        file_type=_NAMES[kind],
        is_markdown=True,
    )


def _title(archive: zipfile.ZipFile, parts: set[str], name: str) -> str:
    if "meta.xml" not in parts:
        return ""
    found = parse_xml(archive.read("meta.xml"), name, "OpenDocument").find(".//{http://purl.org/dc/elements/1.1/}title")
    return plain(found.text or "") if found is not None else ""


def _attribute(element: Any, space: str, name: str) -> str:
    return str(element.get(f"{space}{name}", ""))


def _slide(page: Any) -> str:
    notes = page.find(f"{_PRESENTATION}notes")
    parts = []
    for child in page:
        if child is notes:
            continue
        text = joined(_blocks(child))
        is_title = _attribute(child, _PRESENTATION, "class") == "title"
        parts.append(f"# {plain(text)}" if is_title and text else text)
    said = joined(_blocks(notes)) if notes is not None else ""
    return joined([*parts, f"### Notes:\n\n{said}" if said else ""])


def _blocks(element: Any) -> Iterator[str]:
    """Headings, paragraphs, lists and tables below an element, in reading order."""
    for child in element:
        match child.tag:
            case tag if tag in _LEFT_OUT or not isinstance(tag, str):
                continue
            case tag if tag == f"{_TEXT}h":
                level = min(max(int(_attribute(child, _TEXT, "outline-level") or 1), 1), 6)
                yield f"{'#' * level} {plain(_inline(child))}"
            case tag if tag == f"{_TEXT}p":
                yield _inline(child)
                yield from _framed(child)
            case tag if tag == f"{_TEXT}list":
                yield "\n".join(_items(child, 0))
            case tag if tag == f"{_TABLE}table":
                yield table_text(list(_table_rows(child)))
            case _:
                yield from _blocks(child)


def _framed(paragraph: Any) -> Iterator[str]:
    for box in paragraph.iter(f"{_DRAW}text-box"):
        yield from _blocks(box)


def _items(element: Any, depth: int) -> Iterator[str]:
    for item in element:
        for child in item:
            if child.tag == f"{_TEXT}list":
                yield from _items(child, depth + 1)
            elif child.tag in {f"{_TEXT}p", f"{_TEXT}h"} and (text := _inline(child)):
                yield f"{'  ' * depth}- {text}"


def _inline(element: Any) -> str:
    """The text of a paragraph with its spaces, tabs and line breaks; without what floats above it."""
    parts = [element.text or ""]
    for child in element:
        match child.tag:
            case tag if tag == f"{_TEXT}s":
                parts.append(" " * min(int(_attribute(child, _TEXT, "c") or 1), 100))
            case tag if tag == f"{_TEXT}tab":
                parts.append("\t")
            case tag if tag == f"{_TEXT}line-break":
                parts.append("\n")
            case tag if tag in _LEFT_OUT or (isinstance(tag, str) and tag.startswith(_DRAW)):
                pass
            case tag if tag == f"{_TEXT}note":
                body = child.find(f"{_TEXT}note-body")
                parts.append(f" ({joined(_blocks(body))})" if body is not None else "")
            case _:
                parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _table_rows(table: Any) -> Iterator[Row]:
    """Rows with what they repeat written out; the thousands of empty ones at the end of a sheet are not."""
    given = 0
    for row in _row_elements(table):
        cells = _cells(row)
        times = int(_attribute(row, _TABLE, "number-rows-repeated") or 1) if any(cells) else 1
        for _ in range(min(times, MAX_ROWS + 1 - given)):
            given += 1
            yield cells


def _row_elements(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in _ROWS:
            yield from _row_elements(child)


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag in _CELLS:
            text = " ".join(joined(_blocks(cell)).split())
            times = int(_attribute(cell, _TABLE, "number-columns-repeated") or 1)
            cells += [text] * min(times, MAX_COLUMNS - len(cells))
    while cells and not cells[-1]:
        cells.pop()
    return cells
