"""A problem said where it belongs: what happened, what to do, details on request."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.trouble import Trouble
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.offers import OfferButtons

_NONE = Trouble("")


class TroubleCard(QFrame):
    """Hidden while there is nothing to say."""

    offer_chosen = Signal(object)
    """An `Offer` of `llm.too_long`."""

    def __init__(self, name: str, parent: QWidget | None = None, *, takes_offers: bool = False) -> None:
        """`takes_offers`: whether somebody listens to `offer_chosen`; no buttons are shown otherwise."""
        super().__init__(parent)
        self.setObjectName(name)
        self._takes_offers = takes_offers
        self._build_widgets()
        self._build_layout()
        self._show_details.toggled.connect(self._details.setVisible)
        self._offers.offer_chosen.connect(self.offer_chosen)
        self.hide()

    def show_trouble(self, trouble: Trouble | None) -> None:
        """None hides the card."""
        said = trouble or _NONE
        self.setVisible(bool(said.text))
        self.setAccessibleName(f"{said.text} {said.hint}".strip())
        self._text.setText(said.text)
        self._hint.setText(said.hint)
        self._hint.setVisible(bool(said.hint))
        self._offers.show_offers(said.offers if self._takes_offers else ())
        self._details.setPlainText(said.details)
        self._show_details.setVisible(bool(said.details))
        if not said.details:
            self._show_details.setChecked(False)

    def text(self) -> str:
        return self._text.text()

    def _build_widgets(self) -> None:
        set_role(self, "message-error")
        self._icon = QLabel(self)
        icons.set_icon(self._icon, "error", "bad", 20)
        self._icon.setAccessibleName(self.tr("Error"))
        self._text, self._hint = QLabel(self), QLabel(self)
        for label in (self._text, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._hint, "muted")
        self._offers = OfferButtons(self)
        self._show_details = named_button(
            self,
            f"{self.objectName()}_show_details",
            self.tr("Details"),
            "quiet",
            spoken=self.tr("Show the details of the problem"),
        )
        self._show_details.setCheckable(True)
        self._details = QPlainTextEdit(self)
        self._details.setObjectName(f"{self.objectName()}_details")
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(140)
        set_role(self._details, "code")
        self._details.hide()

    def _build_layout(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        words.addWidget(self._offers)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._show_details, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 8, 9)
        column.addLayout(row)
        column.addWidget(self._details)
