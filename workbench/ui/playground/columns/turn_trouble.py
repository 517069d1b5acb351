"""Why a turn has no answer, or not a whole one, with what would help."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.llm.too_long import Offer
from workbench.playground.conversation import Turn
from workbench.ui.theme import set_role
from workbench.ui.widgets.offers import OfferButtons
from workbench.ui.widgets.tool_button import tool_button


class TurnTrouble(QFrame):
    offer_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copied = ""
        self._build_widgets()
        self._build_layout()
        self._details.clicked.connect(self._on_copy)
        self._offers.offer_chosen.connect(self.offer_chosen)

    def show_turn(self, turn: Turn, *, is_hidden: bool) -> None:
        """`is_hidden` keeps back what would tell who answers."""
        said = self.tr("This answer failed.") if is_hidden else f"{turn.problem}\n{turn.hint}".strip()
        self._text.setText(said)
        self.setAccessibleName(said)
        self._details.setVisible(bool(turn.details) and not is_hidden)
        self._copied = "\n\n".join((turn.problem, turn.hint, turn.details))

    def show_offers(self, offers: Sequence[Offer]) -> None:
        self._offers.show_offers(offers)

    def _build_widgets(self) -> None:
        set_role(self, "message-error")
        self._text = QLabel(self)
        self._text.setObjectName("turn_trouble")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._offers = OfferButtons(self)
        self._details = tool_button(self, "copy_trouble", self.tr("Copy the details of the problem"), "copy")

    def _build_layout(self) -> None:
        said = QVBoxLayout()
        said.addWidget(self._text)
        said.addWidget(self._offers)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.addLayout(said, 1)
        row.addWidget(self._details, 0, Qt.AlignmentFlag.AlignTop)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
