"""The words of a page with their boxes: the one place that asks PDFium for characters."""

import ctypes
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from workbench.rag.loaders.pdf.geometry import Box, turned

# PDFium marks a word that goes on in the next line with U+0002 (older ones: U+FFFE) instead of hyphen and newline.
_JOINED_WORD = frozenset({0x02, 0xFFFE})
_BREAKS = frozenset({0x0A, 0x0D})
_FIXED_PITCH = 1
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")
_MONO_NAMES = ("courier", "mono", "consol", "typewriter", "cmtt")
_MAX_NAME = 128


_NOWHERE = Box(0, 0, 0, 0)


@dataclass(slots=True)
class Word:
    """Letters without a space between them."""

    letters: list[str]
    places: list[int]
    """For each letter the index of PDFium's character; several letters of a ligature share one."""
    first: int
    last: int
    """Indexes of its first and last character."""
    order: int
    """Its place in the order in which the file draws."""
    box: Box = _NOWHERE
    size: float = 0.0
    """Font size in points, as drawn."""
    angle: int = 0
    """Degrees counter-clockwise, to the next quarter turn."""
    goes_on: bool = False
    """Cut by a hyphen that PDFium took out: the rest stands on the next line."""
    ends_line: bool = False

    @property
    def text(self) -> str:
        return "".join(self.letters)


@dataclass(frozen=True, slots=True)
class Face:
    """How letters look."""

    is_bold: bool = False
    is_mono: bool = False


@dataclass(slots=True)
class Letters:
    """The words of one page, by the direction in which they run, the commonest direction first."""

    textpage: Any
    sheet: tuple[float, float, float, float]
    layers: list[list[Word]] = field(default_factory=list)
    _faces: dict[int, Face] = field(default_factory=dict)

    def face(self, word: Word) -> Face:
        """The look of a word's first letter."""
        found = self._faces.get(word.first)
        if found is None:
            found = self._faces[word.first] = _face(self.textpage, word.first)
        return found


def read_letters(textpage: Any, sheet: tuple[float, float, float, float]) -> Letters:
    """Every word of a page; `sheet` is (left, bottom, right, top) of the page in its own coordinates."""
    words = _words(textpage)
    _measure(textpage, words)
    by_angle: dict[int, list[Word]] = {}
    for word in words:
        by_angle.setdefault(word.angle, []).append(word)
    weight = Counter({angle: sum(len(word.letters) for word in some) for angle, some in by_angle.items()})
    layers = [by_angle[angle] for angle, _ in weight.most_common()]
    for layer in layers:
        for word in layer:
            box = word.box
            word.box = turned(box.left, box.top, box.right, box.bottom, word.angle, sheet)
    return Letters(textpage, sheet, layers)


def _words(textpage: Any) -> list[Word]:
    import pypdfium2.raw as raw

    unicode_of, handle = raw.FPDFText_GetUnicode, textpage.raw
    words: list[Word] = []
    word: Word | None = None
    high = 0
    for index in range(textpage.count_chars()):
        code = unicode_of(handle, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        if code in _JOINED_WORD or code in _BREAKS:
            if words:
                words[-1].ends_line = True
                words[-1].goes_on |= code in _JOINED_WORD
            word = None
            continue
        letters = _letters(code)
        if not letters:
            if code == 0x20 or chr(code).isspace():
                word = None
            continue
        if word is None:
            word = Word([], [], index, index, len(words))
            words.append(word)
        word.letters += letters
        word.places += [index] * len(letters)
        word.last = index
    return words


@lru_cache(maxsize=8192)
def _letters(code: int) -> str:
    """The letters of a character: ligatures and drawn forms of Arabic and Hebrew letters as what is written."""
    if not code or code > 0x10FFFF:
        return ""
    letter = chr(code)
    if letter.isspace() or (not letter.isprintable() and code != 0x200D and code != 0x200C):
        return ""
    if 0xFB00 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:
        return "".join(unicodedata.normalize("NFKC", letter).split())
    return letter


def _measure(textpage: Any, words: list[Word]) -> None:
    """Boxes, sizes and directions, from the first and the last character of each word."""
    import pypdfium2.raw as raw

    handle, rect, matrix = textpage.raw, raw.FS_RECTF(), raw.FS_MATRIX()
    box_at, size_at, matrix_at = raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetFontSize, raw.FPDFText_GetMatrix
    last = (0.0, 0.0, 0.0, 0.0)
    for word in words:
        if box_at(handle, word.first, rect):
            left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
            if word.last != word.first and box_at(handle, word.last, rect):
                left, bottom = min(left, rect.left), min(bottom, rect.bottom)
                right, top = max(right, rect.right), max(top, rect.top)
            if all(map(math.isfinite, (left, bottom, right, top))):
                last = (left, bottom, right, top)
        # Kept as (left, bottom, right, top) until the direction of the page is known.
        word.box = Box(*last)
        scale = 1.0
        if matrix_at(handle, word.first, matrix):
            scale = math.hypot(matrix.c, matrix.d)
            angle = math.degrees(math.atan2(matrix.b, matrix.a))
            word.angle = round(angle / 90) * 90 % 360
        word.size = size_at(handle, word.first) * scale or max(last[3] - last[1], 1.0)


def _face(textpage: Any, index: int) -> Face:
    import pypdfium2.raw as raw

    flags, name = ctypes.c_int(), ctypes.create_string_buffer(_MAX_NAME)
    length = raw.FPDFText_GetFontInfo(textpage.raw, index, name, _MAX_NAME, flags)
    called = name.raw[: max(min(length, _MAX_NAME) - 1, 0)].decode("utf-8", "replace").casefold()
    weight = raw.FPDFText_GetFontWeight(textpage.raw, index)
    # Guessed by PDFium from the width of stems; beyond 900 the guess is no weight.
    is_bold = any(part in called for part in _BOLD_NAMES) or 600 <= weight <= 900
    is_mono = any(part in called for part in _MONO_NAMES) or bool(flags.value & _FIXED_PITCH)
    return Face(is_bold, is_mono)
