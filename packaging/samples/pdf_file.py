"""A written document as PDF."""

from collections.abc import Sequence
from typing import Any

from samples.blocks import Block, Heading, PageBreak, Paragraph, Points, Table, parse_blocks
from samples.imprint import COMPANY, WRITTEN_ON


def as_pdf(title: str, text: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(WRITTEN_ON)
    pdf.set_title(title)
    pdf.set_author(COMPANY)
    pdf.set_margin(22)
    pdf.set_auto_page_break(True, margin=22)
    pdf.add_page()
    for block in parse_blocks(text):
        _add_to_pdf(pdf, block)
    return bytes(pdf.output())


def _add_to_pdf(pdf: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            pdf.ln(2)
            _write_pdf_line(pdf, text, style="B", size={1: 20, 2: 14}.get(level, 12), height=9)
        case Paragraph(text):
            _write_pdf_line(pdf, text)
        case Points(points, numbered):
            for number, point in enumerate(points, 1):
                _write_pdf_line(pdf, f"{number}. {point}" if numbered else f"- {point}")
        case Table(head, rows):
            _write_pdf_table(pdf, head, rows)
        case PageBreak():
            pdf.add_page()


def _write_pdf_line(pdf: Any, text: str, *, style: str = "", size: int = 11, height: float = 5.6) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(0, height, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)


def _write_pdf_table(pdf: Any, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    pdf.set_font("Helvetica", "", 11)
    with pdf.table(text_align="LEFT", line_height=7) as table:
        for cells in (head, *rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    pdf.ln(4)
