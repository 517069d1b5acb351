"""Buttons that say what would make a prompt fit, and do just that."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from workbench.llm.too_long import Offer, offer_in_words
from workbench.ui.widgets.named_button import named_button


class OfferButtons(QWidget):
    """One below the other; hidden while nothing is offered."""

    offer_chosen = Signal(object)
    """An `Offer`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Offer, ...] = ()
        self.setObjectName("offers")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 6, 0, 2)
        self._column.setSpacing(6)
        self.hide()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """These instead of those before."""
        if tuple(offers) == self._shown:
            self.setVisible(bool(offers))
            return
        self.hide()  # buttons of a visible parent would come only with the next round of events
        self._shown = tuple(offers)
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.setObjectName("")  # it lives a moment longer, perhaps inside its own click
                old.deleteLater()
        for offer in offers:
            self._column.addWidget(self._button(offer), 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(offers))

    def _button(self, offer: Offer) -> QPushButton:
        words = offer_in_words(offer)
        button = named_button(self, f"offer_{offer.offer}", words, "offer")
        button.setToolTip(self.tr("Does that and asks again"))
        button.clicked.connect(partial(self.offer_chosen.emit, offer))
        return button
