"""An answer as it comes, for many of them at a time: text is put behind what stands there, Markdown is made once."""

from collections.abc import Hashable, Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from workbench.playground.differences import Span
from workbench.ui.playground.columns.paint_turns import PaintTurns
from workbench.ui.theme import tokens_of
from workbench.ui.widgets.answer_view import AnswerView

LONGEST_FORMATTED = 30_000
"""Characters; a longer answer stays plain text, because its Markdown would hold the window up."""


class StreamedAnswer(AnswerView):
    """Paints when it is its turn (`PaintTurns`), as tall as its text."""

    def __init__(self, turns: PaintTurns, who: Hashable, parent: QWidget | None = None) -> None:
        super().__init__(parent, fits_content=True)
        self._turns = turns
        self._who = who
        self._whole: list[str] = []
        self._pending: list[str] = []

    def whole_text(self) -> str:
        """All that came, painted or not."""
        return "".join(self._whole)

    def begin(self, text: str) -> None:
        """A new answer begins, with this."""
        self._turns.forget(self._who)
        self._whole, self._pending = [text], []
        self.setExtraSelections([])
        self.show_plain(text)

    def append_plain(self, text: str) -> None:
        """More of it."""
        self._whole.append(text)
        self._pending.append(text)
        self._turns.want(self._who, self._paint_pending)

    def finish_with(self, text: str) -> None:
        """The whole answer, formatted when it is its turn."""
        self._whole, self._pending = [text], []
        self._turns.want(self._who, self._paint_finished)

    def leave(self) -> None:
        """It goes away and paints no more."""
        self._turns.forget(self._who)

    def mark(self, spans: Sequence[Span]) -> None:
        """Mark these places of what is displayed; none unmarks all."""
        look = QTextCharFormat()
        tokens = tokens_of()  # of the application: the style sheet makes the own palette transparent
        look.setBackground(QColor(tokens.warn_soft))
        look.setForeground(QColor(tokens.text))
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)  # not told by the colour alone
        look.setUnderlineColor(QColor(tokens.warn))
        selections = []
        for span in spans:
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(self.document())
            selection.cursor.setPosition(span.start)
            selection.cursor.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
            selection.format = look
            selections.append(selection)
        self.setExtraSelections(selections)

    def _paint_pending(self) -> None:
        text, self._pending = "".join(self._pending), []
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text)
        self._text = self.whole_text()

    def _paint_finished(self) -> None:
        text = self.whole_text()
        if len(text) <= LONGEST_FORMATTED:
            self.show_text(text)
        else:
            self.show_plain(text)
