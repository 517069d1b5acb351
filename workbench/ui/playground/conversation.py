"""The thread of questions and answers; it stays at its end while text arrives, unless the user scrolled up."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from workbench.ui.playground.state import Turn
from workbench.ui.playground.turn_widget import TurnWidget


class Conversation(QScrollArea):
    offer_chosen = Signal(str, object)
    """A turn, and an `Offer` of `llm.too_long`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widgets: dict[str, TurnWidget] = {}
        self._shown: dict[str, tuple[Turn, str]] = {}
        self._is_at_end = True
        self._build_widgets()
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    def show_turns(self, turns: tuple[Turn, ...], waits_for: str) -> None:
        for gone in set(self._widgets) - {turn.id for turn in turns}:
            widget = self._widgets.pop(gone)
            del self._shown[gone]
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        for turn in turns:
            waits = waits_for if turn.is_running else ""
            if turn.id not in self._widgets:
                self._widgets[turn.id] = TurnWidget()
                self._widgets[turn.id].offer_chosen.connect(self.offer_chosen)
                self._column.insertWidget(self._column.count() - 1, self._widgets[turn.id])
                self._is_at_end = True
            if self._shown.get(turn.id) != (turn, waits):
                self._shown[turn.id] = (turn, waits)
                self._widgets[turn.id].show_turn(turn, waits)

    def append_text(self, text: str) -> None:
        """To the answer of the last turn."""
        if self._widgets:
            list(self._widgets.values())[-1].append_text(text)

    def _build_widgets(self) -> None:
        self.setObjectName("conversation")
        self.setAccessibleName(self.tr("Conversation"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(2, 2, 10, 2)
        self._column.setSpacing(18)
        self._column.addStretch(1)
        self.setWidget(content)

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._is_at_end = value >= self.verticalScrollBar().maximum() - 8

    @Slot(int, int)
    def _on_range_changed(self, _low: int, high: int) -> None:
        if self._is_at_end:
            self.verticalScrollBar().setValue(high)
