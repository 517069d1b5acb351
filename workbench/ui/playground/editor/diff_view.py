"""What changed between two versions: settings first, then the texts line by line, the words that differ marked."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from workbench.playground.diff import DiffLine, LineKind, PromptDiff
from workbench.ui.theme import set_role, tokens_of

_LEFT_OUT = "⋯"


class DiffView(QPlainTextEdit):
    """Read only. Every changed line begins with − or +, so that nothing is said by colour alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: PromptDiff | None = None
        self.setObjectName("version_diff")
        self.setAccessibleName(self.tr("What changed"))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(self.tr("There is nothing to compare with yet."))
        set_role(self, "code")

    def show_difference(self, difference: PromptDiff | None) -> None:
        if difference == self._shown:
            return
        self._shown = difference
        self.clear()
        if difference is None:
            return
        cursor = self.textCursor()
        if difference.is_empty:
            self._line(cursor, self.tr("Nothing: both say the same."), self._format(ink="muted"))
        if difference.settings:
            self._line(cursor, self.tr("Settings"), self._format(bold=True))
            for change in difference.settings:
                self._line(cursor, f"  {change.title}: {change.old} → {change.new}", self._format())
        for text in difference.texts:
            self._line(cursor, text.title, self._format(bold=True))
            for number, hunk in enumerate(text.hunks()):
                if number:
                    self._line(cursor, _LEFT_OUT, self._format(ink="muted"))
                self._hunk(cursor, hunk)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            shown, self._shown = self._shown, None
            self.show_difference(shown)

    def _hunk(self, cursor: QTextCursor, lines: Sequence[DiffLine]) -> None:
        """Changed lines that follow each other: all of the old ones, then all of the new ones."""
        waiting: list[DiffLine] = []
        for line in lines:
            if line.kind is LineKind.CHANGED:
                waiting.append(line)
                continue
            self._changed(cursor, waiting)
            waiting = []
            match line.kind:
                case LineKind.SAME:
                    self._line(cursor, f"  {line.new}", self._format(ink="muted"))
                case LineKind.REMOVED:
                    self._marked(cursor, "− ", line.old, (), "bad_soft", "bad")
                case _:
                    self._marked(cursor, "+ ", line.new, (), "good_soft", "good")
        self._changed(cursor, waiting)

    def _changed(self, cursor: QTextCursor, lines: Sequence[DiffLine]) -> None:
        for line in lines:
            self._marked(cursor, "− ", line.old, [(span.start, span.end) for span in line.old_spans], "bad_soft", "bad")
        for line in lines:
            spans = [(span.start, span.end) for span in line.new_spans]
            self._marked(cursor, "+ ", line.new, spans, "good_soft", "good")

    def _marked(
        self, cursor: QTextCursor, sign: str, text: str, spans: Sequence[tuple[int, int]], ground: str, ink: str
    ) -> None:
        """One line on a coloured ground; what differs is bold, underlined and in colour."""
        self._begin(cursor, ground)
        cursor.insertText(sign, self._format(ink=ink, bold=True))
        plain, strong = self._format(), self._format(ink=ink, bold=True, underlined=True)
        at = 0
        for start, end in spans:
            cursor.insertText(text[at:start], plain)
            cursor.insertText(text[start:end], strong)
            at = end
        cursor.insertText(text[at:], plain)

    def _line(self, cursor: QTextCursor, text: str, look: QTextCharFormat) -> None:
        self._begin(cursor, "")
        cursor.insertText(text, look)

    def _begin(self, cursor: QTextCursor, ground: str) -> None:
        block = QTextBlockFormat()
        if ground:
            block.setBackground(QColor(getattr(tokens_of(self), ground)))
        if self.document().isEmpty():
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)

    def _format(self, *, ink: str = "text", bold: bool = False, underlined: bool = False) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setForeground(QColor(getattr(tokens_of(self), ink)))
        if bold:
            look.setFontWeight(QFont.Weight.Bold)
        look.setFontUnderline(underlined)
        return look
