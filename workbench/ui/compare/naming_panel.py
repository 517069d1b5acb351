"""Asks for the name of a test set: a new one, one that is saved, or another name."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.ui.compare.sets_state import Naming, SetsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class NamingPanel(QFrame):
    named = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._naming: Naming | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: SetsState) -> None:
        was, self._naming = self._naming, state.naming
        self.setVisible(state.naming is not None)
        self._trouble.setText(state.name_trouble)
        self._trouble.setVisible(bool(state.name_trouble))
        if state.naming is not None and state.naming is not was:
            question, answer = self._words(state.naming)
            self._label.setText(question)
            self._yes.setText(answer)
            self._yes.setAccessibleName(answer)
            self._name.setText(state.name_wish)
            self._name.selectAll()
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _words(self, naming: Naming) -> tuple[str, str]:
        match naming:
            case Naming.NEW:
                return self.tr("Name of the new test set"), self.tr("Make the set")
            case Naming.SAVE:
                return self.tr("Save these questions under the name"), self.tr("Save the set")
            case Naming.RENAME:
                return self.tr("New name of the test set"), self.tr("Rename")

    def _build_widgets(self) -> None:
        self.setObjectName("compare_naming")
        set_role(self, "panel")
        self._label, self._name, self._trouble = QLabel(self), QLineEdit(self), QLabel(self)
        self._name.setObjectName("compare_set_name")
        self._name.setAccessibleName(self.tr("Name of the test set"))
        self._name.setMaxLength(100)
        self._trouble.setObjectName("compare_set_name_trouble")
        set_role(self._trouble, "error")
        for label in (self._label, self._trouble):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._yes = named_button(self, "compare_set_name_yes", self.tr("Save"), "primary", icon="check")
        self._no = named_button(self, "compare_set_name_no", self.tr("Cancel"), "quiet", icon="close")

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._label)
        row.addWidget(self._name, 1)
        row.addWidget(self._yes)
        row.addWidget(self._no)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self._trouble)

    def _connect(self) -> None:
        self._name.returnPressed.connect(self._on_named)
        self._yes.clicked.connect(self._on_named)
        self._no.clicked.connect(self.left)

    @Slot()
    def _on_named(self) -> None:
        self.named.emit(self._name.text())
