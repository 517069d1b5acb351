"""What a place shows while it has nothing to show: what it is for, and the first thing to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_WIDEST, _MARGIN, _GAP = 520, 24, 8
"""Pixels."""


class EmptyState(QWidget):
    """A title, a sentence, and optionally a button and an icon, centred. Where it is too low for all, the icon goes
    first and then the sentence, which is still told as a tooltip."""

    action_requested = Signal()

    def __init__(
        self, title: str, text: str, action: str = "", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._build_widgets(title, text, action, icon)
        self._build_layout()
        self._action.clicked.connect(self.action_requested)

    def show_text(self, title: str, text: str, action: str | None = None) -> None:
        """Say something else in the same place; `action=None` leaves the button as it is."""
        self._title.setText(title)
        self._text.setText(text)
        if action is not None:
            self._action.setText(action)
            self._action.setAccessibleName(action or title)
            self._action.setVisible(bool(action))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = min(_WIDEST, round(0.8 * (self.width() - 2 * _MARGIN)))
        least = self._title.heightForWidth(width)
        if self._action.isVisibleTo(self):
            least += self._action.sizeHint().height() + 2 * _GAP
        margin = max(0, min(_MARGIN, (self.height() - least) // 2))
        self._column.setContentsMargins(_MARGIN, margin, _MARGIN, margin)
        least += 2 * margin
        text, icon = self._text.heightForWidth(width) + _GAP, self._icon.sizeHint().height() + _GAP
        self._text.setVisible(least + text <= self.height())
        self._icon.setVisible(self._has_icon and least + text + icon <= self.height())
        self.setToolTip("" if self._text.isVisibleTo(self) else self._text.text())

    def _build_widgets(self, title: str, text: str, action: str, icon: str) -> None:
        self._icon = QLabel(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._has_icon = bool(icon)
        self._icon.setVisible(self._has_icon)
        if icon:
            icons.set_icon(self._icon, icon, "muted", 40)
        self._title, self._text = QLabel(title, self), QLabel(text, self)
        for label, role in ((self._title, "subtitle"), (self._text, "muted")):
            set_role(label, role)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            label.setWordWrap(True)
            label.setMinimumWidth(200)
            label.setMaximumWidth(_WIDEST)
        self._action = named_button(self, "empty_state_action", action, "primary", spoken=action or title)
        self._action.setVisible(bool(action))

    def _build_layout(self) -> None:
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_GAP)
        column.addStretch(2)
        column.addWidget(self._icon)
        for label in (self._title, self._text):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 8)
            row.addStretch(1)
            column.addLayout(row)
        column.addSpacing(6)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
