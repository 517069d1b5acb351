"""Asks for a name, and a note where that is wanted."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.ui.theme import set_role


class NameDialog(QDialog):
    named = Signal(str, str)
    """Name and note."""

    def __init__(
        self, title: str, label: str, name: str, parent: QWidget | None = None, *, asks_note: bool = False,
        may_be_empty: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._may_be_empty = may_be_empty
        self._build_widgets(title, label, name, asks_note)
        self._build_layout()
        self._connect()

    def _build_widgets(self, title: str, label: str, name: str, asks_note: bool) -> None:
        self.setObjectName("name_dialog")
        self.setWindowTitle(title)
        self.setMinimumWidth(380)
        self._label = QLabel(label, self)
        set_role(self._label, "field")
        self._name = QLineEdit(name, self)
        self._name.setObjectName("name_dialog_name")
        self._name.setAccessibleName(label)
        self._name.setMaxLength(120)
        self._name.selectAll()
        self._label.setBuddy(self._name)
        self._note_label = QLabel(self.tr("Note"), self)
        set_role(self._note_label, "field")
        self._note = QPlainTextEdit(self)
        self._note.setObjectName("name_dialog_note")
        self._note.setAccessibleName(self.tr("Note"))
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(90)
        self._note_label.setVisible(asks_note)
        self._note.setVisible(asks_note)
        self._buttons = QDialogButtonBox(self)
        self._ok = self._buttons.addButton(title, QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setObjectName("name_dialog_ok")
        set_role(self._ok, "primary")
        self._buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        for widget in (self._label, self._name, self._note_label, self._note, self._buttons):
            column.addWidget(widget)

    def _connect(self) -> None:
        self._buttons.accepted.connect(self._on_ok)
        self._buttons.rejected.connect(self.reject)
        self._name.textChanged.connect(self._on_changed)
        self.finished.connect(self.deleteLater)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._ok.setEnabled(self._may_be_empty or bool(self._name.text().strip()))

    @Slot()
    def _on_ok(self) -> None:
        self.named.emit(self._name.text().strip(), self._note.toPlainText().strip())
        self.accept()
