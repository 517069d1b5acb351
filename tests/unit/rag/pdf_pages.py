"""Small PDFs of every shape that the tests write themselves."""

import io
from collections.abc import Callable, Sequence

from fpdf import FPDF

PROSE = (
    "The harbour was quiet in the early morning and the boats lay side by side along the wooden pier. "
    "Nobody spoke while the nets were carried down, for the weather had turned and rain was on its way. "
)


def new_pdf() -> FPDF:
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=10)
    return pdf


def written(pdf: FPDF) -> bytes:
    return bytes(pdf.output())


def columns_pdf(texts: Sequence[str], *, title: str = "", row_by_row: bool = False) -> bytes:
    """Columns of prose side by side below a title; `row_by_row` draws them line by line across the page."""
    pdf = new_pdf()
    pdf.add_page()
    top = 20.0
    if title:
        pdf.set_font("Helvetica", size=18)
        pdf.text(20, top, title)
        pdf.set_font("Helvetica", size=10)
    width = 170 / len(texts)
    columns = [pdf.multi_cell(width - 8, 5, text, dry_run=True, output="LINES") for text in texts]
    places = [(row, column) for column, lines in enumerate(columns) for row in range(len(lines))]
    for row, column in sorted(places) if row_by_row else places:
        pdf.set_xy(20 + column * width, top + 12 + row * 5)
        pdf.cell(width - 8, 5, columns[column][row])
    return written(pdf)


def table_pdf(rows: Sequence[Sequence[str]], *, ruled: bool, before: str = "", after: str = "") -> bytes:
    """A table between two paragraphs, with lines around its cells or without any."""
    pdf = new_pdf()
    pdf.add_page()
    if before:
        pdf.multi_cell(0, 5, before)
        pdf.ln(8)
    for row in rows:
        for cell in row:
            pdf.cell(40, 7, cell, border=1 if ruled else 0)
        pdf.ln(7)
    if after:
        pdf.ln(8)
        pdf.multi_cell(0, 5, after)
    return written(pdf)


def pages_pdf(pages: int, draw: Callable[[FPDF, int], None]) -> bytes:
    """So many pages; `draw` gets the number of each, from 1."""
    pdf = new_pdf()
    for number in range(1, pages + 1):
        pdf.add_page()
        draw(pdf, number)
    return written(pdf)


def turned_pdf(lines: Sequence[str], quarter_turns: int, *, is_page_turned: bool) -> bytes:
    """Lines that run up, down or upside down on the sheet; with `is_page_turned` the page shows them upright."""
    matrices = {1: (0, 1, -1, 0, 100, 100), 2: (-1, 0, 0, -1, 500, 500), 3: (0, -1, 1, 0, 100, 700)}
    a, b, c, d, x, y = matrices[quarter_turns]
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F1 12 Tf 16 TL {a} {b} {c} {d} {x} {y} Tm {shown} ET"
    return raw_pdf(content, page=f"/Rotate {quarter_turns * 90}" if is_page_turned else "")


def form_pdf(fields: Sequence[str], content: str = "") -> bytes:
    """A page with form fields, each a dictionary without its brackets."""
    return raw_pdf(content, fields=fields)


def raw_pdf(content: str, *, page: str = "", fields: Sequence[str] = (), outline: str = "") -> bytes:
    """One page, object by object: for what no library writes."""
    numbers = [f"{6 + number} 0 R" for number in range(len(fields))]
    annotations = f"/Annots [{' '.join(numbers)}]" if fields else ""
    form = f"/AcroForm << /Fields [{' '.join(numbers)}] >>" if fields else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {form} {outline} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> {annotations} {page} >>",
        f"<< /Length {len(content.encode())} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(f"<< /Type /Annot /Subtype /Widget {field} >>" for field in fields),
    ]
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, written_object in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n{written_object}\nendobj\n".encode())
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()
