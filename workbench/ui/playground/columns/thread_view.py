"""The conversation of one column; it stays at its end while text arrives, unless the user scrolled up."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from workbench.playground.differences import Span
from workbench.ui.playground.columns.paint_turns import PaintTurns
from workbench.ui.playground.columns.state import ColumnState
from workbench.ui.playground.columns.turn_view import TurnView

_NEAR_END = 8
"""Pixels."""


class ThreadView(QScrollArea):
    turn_added = Signal(object)
    """A `TurnView`, for connecting it."""
    scrolled_by_user = Signal()

    def __init__(self, turns: PaintTurns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turns = turns
        self._views: dict[str, TurnView] = {}
        self._shown: dict[str, object] = {}
        self._running: TurnView | None = None
        self._is_at_end = True
        self._is_user = False
        self._build_widgets()
        bar = self.verticalScrollBar()
        bar.actionTriggered.connect(self._on_user)
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._on_range_changed)

    def show_column(self, column: ColumnState, *, is_hidden: bool) -> None:
        """`is_hidden`: only the last turn, and nothing that tells who answers."""
        path = column.path[-1:] if is_hidden else column.path
        for gone in set(self._views) - {turn.id for turn in path}:
            self._remove(gone)
        for number, turn in enumerate(path):
            if turn.id not in self._views:
                self._add(turn.id, number)
            branches = column.conversation.branches(turn.id)
            place = (branches.index(turn) + 1, len(branches))
            waits = column.waits_for if turn.id == column.running else ""
            offers = column.offers if turn is path[-1] and turn.problem and not is_hidden else ()
            shown = (turn, place, self.tr("Waiting…") if waits and is_hidden else waits, not column.running, is_hidden)
            if self._shown.get(turn.id) != (shown, offers):
                self._shown[turn.id] = (shown, offers)
                view = self._views[turn.id]
                view.show_turn(shown[0], place, waits_for=shown[2], is_free=shown[3], is_hidden=is_hidden)
                view.show_offers(offers)
        self._running = self._views.get(column.running)

    def begin_answer(self, text: str) -> None:
        if self._running is not None:
            self._running.begin_answer(text)

    def append_answer(self, text: str) -> None:
        if self._running is not None:
            self._running.append_answer(text)

    def last(self) -> TurnView | None:
        return next(reversed(self._views.values()), None)

    def mark_last(self, spans: Sequence[Span]) -> None:
        for view in self._views.values():
            view.mark(spans if view is self.last() else ())

    def place(self) -> tuple[int, float]:
        """What is at the top: the number of the turn, and how much of it is above, from 0 to 1 and beyond its end."""
        top = self.verticalScrollBar().value()
        views = list(self._views.values())
        number = max((n for n, view in enumerate(views) if view.y() <= top), default=0)
        if not views:
            return 0, 0.0
        return number, (top - views[number].y()) / max(1, views[number].height())

    def go_to(self, place: tuple[int, float]) -> None:
        """Scroll so that `place()` says this, as far as that goes."""
        views = list(self._views.values())
        number, share = place
        if number < len(views):
            self._scroll_to(round(views[number].y() + share * views[number].height()))

    def go_to_end(self) -> None:
        self._is_at_end = True
        self._scroll_to(self.verticalScrollBar().maximum())

    @property
    def is_at_end(self) -> bool:
        return self._is_at_end

    def _add(self, turn_id: str, number: int) -> None:
        view = TurnView(self._turns, turn_id)
        ordered = list(self._views.items())
        ordered.insert(number, (turn_id, view))
        self._views = dict(ordered)
        self._column.insertWidget(number, view)
        view.show()  # now, not with the next round of events
        self._is_at_end = True
        self.turn_added.emit(view)

    def _remove(self, turn_id: str) -> None:
        view = self._views.pop(turn_id)
        self._shown.pop(turn_id, None)
        view.leave()
        self._column.removeWidget(view)
        view.hide()
        view.deleteLater()

    def _build_widgets(self) -> None:
        self.setObjectName("conversation")
        self.setAccessibleName(self.tr("Conversation"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(2, 2, 8, 2)
        self._column.setSpacing(14)
        self._column.addStretch(1)
        self.setWidget(content)

    def _scroll_to(self, value: int) -> None:
        self._is_user = False
        self.verticalScrollBar().setValue(value)

    @Slot()
    def _on_user(self) -> None:
        """Wheel, keys or the handle; the value follows."""
        self._is_user = True

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._is_at_end = value >= self.verticalScrollBar().maximum() - _NEAR_END
        if self._is_user:
            self._is_user = False
            self.scrolled_by_user.emit()

    @Slot(int, int)
    def _on_range_changed(self, _low: int, high: int) -> None:
        if self._is_at_end:
            self._scroll_to(high)
            self._is_at_end = True
