"""One block of a prompt: who speaks, the template, its mistake, its place among the others."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.llm.types import Role
from workbench.playground.types import PromptBlock, TemplateProblem
from workbench.ui.playground.editor.template_edit import TemplateEdit
from workbench.ui.theme import set_role
from workbench.ui.widgets.tool_button import tool_button


class BlockEditor(QFrame):
    text_edited = Signal(int, str)
    """The block's id and its whole text."""
    too_long = Signal(int, int)
    role_chosen = Signal(int, str)
    move_requested = Signal(int, int)
    """The block's id; -1 up, 1 down."""
    remove_requested = Signal(int)

    def __init__(self, block_id: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id = block_id
        self._shown: PromptBlock | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_block(self, block: PromptBlock, *, number: int, count: int) -> None:
        """`number` from 1: its place among `count` blocks."""
        if block is not self._shown:
            self.edit.show_text(block.text)
            if self._shown is None or block.role is not self._shown.role:
                self._show_role(block.role)
            self._shown = block
        self._up.setEnabled(number > 1)
        self._down.setEnabled(number < count)
        self._remove.setEnabled(count > 1)
        self._name_all(block.role, number)

    def show_mistake(self, problem: TemplateProblem | None, note: str) -> None:
        """`note`: something else that happened to this block."""
        self.edit.show_mistake(problem)
        words = note
        if problem is not None:
            words = self.tr("Line {}: {}").format(problem.line, problem.message)
        if words != self._problem.text():
            self._problem.setText(words)
            self._problem.setAccessibleName(words)
        self._problem.setVisible(bool(words))
        self._line = problem.line if problem is not None else 0

    def go_to_mistake(self) -> bool:
        """Put the cursor where the mistake is; False where there is none."""
        if self._line:
            self.edit.go_to_line(self._line)
        return bool(self._line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with an arrow moves the block."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self.move_requested.emit(self._id, steps[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    def _show_role(self, role: Role) -> None:
        with QSignalBlocker(self._role):
            self._role.setCurrentIndex(self._role.findData(role.value))
        self.edit.setPlaceholderText(
            {
                Role.SYSTEM: self.tr("What the model should always keep to"),
                Role.USER: self.tr("What is asked; {{ question }} is what you type below"),
                Role.ASSISTANT: self.tr("How the answer begins, or an earlier answer"),
            }[role]
        )

    def _name_all(self, role: Role, number: int) -> None:
        name = self.tr("Block {}, {}").format(number, role.value)
        if self.accessibleName() == name:
            return
        self.setAccessibleName(name)
        self.edit.setAccessibleName(self.tr("Text of block {}, {}").format(number, role.value))

    def _build_widgets(self) -> None:
        self.setObjectName(f"block_{self._id}")
        self._line = 0
        self._role = QComboBox(self)
        self._role.setObjectName(f"block_role_{self._id}")
        self._role.setAccessibleName(self.tr("Who speaks"))
        for role, words in (
            (Role.SYSTEM, self.tr("System")),
            (Role.USER, self.tr("User")),
            (Role.ASSISTANT, self.tr("Assistant")),
        ):
            self._role.addItem(words, role.value)
        set_role(self._role, "quiet")
        self._up = tool_button(self, f"block_up_{self._id}", self.tr("Move up (Alt+Up)"), "chevron-up")
        self._down = tool_button(self, f"block_down_{self._id}", self.tr("Move down (Alt+Down)"), "chevron-down")
        self._remove = tool_button(self, f"block_remove_{self._id}", self.tr("Remove this block"), "trash")
        self.edit: TemplateEdit = TemplateEdit(f"block_text_{self._id}", self.tr("Text of the block"), self)
        self._problem: QLabel = QLabel(self)
        self._problem.setObjectName(f"block_problem_{self._id}")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        self._problem.setToolTip(self.tr("F8 goes to the line"))
        set_role(self._problem, "error")
        self._problem.hide()

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._role)
        head.addStretch(1)
        for button in (self._up, self._down, self._remove):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.edit)
        column.addWidget(self._problem)

    def _connect(self) -> None:
        self.edit.text_edited.connect(self._on_text)
        self.edit.too_long.connect(self._on_too_long)
        self._role.activated.connect(self._on_role)
        self._up.clicked.connect(lambda: self.move_requested.emit(self._id, -1))
        self._down.clicked.connect(lambda: self.move_requested.emit(self._id, 1))
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self._id))

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.text_edited.emit(self._id, text)

    @Slot(int)
    def _on_too_long(self, length: int) -> None:
        self.too_long.emit(self._id, length)

    @Slot(int)
    def _on_role(self, index: int) -> None:
        self.role_chosen.emit(self._id, self._role.itemData(index))
