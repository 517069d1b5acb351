"""Type or edit one worked example."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.ui.theme import set_role


class ShotDialog(QDialog):
    accepted_shot = Signal(str, str)
    """Question and answer."""

    def __init__(self, question: str, answer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets(question, answer)
        self._build_layout()
        self._connect()

    def _build_widgets(self, question: str, answer: str) -> None:
        self.setObjectName("shot_dialog")
        self.setWindowTitle(self.tr("Example"))
        self.resize(460, 360)
        self._question, self._answer = QPlainTextEdit(question, self), QPlainTextEdit(answer, self)
        for edit, name, words in (
            (self._question, "shot_question", self.tr("Question of the example")),
            (self._answer, "shot_answer", self.tr("Answer of the example")),
        ):
            edit.setObjectName(name)
            edit.setAccessibleName(words)
            edit.setTabChangesFocus(True)
        self._buttons = QDialogButtonBox(self)
        self._ok = self._buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setObjectName("shot_keep")
        set_role(self._ok, "primary")
        cancel: QPushButton = self._buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("shot_cancel")

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        for words, edit in ((self.tr("Question"), self._question), (self.tr("Answer"), self._answer)):
            label = QLabel(words, self)
            set_role(label, "field")
            label.setBuddy(edit)
            column.addWidget(label)
            column.addWidget(edit, 1)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self._buttons.accepted.connect(self._on_keep)
        self._buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)
        for edit in (self._question, self._answer):
            edit.textChanged.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._ok.setEnabled(bool(self._question.toPlainText().strip() and self._answer.toPlainText().strip()))

    @Slot()
    def _on_keep(self) -> None:
        self.accepted_shot.emit(self._question.toPlainText(), self._answer.toPlainText())
        self.accept()
