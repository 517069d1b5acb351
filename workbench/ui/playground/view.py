"""The conversation page: choose a model, write, watch the answer come, stop it, go on."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import icons
from workbench.ui.playground.conversation import Conversation
from workbench.ui.playground.options_panel import OptionsPanel
from workbench.ui.playground.state import PlaygroundState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.text_goes import TextGoes

_SHOWN_HISTORY = 25
_ROOM_FOR_SETTINGS = 760
"""Pixels; a narrower tab opens with the settings folded away."""


class PlaygroundView(QWidget):
    model_chosen = Signal(str)
    adapter_chosen = Signal(str)
    system_edited = Signal(str)
    prompt_edited = Signal(str)
    run_requested = Signal()
    offer_chosen = Signal(str, object)
    """A turn, and an `Offer` of `llm.too_long`."""
    stop_requested = Signal()
    clear_requested = Signal()
    exchange_chosen = Signal(str)
    history_clear_requested = Signal()
    models_requested = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history_ids: tuple[str, ...] = ()
        self._was_shown = False
        self._build_widgets()
        self._build_layout()
        self._connect()

    # -- showing ------------------------------------------------------------------------------------------------------

    def show_state(self, state: PlaygroundState) -> None:
        is_running = state.running is not None
        self.model_picker.show_models(state.models, state.model_name)
        self._goes.show_model(self.model_picker.chosen())
        self._show_adapters(state)
        _show_text(self._system, state.system)
        _show_text(self._prompt, state.prompt)
        self.options.show_config(state.config)
        self._conversation.show_turns(state.turns, state.waits_for)
        self._run.setVisible(not is_running)
        self._run.setEnabled(state.can_run)
        self._stop.setVisible(is_running)
        self._new.setEnabled(bool(state.turns))
        self._show_context(state)
        self._show_history(state)
        page = self._no_model if state.has_no_model else self._conversation if state.turns else self._begin
        self._pages.setCurrentWidget(page)

    def head(self) -> QWidget:
        return self._head

    def append_answer(self, text: str) -> None:
        self._conversation.append_text(text)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self._toggle.setChecked(self.width() >= _ROOM_FOR_SETTINGS)
            self._prompt.setFocus()
        self.shown.emit()

    def _show_adapters(self, state: PlaygroundState) -> None:
        names = ["", *state.adapters]
        with QSignalBlocker(self._adapter):
            if [self._adapter.itemData(n) for n in range(self._adapter.count())] != names:
                self._adapter.clear()
                for name in names:
                    self._adapter.addItem(name or self.tr("No adapter"), name)
            self._adapter.setCurrentIndex(names.index(state.adapter_name))
        self._adapter.setEnabled(bool(state.adapters))
        self._adapter.setToolTip(
            "" if state.adapters else self.tr("This model has no adapter yet: Fine-tune makes one.")
        )

    def _show_context(self, state: PlaygroundState) -> None:
        known = state.context_length > 0 and bool(state.turns)
        self._context.setVisible(known)
        if known:
            self._context.setRange(0, state.context_length)
            self._context.setValue(min(state.used_tokens, state.context_length))
        words = self.tr("{} of {} tokens of context used")
        text = words.format(f"{state.used_tokens:,}", f"{state.context_length:,}")
        self._context_text.setText(text if known else "")

    def _show_history(self, state: PlaygroundState) -> None:
        self._history.setEnabled(bool(state.history))
        ids = tuple(exchange.id for exchange in state.history[:_SHOWN_HISTORY])
        if ids == self._history_ids:
            return
        self._history_ids = ids
        self._history_menu.clear()
        for exchange in state.history[:_SHOWN_HISTORY]:
            text = " ".join(exchange.question.split())[:60].replace("&", "&&")
            self._history_menu.addAction(
                f"{text}   ({exchange.model_name})", partial(self.exchange_chosen.emit, exchange.id)
            )
        self._history_menu.addSeparator()
        forget = self._history_menu.addMenu(self.tr("Forget all"))
        forget.addAction(self.tr("Yes, delete the whole history"), self.history_clear_requested.emit)

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._head = QWidget(self)
        self.model_picker = ModelPicker()
        self.model_picker.setMinimumContentsLength(8)
        self._goes = TextGoes()
        self._adapter = QComboBox()
        self._adapter.setObjectName("adapter_picker")
        self._adapter.setAccessibleName(self.tr("Adapter"))
        self._adapter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._adapter.setMinimumContentsLength(6)
        self._adapter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._history = self._button(self.tr("History"), "playground_history", "quiet")
        self._history_menu = QMenu(self)
        self._history.setMenu(self._history_menu)
        self._new = self._button(self.tr("New"), "new_conversation", "quiet")
        self._new.setAccessibleName(self.tr("New conversation"))
        self._new.setToolTip(self.tr("Begin a new conversation; this one stays in the history"))
        self._toggle = self._button(self.tr("Settings"), "toggle_options", "quiet")
        self._toggle.setCheckable(True)
        self._toggle.setChecked(True)
        self._toggle.setToolTip(self.tr("Show or hide system prompt and settings"))
        self._system = self._editor("system_prompt", self.tr("System prompt"))
        self._system.setPlaceholderText(
            self.tr("What the model should always keep to, for example: Answer in one sentence.")
        )
        self._system.setFixedHeight(92)
        self._prompt = self._editor("prompt", self.tr("Prompt"))
        self._prompt.setPlaceholderText(self.tr("Ask something, or paste a text and say what to do with it."))
        self._prompt.setFixedHeight(104)
        self._run = self._button(self.tr("Run"), "run_prompt", "primary")
        self._run.setToolTip(self.tr("Ctrl+Enter"))
        self._stop = self._button(self.tr("Stop"), "stop_answer", "danger")
        self._stop.setToolTip(self.tr("Esc"))
        icons.set_icon(self._run, "play", "on_accent", 14)
        icons.set_icon(self._stop, "stop", "bad", 14)
        self._context, self._context_text = QProgressBar(), ElidedLabel()
        self._context.setObjectName("context_used")
        self._context.setAccessibleName(self.tr("Context used"))
        self._context.setTextVisible(False)
        self._context.setFixedWidth(110)
        set_role(self._context_text, "small")
        self.options = OptionsPanel()
        self._conversation = Conversation()
        self._begin = EmptyState(
            self.tr("Ask the model"),
            self.tr("Write a prompt below and press Ctrl+Enter."),
            icon="playground",
        )
        self._no_model = EmptyState(
            self.tr("No model yet"),
            self.tr("The playground needs a language model: any chat model as a GGUF file."),
            self.tr("Go to Models"),
            icon="models",
        )

    def _button(self, text: str, name: str, role: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        set_role(button, role)
        return button

    def _editor(self, name: str, title: str) -> QPlainTextEdit:
        editor = QPlainTextEdit()
        editor.setObjectName(name)
        editor.setAccessibleName(title)
        editor.setTabChangesFocus(True)
        return editor

    def _build_layout(self) -> None:
        self._pages = QStackedWidget()
        for page in (self._conversation, self._begin, self._no_model):
            self._pages.addWidget(page)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(10)
        column.addLayout(self._head_layout())
        column.addWidget(self._pages, 1)
        column.addWidget(self._prompt)
        column.addLayout(self._foot_layout())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(True)
        split.addWidget(left)
        self._side = self._build_side()
        split.addWidget(self._side)
        split.setCollapsible(0, False)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([700, 316])
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    def _head_layout(self) -> QVBoxLayout:
        top = QHBoxLayout(self._head)
        top.setContentsMargins(0, 0, 0, 0)
        for button in (self._history, self._new, self._toggle):
            top.addWidget(button)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(self.model_picker, 3)
        choices.addWidget(self._adapter, 2)
        head = QVBoxLayout()
        head.setSpacing(8)
        head.addLayout(choices)
        head.addWidget(self._goes)
        return head

    def _foot_layout(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._context)
        foot.addWidget(self._context_text, 1)
        foot.addWidget(self._stop)
        foot.addWidget(self._run)
        return foot

    def _build_side(self) -> PageScroller:
        panel = QFrame()
        set_role(panel, "panel")
        column = QVBoxLayout(panel)
        column.setContentsMargins(14, 12, 10, 12)
        column.setSpacing(8)
        title = QLabel(self.tr("System prompt"))
        set_role(title, "field")
        column.addWidget(title)
        column.addWidget(self._system)
        column.addSpacing(6)
        column.addWidget(self.options)
        column.addStretch(1)
        side = PageScroller(panel)
        side.setMaximumWidth(420)
        return side

    def _connect(self) -> None:
        self.model_picker.model_chosen.connect(self.model_chosen)
        self._adapter.activated.connect(self._on_adapter_activated)
        self._system.textChanged.connect(self._on_system_changed)
        self._prompt.textChanged.connect(self._on_prompt_changed)
        self._run.clicked.connect(self.run_requested)
        self._stop.clicked.connect(self.stop_requested)
        self._new.clicked.connect(self.clear_requested)
        self._toggle.toggled.connect(self._side.setVisible)
        self._no_model.action_requested.connect(self.models_requested)
        self._conversation.offer_chosen.connect(self.offer_chosen)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            self._shortcut(keys).activated.connect(self.run_requested)
        self._shortcut("Esc").activated.connect(self.stop_requested)

    def _shortcut(self, keys: str) -> QShortcut:
        return QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    @Slot(int)
    def _on_adapter_activated(self, index: int) -> None:
        self.adapter_chosen.emit(self._adapter.itemData(index))

    @Slot()
    def _on_system_changed(self) -> None:
        self.system_edited.emit(self._system.toPlainText())

    @Slot()
    def _on_prompt_changed(self) -> None:
        self.prompt_edited.emit(self._prompt.toPlainText())


def _show_text(editor: QPlainTextEdit, text: str) -> None:
    """Change the text without telling it back, and not at all while it is the same: the cursor stays."""
    if editor.toPlainText() != text:
        with QSignalBlocker(editor):
            editor.setPlainText(text)
