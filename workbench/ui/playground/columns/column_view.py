"""A column: what it asks, what was said, and how long that took."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.in_words import memory_in_words
from workbench.playground.differences import Span
from workbench.ui.playground.columns.column_head import ColumnHead
from workbench.ui.playground.columns.paint_turns import PaintTurns
from workbench.ui.playground.columns.state import (
    NARROWEST,
    ColumnsState,
    ColumnState,
    adapter_in_words,
    measured_briefly,
    measured_in_words,
)
from workbench.ui.playground.columns.thread_view import ThreadView
from workbench.ui.playground.columns.turn_view import TurnView
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.tool_button import tool_button
from workbench.ui.widgets.undo_bar import UndoBar


class ColumnView(QFrame):
    """Signals of its turns carry the turn's id; whoever listens knows the column."""

    turn_action_requested = Signal(str, object)
    question_edited = Signal(str, str)
    answer_edited = Signal(str, str)
    offer_chosen = Signal(object)
    stop_requested = Signal()
    undo_requested = Signal()

    def __init__(self, turns: PaintTurns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets(turns)
        self._build_layout()
        self._connect()

    def show_column(self, column: ColumnState, state: ColumnsState, number: int) -> None:
        """`number` counts the columns as they stand, from 1."""
        is_hidden = state.blind.is_hidden
        name = self.tr("Answer {}").format(number) if is_hidden else column.setup.model_name or self.tr("Column")
        self.setAccessibleName(name)
        self._secret.setText(name)
        self.head.setVisible(not is_hidden)
        self._secret.setVisible(is_hidden)
        if not is_hidden:
            self.head.show_column(column, state, number)
        self._show_verdict(column, state)
        self.conversation.show_column(column, is_hidden=is_hidden)
        self._empty.show_text(self.tr("Ask the model"), "" if is_hidden else self._about_to_ask(column, state))
        self._room.setCurrentWidget(self.conversation if column.conversation.turns else self._empty)
        self._undo_bar.say("" if is_hidden else column.undone)
        self._show_foot(column, is_hidden)

    def _about_to_ask(self, column: ColumnState, state: ColumnsState) -> str:
        how = self.tr("Write below and press Ctrl+Enter.")
        setup = column.setup
        model = next((model for model in state.models if model.name == setup.model_name), None)
        if model is None or model.source != "starter" or setup.collection or setup.adapter_name:
            return how
        more = self.tr(
            "The starter model answers from documents and knows nothing else. Choose some above (a sample project on "
            "Home brings its own), or get a bigger model on Models."
        )
        return f"{how}\n{more}"

    def _show_verdict(self, column: ColumnState, state: ColumnsState) -> None:
        blind = state.blind
        self._verdict.setVisible(blind.voted and not blind.is_hidden)
        if self._verdict.isHidden():
            return
        won = blind.winner == column.id
        self._verdict.setText(
            self.tr("A tie") if not blind.winner else self.tr("Your choice") if won else self.tr("Not chosen")
        )
        set_role(self._verdict, "badge-good" if won else "badge")
        self._verdict.updateGeometry()  # the new role may need more room

    def mark(self, spans: Sequence[Span]) -> None:
        self.conversation.mark_last(spans)

    def shown_answer(self) -> str:
        """As it is displayed, for comparing."""
        last = self.conversation.last()
        return last.answer.toPlainText() if last is not None and not last.answer.isHidden() else ""

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(max(NARROWEST, least.width()), least.height())

    def _show_foot(self, column: ColumnState, is_hidden: bool) -> None:
        last = column.last
        completion = last.completion if last is not None else None
        self._measured.setText("" if is_hidden or completion is None else measured_briefly(completion))
        self._measured.setToolTip("" if completion is None else measured_in_words(completion))
        self._measured.setVisible(bool(self._measured.text()))
        adapter = adapter_in_words(last) if last is not None and not is_hidden else ""
        self._adapter.setText(adapter)
        self._adapter.setToolTip(completion.adapter_hash if completion is not None and adapter else "")
        self._adapter.setVisible(bool(adapter))
        self._note.setText("" if is_hidden else column.note)
        self._note.setVisible(bool(self._note.text()))
        knows = column.context_length > 0 and column.used_tokens > 0 and not is_hidden
        self._memory.setText("" if is_hidden else memory_in_words(column.memory))
        self._memory.setVisible(bool(self._memory.text()))
        self._context.setVisible(knows)
        self._context_text.setVisible(knows)
        if knows:
            self._context.setRange(0, column.context_length)
            self._context.setValue(min(column.used_tokens, column.context_length))
            words = self.tr("{} of {} tokens")
            self._context_text.setText(words.format(f"{column.used_tokens:,}", f"{column.context_length:,}"))
        self._stop.setVisible(bool(column.running) and not is_hidden)

    def _build_widgets(self, turns: PaintTurns) -> None:
        self.setObjectName("column")
        set_role(self, "panel")
        self.head = ColumnHead(self)
        self._secret = QLabel(self)
        self._secret.setObjectName("secret_name")
        set_role(self._secret, "subtitle")
        self._verdict = QLabel(self)
        self._verdict.setObjectName("column_verdict")
        set_role(self._verdict, "badge")
        self.conversation = ThreadView(turns, self)
        self._empty = EmptyState(
            self.tr("Ask the model"), self.tr("Write below and press Ctrl+Enter."), icon="playground", parent=self
        )
        self._room = QStackedWidget(self)
        self._room.addWidget(self._empty)
        self._room.addWidget(self.conversation)
        self._undo_bar = UndoBar("turns", self)
        self._measured, self._note = QLabel(self), QLabel(self)
        self._measured.setObjectName("column_measured")
        self._note.setObjectName("column_note")
        for label in (self._measured, self._note):
            set_role(label, "small")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._adapter = ElidedLabel(parent=self)
        self._adapter.setObjectName("turn_adapter")
        self._context, self._context_text = QProgressBar(self), ElidedLabel(parent=self)
        self._context.setObjectName("context_used")
        self._context.setAccessibleName(self.tr("Context used"))
        self._context.setTextVisible(False)
        self._context.setFixedWidth(80)
        self._memory = ElidedLabel(parent=self)
        self._memory.setObjectName("column_memory")
        for label in (self._adapter, self._context_text, self._memory):
            set_role(label, "small")
        self._stop = tool_button(
            self,
            "stop_column",
            self.tr("Stop this column"),
            "stop",
            ink="bad",
            tip=self.tr("Stop this column; the others go on"),
        )

    def _build_layout(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._context)
        foot.addWidget(self._context_text, 1)
        foot.addStretch()
        foot.addWidget(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 6, 8)
        column.setSpacing(6)
        column.addWidget(self.head)
        column.addWidget(self._secret)
        column.addWidget(self._verdict)
        column.addWidget(self._room, 1)
        column.addWidget(self._undo_bar)
        for label in (self._measured, self._adapter, self._memory, self._note):
            column.addWidget(label)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.conversation.turn_added.connect(self._on_turn_added)
        self._undo_bar.undo_requested.connect(self.undo_requested)
        self._stop.clicked.connect(self.stop_requested)

    @Slot(object)
    def _on_turn_added(self, turn: TurnView) -> None:
        turn.action_requested.connect(self.turn_action_requested)
        turn.question_edited.connect(self.question_edited)
        turn.answer_edited.connect(self.answer_edited)
        turn.offer_chosen.connect(self.offer_chosen)
