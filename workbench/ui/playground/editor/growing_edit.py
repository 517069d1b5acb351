"""A text field that is as high as its text, within limits, and takes part in the editor's one history of undo."""

import math
import re

from PySide6.QtCore import QEvent, QMimeData, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShowEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from workbench.ui.theme import restyle

_LONG_WORD = 2000
_ANYWHERE = QTextOption.WrapMode.WrapAnywhere
_UNDO_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class GrowingEdit(QPlainTextEdit):
    """`text_edited` says the whole new text. Undo is left to the owner: Qt's own would know nothing of the settings."""

    text_edited = Signal(str)
    too_long = Signal(int)
    """Characters that the text would have had; nothing of what was pasted is taken."""

    def __init__(
        self, name: str, accessible: str, *, lines: tuple[int, int], longest: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._least, self._most = lines
        self._longest = longest
        self._text = ""
        self._shown_height = 0
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        # A change of height lays the whole page out: never inside a key press.
        self._growing = QTimer(self, singleShot=True, interval=0)
        self._growing.timeout.connect(self._grow)
        self.textChanged.connect(self._on_text_changed)
        # A reference of our own: PySide drops the wrapper, and its connections, when nobody holds it.
        self._layout = self.document().documentLayout()
        self._layout.documentSizeChanged.connect(self._on_size)
        self.verticalScrollBar().rangeChanged.connect(self._on_size)  # lines that wrap anew are told by this alone
        self._grow()

    @property
    def text(self) -> str:
        """As it stands; the same object until it changes."""
        return self._text

    def show_text(self, text: str) -> None:
        """Change the text without telling it back: only the part that differs, where the cursor then stands."""
        if text is self._text or text == self._text:
            return
        self._fit_wrapping(text)
        with QSignalBlocker(self):
            start, end, put_in = _difference(self._text, text)
            cursor = self.textCursor()
            cursor.setPosition(_units(self._text[:start]))
            cursor.setPosition(_units(self._text[:end]), QTextCursor.MoveMode.KeepAnchor)
            was_empty = not self._text
            cursor.insertText(put_in)
            if was_empty:
                cursor.setPosition(0)
            self.setTextCursor(cursor)
            if self.toPlainText() != text:  # line ends of another system: positions were others
                self.setPlainText(text)
        self._text = text
        self._growing.start()

    def show_problem(self, is_bad: bool) -> None:
        """The red edge of a field that needs mending."""
        if bool(self.property("problem")) != is_bad:
            self.setProperty("problem", is_bad)
            restyle(self)

    def event(self, event: QEvent) -> bool:
        if is_undo_key(event):
            event.ignore()  # so that the shortcut of the panel gets it
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() and len(self._text) >= self._longest and event.text().isprintable():
            self.too_long.emit(len(self._text) + 1)
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        length = len(self._text) + len(source.text())
        if length > self._longest:
            self.too_long.emit(length)
            return
        self._fit_wrapping(source.text())
        super().insertFromMimeData(source)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._growing.start()  # only now the style sheet's edges and font are known

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._growing.start()

    def _fit_wrapping(self, text: str) -> None:
        """Before a text comes in. Qt seeks the end of a word of 400,000 letters for 8 seconds, at every key press."""
        if len(text) > _LONG_WORD and self.wordWrapMode() is not _ANYWHERE and _has_long_word(text):
            self.setWordWrapMode(_ANYWHERE)

    @Slot()
    def _on_text_changed(self) -> None:
        text = self.toPlainText()
        if text != self._text:  # a change of colours is told as a change of the text
            self._text = text
            self.text_edited.emit(text)

    @Slot()
    def _on_size(self) -> None:
        self._growing.start()

    @Slot()
    def _grow(self) -> None:
        """QPlainTextEdit measures its document in lines."""
        lines = min(max(round(self.document().size().height()), self._least), self._most)
        edges = self.height() - self.viewport().height() if self.isVisible() else 2 * self.frameWidth() + 12
        height = math.ceil(lines * self._line_height()) + edges + math.ceil(2 * self.document().documentMargin()) + 2
        if height != self._shown_height:
            self._shown_height = height
            self.setFixedHeight(height)

    def _line_height(self) -> float:
        """As Qt laid it out, which is a little more than the font says."""
        laid_out = self.firstVisibleBlock().layout()
        if laid_out.lineCount():
            return laid_out.boundingRect().height() / laid_out.lineCount()
        return self.fontMetrics().lineSpacing() + 1.0


def _has_long_word(text: str) -> bool:
    """Something like a picture in letters: nothing to wrap at."""
    return re.search(rf"\S{{{_LONG_WORD}}}", text) is not None


def is_undo_key(event: QEvent) -> bool:
    """Whether a field is asked if it wants to undo or redo by itself."""
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    return any(event.matches(keys) for keys in _UNDO_KEYS)


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """What is to be replaced: `old[start:end]` by the text, so that the rest stays as it is."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    same_end = 0
    while same_end < most - start and old[-1 - same_end] == new[-1 - same_end]:
        same_end += 1
    return start, len(old) - same_end, new[start : len(new) - same_end]


def _units(text: str) -> int:
    """Positions in Qt's documents count UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)
