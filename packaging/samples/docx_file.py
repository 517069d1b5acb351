"""A written document as DOCX."""

import io
import zipfile
from typing import Any

from samples.blocks import Block, Heading, PageBreak, Paragraph, Points, Table, parse_blocks
from samples.imprint import COMPANY, WRITTEN_ON


def as_docx(title: str, text: str) -> bytes:
    from docx import Document

    document = Document()
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title, COMPANY, COMPANY, ""
    core.created = core.modified = WRITTEN_ON.replace(tzinfo=None)
    for block in parse_blocks(text):
        _add_to_docx(document, block)
    packed = io.BytesIO()
    document.save(packed)
    return with_fixed_times(packed.getvalue())


def _add_to_docx(document: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(text, level)
        case Paragraph(text):
            document.add_paragraph(text)
        case Points(points, numbered):
            for point in points:
                document.add_paragraph(point, style="List Number" if numbered else "List Bullet")
        case Table(head, rows):
            table = document.add_table(rows=0, cols=len(head), style="Table Grid")
            for row in (head, *rows):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        case PageBreak():
            document.add_page_break()


def with_fixed_times(archive: bytes) -> bytes:
    """The same zip file without the time at which it was packed."""
    repacked = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, WRITTEN_ON.timetuple()[:6])
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(entry))
    return repacked.getvalue()
