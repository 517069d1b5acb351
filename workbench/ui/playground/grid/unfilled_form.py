"""Values for variables that no column of the rows fills: the same for every row."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.theme import set_role


class UnfilledForm(QFrame):
    """Hidden while the rows fill every variable."""

    value_edited = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: dict[str, QLineEdit] = {}
        self._build_widgets()
        self._build_layout()
        self.hide()

    def show_state(self, state: GridPageState) -> None:
        self.setVisible(bool(state.unfilled))
        if tuple(self._edits) != state.unfilled:
            while self._form.rowCount():
                self._form.removeRow(0)
            self._edits = {name: self._edit(name) for name in state.unfilled}
            for name, edit in self._edits.items():
                label = QLabel(name, self)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setBuddy(edit)
                self._form.addRow(label, edit)
        for name, edit in self._edits.items():
            with QSignalBlocker(edit):
                if edit.text() != state.values.get(name, ""):
                    edit.setText(state.values.get(name, ""))

    def _edit(self, name: str) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setObjectName(f"grid_value_{name}")
        edit.setAccessibleName(self.tr("Value of {} for every row").format(name))
        edit.setPlaceholderText(self.tr("empty: rows without it say so in their cell"))
        edit.textEdited.connect(partial(self.value_edited.emit, name))
        return edit

    def _build_widgets(self) -> None:
        set_role(self, "panel")
        self._title = QLabel(self.tr("Not filled by every row"), self)
        set_role(self._title, "field")

    def _build_layout(self) -> None:
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addLayout(self._form)
