"""Text with its chunks in alternating colours; what two of them share has a colour of its own."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from workbench.rag.chunk_preview import PreviewedChunk, PreviewedPage
from workbench.ui.theme import tokens_of


class ChunksText(QPlainTextEdit):
    """Read only; the cursor says which chunks are looked at."""

    chunks_pointed = Signal(list)
    """The chunks under the cursor: none, one, or two that overlap."""

    _page: PreviewedPage | None = None
    """Known before the first event comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chunks_text")
        self.setAccessibleName(self.tr("Text of the page with its chunks"))
        self.setReadOnly(True)
        self.cursorPositionChanged.connect(self._on_moved)

    def show_page(self, page: PreviewedPage | None) -> None:
        if page == self._page:
            return
        before, self._page = self._page, page
        if page is None:
            self.clear()
            return
        if before is None or before.text != page.text:
            self.setPlainText(page.text)
        self._paint()
        self._on_moved()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._paint()

    def marked(self) -> list[str]:
        """The text of each coloured piece, in order."""
        return [mark.cursor.selectedText().replace("\u2029", "\n") for mark in self.extraSelections()]

    def _paint(self) -> None:
        page = self._page
        if page is None:
            return
        units = _units(page.text)
        marks: list[QTextEdit.ExtraSelection] = []
        for start, end, look in self._pieces(page):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.document())
            mark.cursor.setPosition(units[start])
            mark.cursor.setPosition(units[end], QTextCursor.MoveMode.KeepAnchor)
            mark.format = look
            marks.append(mark)
        self.setExtraSelections(marks)

    def _pieces(self, page: PreviewedPage) -> Iterator[tuple[int, int, QTextCharFormat]]:
        """(start, end, look), counted in the text that is shown."""
        tokens = tokens_of(self)
        grounds = (tokens.accent_soft, tokens.good_soft)
        covered = 0
        for chunk in page.chunks:
            start, end = _shown(chunk.start, page), _shown(chunk.end, page)
            if start < covered:
                yield start, min(covered, end), _look(tokens.warn_soft, is_shared=True)
            yield max(start, covered), end, _look(grounds[chunk.number % 2])
            covered = max(covered, end)
        for start, end in page.left_out:
            look = QTextCharFormat()
            look.setForeground(QColor(tokens.disabled))
            yield _shown(start, page), _shown(end, page), look

    @Slot()
    def _on_moved(self) -> None:
        if self._page is None:
            self.chunks_pointed.emit([])
            return
        # Qt counts UTF-16 units, we count code points.
        before = self.toPlainText().encode("utf-16-le", "surrogatepass")[: 2 * self.textCursor().position()]
        place = self._page.offset + len(before.decode("utf-16-le", "surrogatepass"))
        found: list[PreviewedChunk] = [chunk for chunk in self._page.chunks if chunk.start <= place < chunk.end]
        self.chunks_pointed.emit(found)


def _shown(place: int, page: PreviewedPage) -> int:
    return min(max(place - page.offset, 0), len(page.text))


def _units(text: str) -> list[int]:
    """For each place in the text how many UTF-16 units stand before it."""
    units, at = [0], 0
    for letter in text:
        at += 2 if letter > "\uffff" else 1
        units.append(at)
    return units


def _look(ground: str, *, is_shared: bool = False) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setBackground(QColor(ground))
    if is_shared:
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
    return look
