"""The editor's panel: head, blocks, and below them the parts that fold."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.playground.editor.blocks_view import BlocksView
from workbench.ui.playground.editor.examples_form import ExamplesForm
from workbench.ui.playground.editor.growing_edit import is_undo_key
from workbench.ui.playground.editor.head_bar import HeadBar
from workbench.ui.playground.editor.preview_view import PreviewView
from workbench.ui.playground.editor.reasoning_form import ReasoningForm
from workbench.ui.playground.editor.schema_form import SchemaForm
from workbench.ui.playground.editor.settings_form import SettingsForm
from workbench.ui.playground.editor.state import EditorState, sentence_of_examples, sentence_of_settings
from workbench.ui.playground.editor.variables_form import VariablesForm
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.trouble_card import TroubleCard
from workbench.ui.widgets.undo_bar import UndoBar

LEAST_WIDTH = 300


class EditorView(QWidget):
    undo_requested = Signal()
    redo_requested = Signal()
    save_requested = Signal()
    versions_requested = Signal()
    mistake_requested = Signal()
    folded = Signal(str, bool)
    restore_requested = Signal()
    forget_requested = Signal()
    state_shown = Signal(object)
    """For dialogs that are open beside it."""
    left = Signal()
    """It is hidden: another tab, or the window goes away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: EditorState | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    # -- showing ------------------------------------------------------------------------------------------------------

    def show_state(self, state: EditorState) -> None:
        """Every part looks first whether anything of it changed: this runs at every key press."""
        shown, self._shown = self._shown, state
        self.blocks.show_state(state)
        self.head.show_state(state)
        if shown is None or (state.variables, state.draft.values) != (shown.variables, shown.draft.values):
            self.variables.show_state(state)
        self.examples.show_state(state)
        self.reasoning.show_state(state)
        self.schema.show_state(state)
        self.settings.show_state(state)
        if shown is None or state.preview is not shown.preview:
            self.preview.show_preview(state.preview)
        self._show_notices(state)
        self._show_sections(state)
        self.state_shown.emit(state)

    def _show_notices(self, state: EditorState) -> None:
        self._notice.say(self.tr("“{}” was deleted.").format(state.deleted[0].prompt_name) if state.deleted else "")
        self._trouble.show_trouble(state.trouble)

    def _show_sections(self, state: EditorState) -> None:
        for name, section in self._sections.items():
            if section.is_open is not (name in state.open_sections):
                section.show_open(name in state.open_sections)
        prompt = state.draft.prompt
        sections = self._sections
        sections["variables"].show_summary(self._variables_words(state))
        sections["examples"].show_summary(sentence_of_examples(state.draft.examples))
        sections["reasoning"].show_summary(self.tr("on") if prompt.reasoning is not None else self.tr("off"))
        if state.schema_problem:
            sections["output"].show_summary(self.tr("the schema has a mistake"), is_bad=True)
        else:
            sections["output"].show_summary(
                self.tr("JSON schema") if prompt.json_schema.strip() else self.tr("any text")
            )
        sections["settings"].show_summary(sentence_of_settings(prompt.generation))
        sections["preview"].show_summary(self._preview_words(state))

    def _variables_words(self, state: EditorState) -> str:
        empty = [name for name in state.asked_variables if not state.draft.values.get(name)]
        if empty:
            return self.tr("{} without a value").format(", ".join(empty))
        return ", ".join(state.asked_variables) or self.tr("none but the question")

    def _preview_words(self, state: EditorState) -> str:
        report = state.preview.report
        return self.tr("{} tokens").format(f"{report.prompt_tokens:,}") if report and state.preview.is_open else ""

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self.setObjectName("prompt_editor")
        self.setAccessibleName(self.tr("Prompt editor"))
        self.setMinimumWidth(LEAST_WIDTH)
        self.head = HeadBar(self)
        self.blocks = BlocksView(self)
        self.variables = VariablesForm(self)
        self.examples = ExamplesForm(self)
        self.reasoning = ReasoningForm(self)
        self.schema = SchemaForm(self)
        self.settings = SettingsForm(self)
        self.preview = PreviewView(self)
        self._sections = {
            name: Section(name, words, body, self)
            for name, words, body in (
                ("variables", self.tr("Variables"), self.variables),
                ("examples", self.tr("Examples"), self.examples),
                ("reasoning", self.tr("Reasoning"), self.reasoning),
                ("output", self.tr("Output"), self.schema),
                ("settings", self.tr("Settings"), self.settings),
                ("preview", self.tr("Preview"), self.preview),
            )
        }
        self._trouble = TroubleCard("editor_trouble", self)
        self._notice = UndoBar("deleted_prompt", self, spoken=self.tr("Bring the deleted prompt back"), closes=True)

    def _build_layout(self) -> None:
        page = QWidget()
        parts = QVBoxLayout(page)
        parts.setContentsMargins(0, 0, 8, 0)
        parts.setSpacing(3)
        parts.addWidget(self.blocks)
        parts.addSpacing(3)
        for section in self._sections.values():
            parts.addWidget(section)
        parts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self._notice)
        column.addWidget(self._trouble)
        column.addWidget(PageScroller(page), 1)

    def _connect(self) -> None:
        for section in self._sections.values():
            section.folded.connect(self.folded)
        self.head.undo_requested.connect(self.undo_requested)
        self.head.redo_requested.connect(self.redo_requested)
        self._notice.undo_requested.connect(self.restore_requested)
        self._notice.closed.connect(self.forget_requested)
        self.head.save_requested.connect(self.save_requested)
        self.head.versions_requested.connect(self.versions_requested)
        for name, words, keys, signal in (
            ("undo", self.tr("Undo in the prompt"), ("Ctrl+Z",), self.undo_requested),
            ("redo", self.tr("Redo in the prompt"), ("Ctrl+Shift+Z", "Ctrl+Y"), self.redo_requested),
            ("save", self.tr("Save a version of the prompt"), ("Ctrl+S",), self.save_requested),
            ("new", self.tr("New prompt"), (), self.head.new_requested),
            ("versions", self.tr("Versions of the prompt"), ("Ctrl+Shift+H",), self.versions_requested),
            ("mistake", self.tr("Go to the next mistake"), ("F8",), self.mistake_requested),
        ):
            self._add_action(name, words, keys).triggered.connect(signal)
        self.mistake_requested.connect(self.blocks.go_to_next_mistake)
        for field in [*self.findChildren(QLineEdit), *self.findChildren(QAbstractSpinBox)]:
            field.installEventFilter(self)
        for stops in (self.settings.options.findChild(QWidget, "option_stop"),):
            if stops is not None:
                stops.installEventFilter(self)

    def _add_action(self, name: str, words: str, keys: tuple[str, ...]) -> QAction:
        """For the keyboard here, and for the command palette."""
        action = QAction(words, self)
        action.setObjectName(f"prompt_{name}")
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fields that have an undo of their own leave it to the one history."""
        if is_undo_key(event):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.left.emit()
