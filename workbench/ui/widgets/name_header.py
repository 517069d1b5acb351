"""A header of names that people gave: a long one takes two lines, and is shortened in the middle of those."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QStyleOptionHeader, QWidget

_MOST_LINES = 2
_BESIDE, _ARROW = 8, 14
"""Pixels that the style sheet gives to the sides of a name, and to the arrow of a column that is sorted by."""
_ABOVE_AND_BELOW = 15
_PIECE = re.compile(r"\s*(?:[^\s-]+-*|-+)")
"""What no line breaks: a word, or its part up to a hyphen."""


class NameHeader(QHeaderView):
    """Over columns; the first one is no name. Whole names belong into the tool tips of the model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)  # Qt's own takes the lines of a name for one
        self.setHighlightSections(False)

    def shown_name(self, section: int) -> str:
        """As it stands in the width that there is."""
        name = self._name(section)
        if section == 0:
            return name
        is_sorted = self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        room = self.sectionSize(section) - _BESIDE - (_ARROW if is_sorted else 0)
        return "\n".join(in_lines(name, self._metrics(), room))

    def wanted_width(self, section: int) -> int:
        """For the whole name in one line."""
        own = self._metrics().horizontalAdvance(self._name(section)) + _BESIDE + 1
        return max(self.sectionSizeHint(section), own)

    def fit_height(self) -> None:
        """Make room for the lines of the names; to be called when widths or names have changed."""
        lines = max((self.shown_name(n).count("\n") for n in range(1, self.count())), default=0) + 1
        self.setMinimumHeight(lines * self._metrics().lineSpacing() + _ABOVE_AND_BELOW)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        option.text = self.shown_name(section)

    def _name(self, section: int) -> str:
        return str(self.model().headerData(section, self.orientation(), Qt.ItemDataRole.DisplayRole) or "")

    def _metrics(self) -> QFontMetrics:
        """Of what the style sheet draws headers in."""
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        font.setWeight(QFont.Weight.DemiBold)
        return QFontMetrics(font)


def in_lines(name: str, metrics: QFontMetrics, room: int) -> list[str]:
    """Broken at spaces and hyphens into two lines where one is too narrow; what is too long so loses its middle."""
    lines = [""]
    for piece in _PIECE.findall(name.strip()):
        longer = lines[-1] + piece
        if not lines[-1] or len(lines) == _MOST_LINES or metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(piece.strip())
    # Qt itself shortens a line also where it is too wide by a fraction of a pixel.
    middle = Qt.TextElideMode.ElideMiddle
    return [
        line if metrics.horizontalAdvance(line) <= room else metrics.elidedText(line, middle, room) for line in lines
    ]
