"""A PDF as pages of text: read page by page, then looked at as a whole for headings and what repeats."""

import time
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, plain
from workbench.rag.loaders.pdf.furniture import EdgeBlock, edge_blocks, find_furniture
from workbench.rag.loaders.pdf.headings import Outline, find_headings, read_outline
from workbench.rag.loaders.pdf.opening import OpenPdf
from workbench.rag.loaders.pdf.page_layout import PageLayout, lay_out
from workbench.rag.loaders.pdf.paragraphs import Block, BlockKind
from workbench.rag.loaders.pdf.scans import is_scanned, page_ranges, refuse_textless, textless_warnings
from workbench.rag.types import MarkKind, PageMark, PageText

_MAX_PAGES = 20_000
# The reader gets thirty seconds. Past this many, pages are read without looking for columns and tables.
CAREFUL_SECONDS = 12.0
# ... and past this many no more pages are read, so that what was read by then is kept.
READ_SECONDS = 24.0


def load_pdf(data: bytes, name: str, password: str = "", *, max_characters: int = 3_500_000) -> Parsed:
    """Text page by page with its headings, tables and repeated lines marked.

    Raises WorkbenchError for what has no text to give: encrypted, damaged, scanned, empty, too long.
    """
    with OpenPdf(data, name, password) as document:
        count = len(document)
        if count > _MAX_PAGES:
            raise WorkbenchError(
                f"{name} has {count} pages; the limit is {_MAX_PAGES}.", hint="Split it.", code="too_long"
            )
        reading = _Reading(document, name, max_characters)
        for number in range(1, count + 1):
            if reading.is_over_time and number > 1:
                reading.stop_before(number)
                break
            reading.read(number)
        title = _own_title(str(document.get_metadata_dict().get("Title", "")))
        outline = read_outline(document)
    return reading.parsed(title, outline)


class _Reading:
    """One pass over the pages. Of each page no more is kept than its text and its blocks."""

    def __init__(self, document: Any, name: str, max_characters: int) -> None:
        self._document = document
        self._name = name
        self._max_characters = max_characters
        self._started = time.monotonic()
        self._simple_from = 0
        self._texts: list[tuple[int, str, list[Block]]] = []
        self._edges: list[EdgeBlock] = []
        self._scanned: list[int] = []
        self._empty: list[int] = []
        self._warnings: list[str] = []
        self._characters = 0

    @property
    def is_over_time(self) -> bool:
        return time.monotonic() - self._started > READ_SECONDS

    def stop_before(self, number: int) -> None:
        """The rest took too long."""
        count = len(self._document)
        self._warnings.append(
            f"Only the first {number - 1} of {count} pages were read: it took too long. Split the file to have all."
        )

    def read(self, number: int) -> None:
        """One page, from 1."""
        layout = self._layout(number)
        text, blocks = (layout.text, layout.blocks) if layout else ("", [])
        if layout:
            self._edges += edge_blocks(number, text, blocks, layout.height)
        self._texts.append((number, text, blocks))
        self._characters += len(text)
        if self._characters > self._max_characters:
            raise WorkbenchError(
                f"{self._name} holds more than {self._max_characters / 1e6:.1f} million characters, "
                f"on the first {number} of its {len(self._document)} pages alone.",
                hint="Split it.",
                code="too_long",
            )

    def _layout(self, number: int) -> PageLayout | None:
        import pypdfium2

        is_simple = time.monotonic() - self._started > CAREFUL_SECONDS
        if is_simple and not self._simple_from:
            self._simple_from = number
        try:
            sheet = self._document[number - 1]
            layout = lay_out(self._document, sheet, is_simple=is_simple)
            if not layout.text.strip():
                (self._scanned if is_scanned(sheet) else self._empty).append(number)
            sheet.close()
        except pypdfium2.PdfiumError as error:
            self._warnings.append(f"Page {number} cannot be read ({error}).")
            return None
        return layout

    def parsed(self, title: str, outline: Outline) -> Parsed:
        """The document. Raises WorkbenchError when it has no text."""
        if not any(text.strip() for _, text, _ in self._texts):
            refuse_textless(self._name, len(self._texts), scanned=len(self._scanned), warnings=self._warnings)
        if self._simple_from:
            last = page_ranges([self._simple_from])
            self._warnings.append(f"The file is long: from page {last} on, columns and tables were not looked for.")
        left_out = self._left_out()
        kept = [(n, text, [b for b in blocks if (n, b.start) not in left_out]) for n, text, blocks in self._texts]
        headings = find_headings(kept, outline)
        pages = tuple(
            PageText(number=number, text=text, marks=_marks(number, blocks, headings, left_out))
            for number, text, blocks in self._texts
        )
        warnings = (*self._warnings, *textless_warnings(self._scanned, self._empty))
        return Parsed(pages=pages, title=title, warnings=warnings, file_type="PDF")

    def _left_out(self) -> set[tuple[int, int]]:
        """What repeats, but not where a page holds nothing else."""
        found = find_furniture(self._edges, len(self._texts))
        bare = {n for n, _, blocks in self._texts if all((n, block.start) in found for block in blocks)}
        return {place for place in found if place[0] not in bare}


def _marks(
    number: int, blocks: Sequence[Block], headings: dict[tuple[int, int], int], left_out: set[tuple[int, int]]
) -> tuple[PageMark, ...]:
    marks: list[PageMark] = []
    for block in blocks:
        place = (number, block.start)
        if place in left_out:
            marks.append(PageMark(kind=MarkKind.REPEATED, start=block.start, end=block.end))
        elif place in headings:
            marks.append(PageMark(kind=MarkKind.HEADING, start=block.start, end=block.end, level=headings[place]))
        elif block.kind is BlockKind.TABLE:
            marks.append(PageMark(kind=MarkKind.TABLE, start=block.start, end=block.end, header_end=block.header_end))
        elif block.kind is BlockKind.CODE:
            marks.append(PageMark(kind=MarkKind.CODE, start=block.start, end=block.end))
    return tuple(marks)


def _own_title(written: str) -> str:
    """The title that the document carries, unless a program wrote it without asking anybody."""
    title = plain(written)
    is_made_up = title.casefold() in {"untitled", "untitled document", "(anonymous)", "model", "title"}
    is_file_name = PurePath(title).suffix.lower() in {".doc", ".docx", ".pdf", ".odt", ".ppt", ".pptx", ".xls", ".xlsx"}
    return "" if is_made_up or is_file_name or title.startswith("Microsoft Word") else title
