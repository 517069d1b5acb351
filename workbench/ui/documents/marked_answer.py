"""An answer whose sentences are coloured by what their sources say; a word behind each says the same."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from workbench.rag.answer_parts import Support
from workbench.rag.answer_types import Answer
from workbench.ui.documents.answer_markdown import BEGIN, END, NOTE_END, marked
from workbench.ui.theme import tokens_of
from workbench.ui.widgets.answer_view import AnswerView


class MarkedAnswer(AnswerView):
    """As tall as its text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, fits_content=True)
        self._supports: tuple[Support, ...] = ()

    def show_answer(self, answer: Answer) -> None:
        """A finished answer."""
        found = marked(answer)
        self._supports = found.supports
        self.show_text(found.markdown)

    @Slot()
    def _paint(self) -> None:
        super()._paint()
        if BEGIN in self._text:
            self._color()

    def _color(self) -> None:
        edit = QTextCursor(self.document())
        edit.beginEditBlock()
        place = 0
        for support in self._supports:
            begin = self.document().find(BEGIN, place)
            end = self.document().find(END, begin)
            note = self.document().find(NOTE_END, end)
            if begin.isNull() or end.isNull() or note.isNull():
                break  # Markdown swallowed a sign (a link's target): what follows stays uncoloured
            self._format(begin.selectionEnd(), end.selectionStart(), self._sentence_format(support))
            self._format(end.selectionEnd(), note.selectionStart(), self._note_format(support))
            place = note.selectionEnd()
        edit.endEditBlock()
        self._remove_signs()

    def _format(self, start: int, end: int, form: QTextCharFormat) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(form)

    def _sentence_format(self, support: Support) -> QTextCharFormat:
        colors, form = tokens_of(), QTextCharFormat()
        match support:
            case Support.UNSUPPORTED:
                form.setBackground(QColor(colors.bad_soft))
            case Support.UNCITED:
                form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
                form.setUnderlineColor(QColor(colors.muted))
            case _:
                pass
        return form

    def _note_format(self, support: Support) -> QTextCharFormat:
        colors, form = tokens_of(), QTextCharFormat()
        inks = {Support.SUPPORTED: colors.good, Support.UNSUPPORTED: colors.bad}
        form.setForeground(QColor(inks.get(support, colors.muted)))
        form.setFontPointSize(self.font().pointSizeF() * 0.9)
        return form

    def _remove_signs(self) -> None:
        for sign in (BEGIN, END, NOTE_END):
            while not (found := self.document().find(sign)).isNull():
                found.removeSelectedText()
