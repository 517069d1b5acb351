"""All blocks of the prompt, one below the other, and the button that adds one."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from workbench.llm.types import Role
from workbench.ui.playground.editor.block_editor import BlockEditor
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.widgets.named_button import named_button


class BlocksView(QWidget):
    text_edited = Signal(int, str)
    too_long = Signal(int, int)
    role_chosen = Signal(int, str)
    move_requested = Signal(int, int)
    remove_requested = Signal(int)
    add_requested = Signal(str)
    """The role of the new block."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editors: dict[int, BlockEditor] = {}
        self._shown: EditorState | None = None
        self._wants_focus = False
        self._build_widgets()
        self._build_layout()

    def show_state(self, state: EditorState) -> None:
        shown, self._shown = self._shown, state
        if shown is None or state.draft.block_ids != shown.draft.block_ids:
            self._arrange(state.draft.block_ids)
            shown = None
        blocks, ids = state.draft.prompt.blocks, state.draft.block_ids
        if shown is None or blocks is not shown.draft.prompt.blocks:
            for number, (block_id, block) in enumerate(zip(ids, blocks, strict=True), start=1):
                self._editors[block_id].show_block(block, number=number, count=len(ids))
        if shown is None or state.problems is not shown.problems or state.block_notes is not shown.block_notes:
            for index, block_id in enumerate(ids):
                note = state.block_notes.get(block_id, "")
                self._editors[block_id].show_mistake(state.problem_of_block(index), note)

    def focus_text(self) -> None:
        """Into the first block that the user would write in."""
        if editor := next(iter(self._editors.values()), None):
            editor.edit.setFocus()

    def go_to_next_mistake(self) -> None:
        """The first block with a mistake behind the one that has the focus, else the first of all."""
        ordered = list(self._editors.values())
        at = next((index for index, editor in enumerate(ordered) if editor.edit.hasFocus()), -1)
        for editor in [*ordered[at + 1 :], *ordered[: at + 1]]:
            if editor.go_to_mistake():
                return

    def _arrange(self, ids: tuple[int, ...]) -> None:
        for gone in set(self._editors) - set(ids):
            editor = self._editors.pop(gone)
            self._blocks.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
        for place, block_id in enumerate(ids):
            if block_id not in self._editors:
                self._editors[block_id] = self._new_editor(block_id)
                if self._wants_focus:
                    self._editors[block_id].edit.setFocus()
            self._blocks.insertWidget(place, self._editors[block_id])
        self._wants_focus = False
        self._editors = {block_id: self._editors[block_id] for block_id in ids}
        self._keep_tab_order()

    def _keep_tab_order(self) -> None:
        before: QWidget | None = None
        for editor in self._editors.values():
            if before is not None:
                QWidget.setTabOrder(before, editor)
            before = editor

    def _new_editor(self, block_id: int) -> BlockEditor:
        editor = BlockEditor(block_id, self)
        editor.text_edited.connect(self.text_edited)
        editor.too_long.connect(self.too_long)
        editor.role_chosen.connect(self.role_chosen)
        editor.move_requested.connect(self.move_requested)
        editor.remove_requested.connect(self.remove_requested)
        return editor

    def _build_widgets(self) -> None:
        self._add = named_button(self, "add_block", self.tr("Add a block"), "quiet", icon="plus")
        menu = QMenu(self)
        menu.setObjectName("add_block_menu")
        for role, words in (
            (Role.SYSTEM, self.tr("System: what the model keeps to")),
            (Role.USER, self.tr("User: what is asked")),
            (Role.ASSISTANT, self.tr("Assistant: an earlier answer, or how the answer begins")),
        ):
            action = menu.addAction(words, partial(self._on_add, role))
            action.setObjectName(f"add_{role.value}")
        self._add.setMenu(menu)

    def _build_layout(self) -> None:
        self._blocks = QVBoxLayout()
        self._blocks.setSpacing(10)
        foot = QHBoxLayout()
        foot.addWidget(self._add)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._blocks)
        column.addLayout(foot)

    def _on_add(self, role: Role) -> None:
        self._wants_focus = True
        self.add_requested.emit(role.value)
