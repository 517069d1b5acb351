"""A field for every variable of the prompt; the question has the input box."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.playground.types import QUESTION
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.playground.editor.limits import LONGEST_VALUE
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.theme import set_role


class VariablesForm(QWidget):
    value_edited = Signal(str, str)
    """Name and value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, tuple[QLabel, GrowingEdit]] = {}
        self._build_widgets()
        self._build_layout()

    def show_state(self, state: EditorState) -> None:
        names = state.asked_variables
        if names != tuple(self._fields):
            self._arrange(names)
        for name, (_, edit) in self._fields.items():
            edit.show_text(state.draft.values.get(name, ""))
        question = self.tr("The question comes from the input box. Write {{ name }} in a block for a field here.")
        nothing = self.tr("This prompt never asks the question: write {{ question }} where it belongs.")
        self._words.setText(question if QUESTION in state.variables else nothing)
        self._words.setVisible(not names or QUESTION not in state.variables)

    def _arrange(self, names: tuple[str, ...]) -> None:
        for gone in set(self._fields) - set(names):
            widgets: tuple[QWidget, ...] = self._fields.pop(gone)
            for widget in widgets:
                self._column.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        fields = {}
        for place, name in enumerate(names):
            fields[name] = self._fields.get(name) or self._new_field(name)
            label, edit = fields[name]
            self._column.insertWidget(2 * place, label)
            self._column.insertWidget(2 * place + 1, edit)
        self._fields = fields

    def _new_field(self, name: str) -> tuple[QLabel, GrowingEdit]:
        label = QLabel(name, self)
        set_role(label, "field")
        edit = GrowingEdit(
            f"value_{name}", self.tr("Value of {}").format(name), lines=(1, 8), longest=LONGEST_VALUE, parent=self
        )
        label.setBuddy(edit)
        edit.text_edited.connect(partial(self.value_edited.emit, name))
        return label, edit

    def _build_widgets(self) -> None:
        self._words = QLabel(self)
        self._words.setObjectName("variables_words")
        self._words.setWordWrap(True)
        set_role(self._words, "small")

    def _build_layout(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 6)
        self._column.setSpacing(4)
        self._column.addWidget(self._words)
