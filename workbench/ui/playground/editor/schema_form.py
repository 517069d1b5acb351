"""The JSON schema that answers must follow: a field that says what is wrong with it, and schemas to begin with."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.playground.editor.limits import LONGEST_VALUE
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_FIELDS = """{
  "type": "object",
  "properties": {
    "answer": {"type": "string"},
    "confidence": {"type": "number"}
  },
  "required": ["answer", "confidence"]
}"""
_CHOICE = """{
  "enum": ["yes", "no", "unknown"]
}"""
_LIST = """{
  "type": "array",
  "items": {"type": "string"},
  "maxItems": 10
}"""


class SchemaForm(QWidget):
    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._edit.text_edited.connect(self.edited)
        self._clear.clicked.connect(lambda: self.edited.emit(""))

    def show_state(self, state: EditorState) -> None:
        self._edit.show_text(state.draft.prompt.json_schema)
        self._edit.show_problem(bool(state.schema_problem))
        if state.schema_problem != self._problem.text():
            self._problem.setText(state.schema_problem)
        self._problem.setVisible(bool(state.schema_problem))
        self._unheld.setText(state.schema_note)
        self._unheld.setVisible(bool(state.schema_note))
        self._no_room.setVisible(bool(state.draft.prompt.json_schema.strip() and state.draft.prompt.reasoning))
        self._clear.setEnabled(bool(state.draft.prompt.json_schema))

    def _build_widgets(self) -> None:
        self._words = QLabel(self.tr("A JSON schema keeps every answer in this form. Empty: any text."), self)
        self._words.setWordWrap(True)
        set_role(self._words, "small")
        self._edit = GrowingEdit(
            "json_schema", self.tr("JSON schema of the answer"), lines=(3, 14), longest=LONGEST_VALUE, parent=self
        )
        set_role(self._edit, "code")
        self._problem = QLabel(self)
        self._problem.setObjectName("schema_problem")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        set_role(self._problem, "error")
        self._problem.hide()
        self._unheld = QLabel(self)
        self._unheld.setObjectName("schema_note")
        self._unheld.setTextFormat(Qt.TextFormat.PlainText)
        self._unheld.setWordWrap(True)
        set_role(self._unheld, "warn-small")
        self._unheld.hide()
        self._no_room = QLabel(
            self.tr("The schema binds the whole text: a local model has no room to think before its answer."),
            self,
        )
        self._no_room.setObjectName("schema_no_room")
        self._no_room.setWordWrap(True)
        set_role(self._no_room, "small")
        self._no_room.hide()
        self._begin = named_button(self, "schema_begin", self.tr("Begin with…"), spoken=self.tr("Begin with a schema"))
        menu = QMenu(self)
        menu.setObjectName("schema_menu")
        for words, text in (
            (self.tr("An object with fields"), _FIELDS),
            (self.tr("One of a few words"), _CHOICE),
            (self.tr("A list of texts"), _LIST),
        ):
            menu.addAction(words, partial(self.edited.emit, text))
        self._begin.setMenu(menu)
        self._clear = named_button(self, "schema_clear", self.tr("Clear"), spoken=self.tr("Take the schema away"))
        for button in (self._begin, self._clear):
            set_role(button, "quiet")

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._begin)
        buttons.addWidget(self._clear)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(5)
        column.addWidget(self._words)
        column.addWidget(self._edit)
        column.addWidget(self._problem)
        column.addWidget(self._unheld)
        column.addWidget(self._no_room)
        column.addLayout(buttons)
