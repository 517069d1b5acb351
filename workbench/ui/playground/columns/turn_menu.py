"""Everything that can be done with a turn, and what was measured of it."""

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.playground.conversation import Turn
from workbench.ui.playground.columns.state import TurnAction, adapter_in_words, measured_in_words
from workbench.ui.theme import set_role


class TurnMenu(QMenu):
    """Shown once, gone when it is closed."""

    action_chosen = Signal(object)
    """A `TurnAction`."""
    edit_question_requested = Signal()
    edit_answer_requested = Signal()

    def __init__(self, turn: Turn, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("turn_menu")
        self._turn = turn
        if turn.completion is not None:
            self._say(measured_in_words(turn.completion))
            self._say(adapter_in_words(turn))
        self._say(turn.answered_by.label)
        self.addSeparator()
        self.addAction(self.tr("Edit the question…"), self.edit_question_requested.emit)
        self.addAction(self.tr("Edit the answer…"), self.edit_answer_requested.emit)
        self.addSeparator()
        if turn.is_cut_off:
            self._act(self.tr("Continue"), TurnAction.CONTINUE)
        self._act(self.tr("Answer again"), TurnAction.REGENERATE)
        self._act(self.tr("Copy as Markdown"), TurnAction.COPY_MARKDOWN)
        if turn.completion is not None and turn.completion.final_prompt:
            self.addAction(self.tr("Exact prompt…"), self._show_prompt)
        self.addSeparator()
        self._act(self.tr("Delete from here on"), TurnAction.DELETE)
        self.aboutToHide.connect(self.deleteLater)

    def open_below(self, button: QWidget) -> None:
        self.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _say(self, text: str) -> None:
        if text:
            self.addAction(text.replace("&", "&&")).setEnabled(False)

    def _act(self, text: str, action: TurnAction) -> None:
        self.addAction(text, partial(self.action_chosen.emit, action))

    @Slot()
    def _show_prompt(self) -> None:
        completion = self._turn.completion
        if completion is not None:
            parent = self.parentWidget()
            dialog = _TextDialog(self.tr("The exact prompt"), completion.final_prompt, parent)
            dialog.open()


class _TextDialog(QDialog):
    """A text to read and copy."""

    def __init__(self, title: str, text: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("exact_prompt")
        self.setWindowTitle(title)
        self.resize(640, 480)
        view = QPlainTextEdit(text, self)
        view.setReadOnly(True)
        view.setAccessibleName(title)
        set_role(view, "code")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)
        column = QVBoxLayout(self)
        column.addWidget(view)
        column.addWidget(buttons)
