"""Columns side by side with one input below them, and what concerns all of them above."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.playground.differences import Span
from workbench.ui.playground.columns.column_view import ColumnView
from workbench.ui.playground.columns.history_menu import HistoryMenu
from workbench.ui.playground.columns.input_bar import InputBar
from workbench.ui.playground.columns.paint_turns import PaintTurns
from workbench.ui.playground.columns.standings_dialog import StandingsDialog
from workbench.ui.playground.columns.state import ColumnsState, ColumnState
from workbench.ui.playground.columns.vote_bar import VoteBar
from workbench.ui.theme import set_role
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.named_button import named_button


class ColumnsView(QWidget):
    question_edited = Signal(str)
    run_requested = Signal()
    stop_requested = Signal()
    new_requested = Signal()
    add_requested = Signal()
    sync_wanted = Signal(bool)
    differences_wanted = Signal(bool)
    blind_wanted = Signal(bool)
    models_requested = Signal()
    export_chosen = Signal(str)
    column_added = Signal(str, object)
    """The id of a column and its `ColumnView`, for connecting it."""
    settled = Signal()
    """Everything that came is on the screen, and nothing more is coming."""
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ColumnsState()
        self._columns: dict[str, ColumnView] = {}
        self._standings: StandingsDialog | None = None
        self._turns = PaintTurns(self)
        self._build_widgets()
        self._build_layout()
        self._build_actions()
        self._connect()

    # -- showing ------------------------------------------------------------------------------------------------------

    def show_state(self, state: ColumnsState) -> None:
        before, self._state = self._state, state
        self._show_columns(state, before)
        self.input.show_state(state)
        self.votes.show_state(state)
        self.history.show_state(state)
        several = len(state.columns) > 1
        for action, is_on in (
            (self.sync_action, state.syncs_scrolling), (self.differences_action, state.marks_differences),
            (self.blind_action, state.blind.is_on),
        ):  # fmt: skip
            action.setEnabled(several)
            action.setChecked(is_on)
        self.new_action.setEnabled(state.has_turns)
        self.run_action.setEnabled(state.can_run)
        self.stop_action.setEnabled(state.is_running)
        self._note.setText(state.differences_note)
        if self._standings is not None:
            self._standings.show_standings(state.standings)
        self._pages.setCurrentWidget(self._no_model if state.has_no_model and not state.has_turns else self._scroller)

    def begin_answer(self, column_id: str, text: str) -> None:
        if column_id in self._columns:
            self._columns[column_id].conversation.begin_answer(text)

    def append_answer(self, column_id: str, text: str) -> None:
        if column_id in self._columns:
            self._columns[column_id].conversation.append_answer(text)

    def shown_answers(self) -> Mapping[str, str]:
        return {column_id: view.shown_answer() for column_id, view in self._columns.items()}

    def mark_answers(self, marks: Mapping[str, Sequence[Span]]) -> None:
        for column_id, view in self._columns.items():
            view.mark(marks.get(column_id, ()))

    def copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def soon(self, action: Callable[[], None]) -> None:
        QTimer.singleShot(0, self, action)

    def head(self) -> QWidget:
        return self._head

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.input.take_focus()
            self.shown.emit()

    def _show_columns(self, state: ColumnsState, before: ColumnsState) -> None:
        for gone in set(self._columns) - {column.id for column in state.columns}:
            view = self._columns.pop(gone)
            self._row.removeWidget(view)
            view.hide()
            view.deleteLater()
        common = _common(state) != _common(before)
        for place, column in enumerate(state.shown_columns):
            is_new = column.id not in self._columns
            if is_new:
                self._add(column)
            view = self._columns[column.id]
            moved = self._row.indexOf(view) != place
            if moved:
                self._row.insertWidget(place, view, 1)
                view.show()  # now, not with the next round of events
            if is_new or moved or common or before.column(column.id) != column:
                view.show_column(column, state, place + 1)

    def _add(self, column: ColumnState) -> None:
        view = ColumnView(self._turns)
        view.conversation.scrolled_by_user.connect(partial(self._on_scrolled, column.id))
        self._columns[column.id] = view
        self.column_added.emit(column.id, view)
        if len(self._columns) > 1:
            self._scroller.ensureWidgetVisible(view)

    # -- building -----------------------------------------------------------------------------------------------------

    def first_field(self) -> QWidget:
        return self.input.first_field()

    def _build_widgets(self) -> None:
        self.setObjectName("columns")
        self._head = QWidget(self)
        self.history = HistoryMenu(self._head)
        self._new = named_button(self, "new_conversation", self.tr("New"), "quiet", spoken=self.tr("New conversation"))
        self._new.setToolTip(self.tr("Begin a new conversation; this one stays in the history"))
        self._add_column = named_button(
            self, "add_column", self.tr("Column"), "quiet", spoken=self.tr("Add a column"), icon="plus"
        )
        self._add_column.setToolTip(self.tr("One more way of answering beside the others"))
        self._sync = self._toggle(self.tr("Sync"), "sync_scrolling", self.tr("Scroll all columns together"))
        self._differences = self._toggle(
            self.tr("Differences"), "mark_differences", self.tr("Mark the words that the first column does not say")
        )
        self._blind = self._toggle(
            self.tr("Blind"), "blind_mode", self.tr("Hide the names and the order until you voted for an answer")
        )
        self._note = QLabel(self)
        set_role(self._note, "small")
        self._no_model = EmptyState(
            self.tr("No model yet"),
            self.tr("The playground needs a language model: any chat model as a GGUF file, or one on a server."),
            self.tr("Go to Models"),
            icon="models",
        )
        self.votes = VoteBar(self)
        self.input = InputBar(self)

    def _toggle(self, text: str, name: str, tip: str) -> QPushButton:
        button = named_button(self, name, text, "quiet", tip=tip)
        button.setCheckable(True)
        return button

    def _build_layout(self) -> None:
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        for button in (self.history, self._new):
            head.addWidget(button)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for button in (self._add_column, self._sync, self._differences, self._blind):
            tools.addWidget(button)
        tools.addWidget(self._note)
        tools.addStretch(1)
        side_by_side = QWidget(self)
        self._row = QHBoxLayout(side_by_side)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._scroller = QScrollArea(self)
        self._scroller.setObjectName("columns_scroller")
        self._scroller.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setWidgetResizable(True)
        self._scroller.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setWidget(side_by_side)
        self._scroller.setMinimumWidth(300)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._scroller)
        self._pages.addWidget(self._no_model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(tools)
        column.addWidget(self._pages, 1)
        column.addWidget(self.votes)
        column.addWidget(self.input)

    def _build_actions(self) -> None:
        self.run_action = self._action(self.tr("Run the prompt"), "Ctrl+Return", "Ctrl+Enter")
        self.stop_action = self._action(self.tr("Stop answering"), "Esc")
        self.new_action = self._action(self.tr("New conversation"), "Ctrl+Shift+N")
        self.add_action = self._action(self.tr("Add a column"), "Ctrl+Shift+A")
        self.sync_action = self._action(self.tr("Scroll all columns together"), is_checkable=True)
        self.differences_action = self._action(self.tr("Mark differences between columns"), is_checkable=True)
        self.blind_action = self._action(self.tr("Blind mode"), is_checkable=True)
        self.standings_action = self._action(self.tr("Standings of the blind votes"))

    def _action(self, text: str, *keys: str, is_checkable: bool = False) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(one) for one in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(is_checkable)
        self.addAction(action)
        return action

    def _connect(self) -> None:
        self.input.edited.connect(self.question_edited)
        self.input.run_requested.connect(self.run_requested)
        self.input.stop_requested.connect(self.stop_requested)
        self.run_action.triggered.connect(self.run_requested)
        self.stop_action.triggered.connect(self.stop_requested)
        for button, action, signal in (
            (self._new, self.new_action, self.new_requested), (self._add_column, self.add_action, self.add_requested),
        ):  # fmt: skip
            action.triggered.connect(signal)
            button.clicked.connect(action.trigger)
            action.enabledChanged.connect(button.setEnabled)
        for button, action, wanted in (
            (self._sync, self.sync_action, self.sync_wanted),
            (self._differences, self.differences_action, self.differences_wanted),
            (self._blind, self.blind_action, self.blind_wanted),
        ):
            action.triggered.connect(wanted)
            button.clicked.connect(action.trigger)
            action.toggled.connect(button.setChecked)
            action.enabledChanged.connect(button.setVisible)  # with one column there is nothing to compare
            action.setEnabled(False)
        self.standings_action.triggered.connect(self.open_standings)
        self.votes.standings_requested.connect(self.open_standings)
        self.history.export_requested.connect(self._on_export)
        self._no_model.action_requested.connect(self.models_requested)
        self._turns.emptied.connect(self._on_emptied)

    # -- acting -------------------------------------------------------------------------------------------------------

    @Slot()
    def open_standings(self) -> None:
        if self._standings is None:
            self._standings = StandingsDialog(self)
        self._standings.show_standings(self._state.standings)
        self._standings.open()

    def _on_scrolled(self, column_id: str) -> None:
        if not self._state.syncs_scrolling:
            return
        moved = self._columns[column_id].conversation
        for other_id, other in self._columns.items():
            if other_id != column_id and moved.is_at_end:
                other.conversation.go_to_end()
            elif other_id != column_id:
                other.conversation.go_to(moved.place())

    @Slot()
    def _on_emptied(self) -> None:
        if not self._state.is_running:
            self.settled.emit()

    @Slot()
    def _on_export(self) -> None:
        dialog = SaveDialog(
            self,
            self.tr("Export the conversation"),
            "conversation_export_dialog",
            [self.tr("Markdown (*.md)"), self.tr("JSON, with all branches (*.json)")],
        )
        dialog.fileSelected.connect(self.export_chosen)
        dialog.open()


def _common(state: ColumnsState) -> tuple[object, ...]:
    """What every column shows besides its own state."""
    return (state.models, state.collections, state.versions, state.blind, len(state.columns))
