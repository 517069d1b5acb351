"""Small documents that the tests write themselves."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

HANDBOOK = """# Handbook

## Holidays

Everybody gets 27 days of paid holiday a year. Left-over holiday must be taken by 31 March.

## Illness

Call your manager before 9:15 if you are ill. You need a doctor's note from the third day.
"""


def pdf_bytes(pages: Sequence[str], *, password: str = "", picture: bytes = b"") -> bytes:
    """A PDF with one paragraph per page; with `picture` (PNG) that alone on each page."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    if password:
        pdf.set_encryption(owner_password="owner", user_password=password)
    for page in pages:
        pdf.add_page()
        if picture:
            pdf.image(io.BytesIO(picture), w=80)
        elif page:
            pdf.multi_cell(0, 7, page)
    return bytes(pdf.output())


def docx_bytes(*paragraphs: str, heading: str = "") -> bytes:
    from docx import Document

    document = Document()
    if heading:
        document.add_heading(heading, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zip_bytes(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def write_facts(folder: Path) -> Path:
    """A folder with a Markdown handbook, a PDF of two pages and a text in an old encoding."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "delivery.pdf").write_bytes(
        pdf_bytes(["A parcel takes nine working days abroad.", "The Maple toaster has a warranty of 18 months."])
    )
    (folder / "office.txt").write_bytes("Die Kündigungsfrist beträgt sechs Wochen.".encode("cp1252"))
    return folder


def picture_png() -> io.BytesIO:
    """A small grey picture."""
    from workbench.rag.loaders.pdf.picture import _png

    return io.BytesIO(_png(b"\x80" * 300, 10, 10, 30, 3))
