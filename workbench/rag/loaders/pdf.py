"""PDF: text with the boxes of its characters, page images. One thread per process: PDFium crashes with more."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, password_problem, plain
from workbench.rag.types import PageText

_PASSWORD_ERROR = 4
_MAX_PAGES = 20_000
_MAX_PIXELS = 12_000_000
# PDFium marks a word that goes on in the next line with U+0002 (older ones: U+FFFE) instead of hyphen and newline.
_JOINED_WORD = {0x02, 0xFFFE}


def load_pdf(data: bytes, name: str, password: str = "") -> Parsed:
    """Text page by page. Raises WorkbenchError for what has no text to give: encrypted, damaged, scanned, empty."""
    pages: list[PageText] = []
    warnings: list[str] = []
    with _Opened(data, name, password) as document:
        count = len(document)
        if count > _MAX_PAGES:
            raise WorkbenchError(
                f"{name} has {count} pages; the limit is {_MAX_PAGES}.", hint="Split it.", code="too_long"
            )
        for number in range(1, count + 1):
            text = _page_text(document, number, warnings)
            pages.append(PageText(number=number, text=text))
        title = _own_title(str(document.get_metadata_dict().get("Title", "")))
        images = not any(page.text.strip() for page in pages) and _has_images(document)
    if not any(page.text.strip() for page in pages):
        _refuse_textless(name, count, images=images, warnings=warnings)
    empty = [page.number for page in pages if not page.text.strip()]
    if empty:
        warnings.append(f"No text on page {_ranges(empty)}: empty or scanned.")
    return Parsed(pages=tuple(pages), title=title, warnings=tuple(warnings), file_type="PDF")


def _own_title(written: str) -> str:
    """The title that the document carries, unless a program wrote it without asking anybody."""
    title = plain(written)
    is_made_up = title.casefold() in {"untitled", "untitled document", "(anonymous)", "model", "title"}
    is_file_name = PurePath(title).suffix.lower() in {".doc", ".docx", ".pdf", ".odt", ".ppt", ".pptx", ".xls", ".xlsx"}
    return "" if is_made_up or is_file_name or title.startswith("Microsoft Word") else title


def _refuse_textless(name: str, count: int, *, images: bool, warnings: list[str]) -> None:
    if warnings:
        raise WorkbenchError(
            f"No page of {name} can be read.",
            hint="The file is damaged: get it again.",
            details="\n".join(warnings),
            code="damaged",
        )
    if images:
        raise WorkbenchError(
            f"{name} has no text: its {f'{count} pages are' if count != 1 else 'page is'} scanned, needs OCR.",
            hint="Run it through a text recognition program first, then add it again.",
            code="needs_ocr",
        )
    raise WorkbenchError(f"{name} is empty: no page holds text.", hint="Nothing can be found in it.", code="empty")


def _ranges(numbers: list[int]) -> str:
    """ "1-3, 7" of [1, 2, 3, 7]."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)


class _Opened:
    """A PDF document that is closed at the end; errors in words."""

    def __init__(self, data: bytes, name: str, password: str) -> None:
        import pypdfium2

        try:
            self._document = pypdfium2.PdfDocument(data, password or None)
            self._document.init_forms()
        except pypdfium2.PdfiumError as error:
            raise _in_words(error, name, data, password) from error

    def __enter__(self) -> Any:
        return self._document

    def __exit__(self, *_: object) -> None:
        self._document.close()


def _in_words(error: Any, name: str, data: bytes, password: str) -> WorkbenchError:
    if getattr(error, "err_code", None) == _PASSWORD_ERROR:
        return password_problem(name, password)
    cut = b"%%EOF" not in data[-2048:]
    return WorkbenchError(
        f"{name} is {'cut off: the end of the PDF is missing' if cut else 'damaged: it cannot be read as PDF'}.",
        hint="Get the file again.",
        details=str(error),
        code="damaged",
    )


def _page_text(document: Any, number: int, warnings: list[str]) -> str:
    import pypdfium2

    try:
        return text_with_places(document[number - 1].get_textpage())[0]
    except pypdfium2.PdfiumError as error:
        warnings.append(f"Page {number} cannot be read ({error}).")
        return ""


def _has_images(document: Any) -> bool:
    import pypdfium2.raw as raw

    return any(
        next(document[index].get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), None) is not None
        for index in range(min(len(document), 5))
    )


def text_with_places(textpage: Any) -> tuple[str, list[int]]:
    """A page's text and, for each of its code points, the index of PDFium's character (-1 for a made-up space).

    Words cut at a line's end are joined and the lines of a paragraph become one line, so that a sentence can be found
    and quoted whole.
    """
    lines = list(_lines(textpage))
    longest = max((len(line) for line in lines), default=0)
    letters: list[str] = []
    places: list[int] = []
    for position, line in enumerate(lines):
        for letter, place in line:
            letters.append(letter)
            places.append(place)
        if position + 1 < len(lines):
            following = lines[position + 1]
            letters.append(" " if _goes_on(line, following, longest) else "\n")
            places.append(-1)
    return "".join(letters), places


_Line = list[tuple[str, int]]


def _lines(textpage: Any) -> Iterator[_Line]:
    """The lines as PDFium sees them, each a list of (code point, character index), without space at their ends."""
    line: _Line = []
    for letter, index in _characters(textpage):
        if letter == "\n":
            yield _stripped(line)
            line = []
        elif letter == "\t" or letter.isprintable() or letter.isspace():
            line.append((" " if letter.isspace() else letter, index))
    yield _stripped(line)


def _stripped(line: _Line) -> _Line:
    start, end = 0, len(line)
    while start < end and line[start][0] == " ":
        start += 1
    while end > start and line[end - 1][0] == " ":
        end -= 1
    return line[start:end]


def _characters(textpage: Any) -> Iterator[tuple[str, int]]:
    import pypdfium2.raw as raw

    skip_break = False
    high = 0
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code in _JOINED_WORD:
            skip_break = True
            continue
        if skip_break and code in (0x0D, 0x0A):
            continue
        skip_break = False
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        if code and code != 0x0D and code <= 0x10FFFF:
            yield chr(code), index


def _goes_on(line: _Line, following: _Line, longest: int) -> bool:
    """Whether a paragraph goes on in the next line: this one is long, and no list begins below it."""
    if not line or not following or len(line) < 0.55 * longest or longest < 25:
        return False
    last, first = line[-1][0], following[0][0]
    if first in "•◦▪-–*" or (first.isdigit() and _is_numbered(following)):
        return False
    return not (last in ".!?:" and len(line) < 0.8 * longest)


def _is_numbered(line: _Line) -> bool:
    start = "".join(letter for letter, _ in line[:4])
    return start.lstrip("0123456789")[:1] in {".", ")"}


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as picture; boxes are (left, top, right, bottom) in its pixels."""

    png: bytes
    width: int
    height: int
    boxes: tuple[tuple[float, float, float, float], ...]


def render_page(data: bytes, name: str, page: int, start: int, end: int, scale: float, password: str = "") -> PageImage:
    """The picture of a page (from 1) and the boxes of its text from `start` to `end`, one per line of text."""
    with _Opened(data, name, password) as document:
        if not 1 <= page <= len(document):
            raise WorkbenchError(f"{name} has no page {page}.", hint=f"It has {len(document)} pages.", code="no_page")
        sheet = document[page - 1]
        width, height = sheet.get_size()
        scale = min(scale, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = sheet.render(scale=scale, rev_byteorder=True, may_draw_forms=True)
        boxes = _boxes(sheet, start, end, bitmap.width, bitmap.height)
        png = _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
        return PageImage(png, bitmap.width, bitmap.height, tuple(boxes))


def _boxes(sheet: Any, start: int, end: int, width: int, height: int) -> list[tuple[float, float, float, float]]:
    textpage = sheet.get_textpage()
    _, places = text_with_places(textpage)
    rows: list[list[float]] = []
    for place in places[start:end]:
        if place < 0:
            continue
        left, bottom, right, top = textpage.get_charbox(place, loose=True)
        if right <= left or top <= bottom:
            continue
        box = _on_picture(sheet, (left, bottom, right, top), width, height)
        if rows and _same_row(rows[-1], box):
            last = rows[-1]
            rows[-1] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
        else:
            rows.append(list(box))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _same_row(row: list[float], box: tuple[float, float, float, float]) -> bool:
    overlap = min(row[3], box[3]) - max(row[1], box[1])
    near = box[0] - row[2] < 3 * (box[3] - box[1]) and box[2] >= row[0] - 1
    return overlap > 0.5 * min(row[3] - row[1], box[3] - box[1]) and near


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
