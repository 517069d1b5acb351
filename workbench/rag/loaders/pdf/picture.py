"""Pages as pictures with boxes around a passage."""

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.nested import own_span
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.loaders.pdf.opening import OpenPdf
from workbench.rag.loaders.pdf.page_layout import MADE_UP, lay_out

_MAX_PIXELS = 12_000_000


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as picture; boxes are (left, top, right, bottom) in its pixels."""

    png: bytes
    width: int
    height: int
    boxes: tuple[tuple[float, float, float, float], ...]


def render_page(data: bytes, name: str, wanted: WantedPage, password: str = "") -> PageImage:
    """The picture of a page and the boxes of its passage, one per line of text."""
    page = wanted.page
    with OpenPdf(data, name, password) as document:
        if not 1 <= page <= len(document):
            raise WorkbenchError(f"{name} has no page {page}.", hint=f"It has {len(document)} pages.", code="no_page")
        sheet = document[page - 1]
        width, height = sheet.get_size()
        scale = min(wanted.scale, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = sheet.render(scale=scale, rev_byteorder=True, may_draw_forms=True)
        boxes = _boxes(document, sheet, wanted, bitmap.width, bitmap.height)
        png = _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
        return PageImage(png, bitmap.width, bitmap.height, tuple(boxes))


def _boxes(
    document: Any, sheet: Any, wanted: WantedPage, width: int, height: int
) -> list[tuple[float, float, float, float]]:
    layout = lay_out(document, sheet)
    start, end = wanted.start, wanted.end
    if wanted.text:
        start, end = own_span(wanted.text, layout.text, start, end)
    textpage = sheet.get_textpage()
    rows: list[list[float]] = []
    for place in layout.places[start:end]:
        if place == MADE_UP:
            continue
        if place < MADE_UP:
            left, bottom, right, top = layout.fields[-2 - place].box
        else:
            left, bottom, right, top = textpage.get_charbox(place, loose=True)
        if right <= left or top <= bottom:
            continue
        box = _on_picture(sheet, (left, bottom, right, top), width, height)
        runs_down = place >= 0 and _runs_down(textpage, place, sheet.get_rotation())
        if rows and _same_row(rows[-1], box, runs_down=runs_down):
            last = rows[-1]
            rows[-1] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
        else:
            rows.append(list(box))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _runs_down(textpage: Any, place: int, rotation: int) -> bool:
    """Whether the letter's line runs up or down the picture."""
    import pypdfium2.raw as raw

    angle = math.degrees(raw.FPDFText_GetCharAngle(textpage, place)) - rotation
    return abs(angle % 180 - 90) < 45


def _same_row(row: list[float], box: tuple[float, float, float, float], *, runs_down: bool) -> bool:
    across, along = (0, 1) if runs_down else (1, 0)
    overlap = min(row[across + 2], box[across + 2]) - max(row[across], box[across])
    height = min(row[across + 2] - row[across], box[across + 2] - box[across])
    gap = max(box[along] - row[along + 2], row[along] - box[along + 2])
    return overlap > 0.5 * height and gap < 3 * (box[across + 2] - box[across])


def _on_picture(
    sheet: Any, box: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    """A box in the page's own coordinates as one on its picture; knows rotation."""
    import ctypes

    import pypdfium2.raw as raw

    xs, ys = [], []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(sheet, 0, 0, width, height, 0, x, y, across, down)
        xs.append(float(across.value))
        ys.append(float(down.value))
    return min(xs), min(ys), max(xs), max(ys)


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """8-bit PNG (ISO/IEC 15948) of RGB or RGBA rows, or of grey ones."""
    kind = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + width * channels] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + body
