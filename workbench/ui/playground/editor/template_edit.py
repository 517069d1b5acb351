"""The field in which a block's template is written: Jinja in colour, the line with a mistake underlined."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from workbench.playground.types import TemplateProblem
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.playground.editor.jinja_highlighter import JinjaHighlighter
from workbench.ui.playground.editor.limits import LONGEST_BLOCK
from workbench.ui.theme import tokens_of


class TemplateEdit(GrowingEdit):
    def __init__(self, name: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(name, accessible, lines=(3, 16), longest=LONGEST_BLOCK, parent=parent)
        self._problem: TemplateProblem | None = None
        self._tokens = tokens_of(self)
        self._highlighter = JinjaHighlighter(self.document(), self._tokens)

    def show_mistake(self, problem: TemplateProblem | None) -> None:
        """Underline the line; None takes the underline away."""
        if problem == self._problem:
            return
        self._problem = problem
        self.show_problem(problem is not None)
        self.setExtraSelections([] if problem is None else [self._underlined(problem.line)])

    def go_to_line(self, line: int) -> None:
        """From 1; puts the cursor at its beginning and shows it."""
        cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
        self.setTextCursor(cursor)
        self.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and tokens_of(self) is not self._tokens:
            self._tokens = tokens_of(self)
            self._highlighter.show_tokens(self._tokens)
            problem, self._problem = self._problem, None
            self.show_mistake(problem)

    def _underlined(self, line: int) -> QTextEdit.ExtraSelection:
        block = self.document().findBlockByNumber(min(line, self.document().blockCount()) - 1)
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        wave = QTextCharFormat()
        wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        wave.setUnderlineColor(QColor(self._tokens.bad))
        wave.setBackground(QColor(self._tokens.bad_soft))
        selection = QTextEdit.ExtraSelection()
        selection.cursor, selection.format = cursor, wave
        return selection
