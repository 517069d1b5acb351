"""Widgets beside each other, on a second line where one is too narrow for them."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayoutItem, QWidget

from workbench.ui.widgets.item_layout import ItemLayout


class WrappingRow(ItemLayout):
    """Each as wide as it wants to be; what is left of a line goes to those that expand, as in a QHBoxLayout.

    As narrow as its widest widget: a row of buttons never makes a window wide, and never cuts their words.
    """

    def __init__(self, widgets: Sequence[QWidget] = (), spacing: int = 6) -> None:
        super().__init__(spacing)
        for widget in widgets:
            self.addWidget(widget)

    # -- what Qt asks ------------------------------------------------------------------------------------------------

    def minimumSize(self) -> QSize:
        """One widget; how tall the lines are together, `heightForWidth` says."""
        sizes = [_least(item) for item in self._shown()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def sizeHint(self) -> QSize:
        """All on one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        gaps = self.spacing() * max(0, len(sizes) - 1)
        return QSize(sum(size.width() for size in sizes) + gaps, max((size.height() for size in sizes), default=0))

    # -- where each goes ---------------------------------------------------------------------------------------------

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if lines and used + self.spacing() + wide <= width:
                lines[-1].append(item)
                used += self.spacing() + wide
            else:
                lines.append([item])
                used = wide
        return lines

    def _places(self, room: QRect) -> list[tuple[QLayoutItem, QRect]]:
        places: list[tuple[QLayoutItem, QRect]] = []
        top = room.top()
        for line in self._lines(room.width()):
            height = max(item.sizeHint().height() for item in line)
            left = room.left()
            for item, width in zip(line, self._widths(line, room.width()), strict=True):
                places.append((item, QRect(left, top, width, height)))
                left += width + self.spacing()
            top += height + self.spacing()
        return places

    def _widths(self, line: Sequence[QLayoutItem], room: int) -> list[int]:
        widths = [min(item.sizeHint().width(), room) for item in line]
        spare = room - sum(widths) - self.spacing() * (len(line) - 1)
        growing = [n for n, item in enumerate(line) if item.expandingDirections() & Qt.Orientation.Horizontal]
        for place, number in enumerate(growing):
            share = spare // (len(growing) - place)
            widths[number] += share
            spare -= share
        return widths


def labelled(text: str, field: QWidget) -> QWidget:
    """A field with its words before it, kept together on one line; an `&` in them leads to the field."""
    pair = QWidget(field.parentWidget())
    label = QLabel(text, pair)
    label.setBuddy(field)
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(label)
    row.addWidget(field, 1)
    return pair


def _least(item: QLayoutItem) -> QSize:
    least = item.minimumSize()
    return QSize(least.width(), max(least.height(), item.sizeHint().height()))
