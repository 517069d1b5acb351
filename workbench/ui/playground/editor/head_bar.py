"""The top of the editor: which prompt, which version of it, whether it was changed, undo, and everything rarer."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.playground.editor.state import EditorState
from workbench.ui.theme import set_role
from workbench.ui.widgets.choices import show_choices
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.tool_button import tool_button


class HeadBar(QWidget):
    prompt_chosen = Signal(str)
    version_chosen = Signal(str)
    undo_requested = Signal()
    redo_requested = Signal()
    save_requested = Signal()
    versions_requested = Signal()
    new_requested = Signal()
    rename_requested = Signal()
    branch_requested = Signal()
    delete_requested = Signal()
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: EditorState) -> None:
        draft = state.draft
        show_choices(self._prompt, [(name, name) for name in state.prompt_names], draft.prompt_name)
        self._show_versions(state)
        is_edited = draft.is_edited
        self._edited.setText(self.tr("edited") if draft.base is not None else self.tr("not saved"))
        self._edited.setVisible(is_edited or draft.base is None)
        self._undo.setEnabled(state.can_undo)
        self._redo.setEnabled(state.can_redo)
        self._save.setEnabled(is_edited or draft.base is None)

    def _show_versions(self, state: EditorState) -> None:
        base = state.draft.base
        entries = [(version.id, _version_words(version.label, version.note)) for version in state.versions]
        if base is not None and base.id not in [entry[0] for entry in entries]:
            entries.insert(0, (base.id, base.label))
        choices = entries or [("", self.tr("no version yet"))]
        show_choices(self._version, choices, base.id if base is not None else "")
        self._version.setEnabled(bool(entries))

    def _build_widgets(self) -> None:
        self._prompt = ElidedComboBox(self, "prompt_chooser", self.tr("Prompt"), fewest=8)
        self._version = ElidedComboBox(self, "version_chooser", self.tr("Version"), fewest=5)
        self._edited = QLabel(self)
        self._edited.setObjectName("prompt_edited")
        set_role(self._edited, "badge-warn")
        self._undo = tool_button(self, "editor_undo", self.tr("Undo (Ctrl+Z)"), "undo", ink="text")
        self._redo = tool_button(self, "editor_redo", self.tr("Redo (Ctrl+Shift+Z)"), "redo", ink="text")
        self._save = named_button(self, "save_version", self.tr("Save"), spoken=self.tr("Save a version"))
        self._save.setToolTip(self.tr("Save a version with a name and a note (Ctrl+S). Every run saves one by itself."))
        self._more = tool_button(self, "editor_more", self.tr("More about this prompt"), "more", ink="text")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._build_menu())

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("editor_menu")
        for name, words, signal in (
            ("versions", self.tr("Versions and differences…") + "\tCtrl+Shift+H", self.versions_requested),
            ("branch", self.tr("Branch off as a new prompt…"), self.branch_requested),
            ("", "", None),
            ("new", self.tr("New prompt"), self.new_requested),
            ("rename", self.tr("Rename…"), self.rename_requested),
            ("import", self.tr("Import…"), self.import_requested),
            ("export", self.tr("Export…"), self.export_requested),
            ("", "", None),
            ("delete", self.tr("Delete this prompt"), self.delete_requested),
        ):
            if signal is None:
                menu.addSeparator()
                continue
            action: QAction = menu.addAction(words)
            action.setObjectName(f"editor_{name}")
            action.triggered.connect(signal)
        return menu

    def _build_layout(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(4)
        first.addWidget(self._prompt, 1)
        first.addWidget(self._undo)
        first.addWidget(self._redo)
        first.addWidget(self._more)
        second.addWidget(self._version, 1)
        second.addWidget(self._edited, 0, Qt.AlignmentFlag.AlignVCenter)
        second.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)  # ends where the blocks below it end
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(second)

    def _connect(self) -> None:
        self._prompt.activated.connect(self._on_prompt)
        self._version.activated.connect(self._on_version)
        self._undo.clicked.connect(self.undo_requested)
        self._redo.clicked.connect(self.redo_requested)
        self._save.clicked.connect(self.save_requested)

    @Slot(int)
    def _on_prompt(self, index: int) -> None:
        self.prompt_chosen.emit(self._prompt.itemData(index))

    @Slot(int)
    def _on_version(self, index: int) -> None:
        self.version_chosen.emit(self._version.itemData(index))


def _version_words(label: str, note: str) -> str:
    return f"{label}  ·  {' '.join(note.split())[:40]}" if note else label
