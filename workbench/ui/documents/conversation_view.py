"""Questions and answers one below the other; it stays at its end while text arrives, unless the user scrolled up."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.documents.asking_state import AskingState, Phase
from workbench.ui.documents.turn_card import TurnCard
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.page_scroller import PageScroller

_NEAR_END = 8
"""Pixels."""


class ConversationView(QStackedWidget):
    card_added = Signal(object)
    """A `TurnCard`, for connecting it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, TurnCard] = {}
        self._shown: dict[str, object] = {}
        self._is_at_end = True
        self._build_widgets()
        bar = self._scroller.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._on_range_changed)

    def show_state(self, state: AskingState) -> None:
        turns = state.conversation.turns
        self.setCurrentWidget(self._scroller if turns else self._empty)
        for gone in set(self._cards) - {turn.id for turn in turns}:
            self._remove(gone)
        looked_at = state.turn
        for turn in turns:
            if turn.id not in self._cards:
                self._add(turn.id)
            is_looked_at = len(turns) > 1 and looked_at is not None and looked_at.id == turn.id
            can_ask = state.phase is Phase.IDLE and state.has_chunks if turn.is_search else state.can_answer
            shown = (turn, is_looked_at, can_ask)
            if self._shown.get(turn.id) != shown:
                self._shown[turn.id] = shown
                self._cards[turn.id].show_turn(turn, is_looked_at=is_looked_at, can_ask=can_ask)

    def append_answer(self, turn_id: str, text: str) -> None:
        if turn_id in self._cards:
            self._cards[turn_id].append_answer(text)

    def cards(self) -> list[TurnCard]:
        """In the order of the turns."""
        return list(self._cards.values())

    def _add(self, turn_id: str) -> None:
        card = TurnCard(turn_id)
        self._cards[turn_id] = card
        self._column.insertWidget(self._column.count() - 1, card)
        card.show()  # now, not with the next round of events
        self._is_at_end = True
        self.card_added.emit(card)

    def _remove(self, turn_id: str) -> None:
        card = self._cards.pop(turn_id)
        self._shown.pop(turn_id, None)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _build_widgets(self) -> None:
        self.setObjectName("documents_conversation")
        self._empty = EmptyState(
            self.tr("Ask these documents"),
            self.tr(
                "Answers come with marks like [1] that open their source. Ask on, and the question is understood from "
                "what was said before. Search shows the passages only and needs no model."
            ),
            icon="search",
            parent=self,
        )
        content = QWidget()
        self._scroller = PageScroller(content, self)
        self._scroller.setObjectName("conversation_scroller")
        self._scroller.setAccessibleName(self.tr("Conversation"))
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        self.addWidget(self._empty)
        self.addWidget(self._scroller)

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._is_at_end = value >= self._scroller.verticalScrollBar().maximum() - _NEAR_END

    @Slot(int, int)
    def _on_range_changed(self, _low: int, high: int) -> None:
        if self._is_at_end:
            self._scroller.verticalScrollBar().setValue(high)
            self._is_at_end = True
