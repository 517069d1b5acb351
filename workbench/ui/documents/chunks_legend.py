"""What the colours of the page Chunks mean."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from workbench.ui.theme import set_role, tokens_of

_SIDE = 12


class ChunksLegend(QWidget):
    """Patches with a word each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chunks = (_Patch("accent_soft", self), _Patch("good_soft", self), self._word(self.tr("chunks")))
        self._shared = (_Patch("warn_soft", self), self._word(self.tr("in two of them")))
        self._left_out = (self._word(self.tr("grey: on every page, in none")),)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(5)
        for widget in (*self._chunks, *self._shared, *self._left_out):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_what(self, *, has_shared: bool, has_left_out: bool) -> None:
        for widget in self._shared:
            widget.setVisible(has_shared)
        for word in self._left_out:
            word.setVisible(has_left_out)

    def _word(self, text: str) -> QLabel:
        label = QLabel(text, self)
        set_role(label, "muted")
        return label


class _Patch(QWidget):
    """A square in a colour of the palette in force."""

    def __init__(self, token: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._token = token
        self.setFixedSize(_SIDE, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = tokens_of(self)
        painter = QPainter(self)
        painter.setPen(QColor(tokens.border_strong))
        painter.setBrush(QColor(getattr(tokens, self._token)))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
