"""Cards side by side in columns of equal width: as many as fit without cutting any of them off.

Qt's grid has a fixed number of columns, so that a page must guess at which width it has room for them; a card whose
buttons change then reaches over the edge. This layout asks the cards for their narrowest width each time.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem


class ColumnLayout(QLayout):
    """At most `columns` columns, none narrower than its cards or than `narrowest` characters; rows as tall as needed.

    Characters, not pixels: a bigger font needs wider columns. One column is never refused, however narrow.
    """

    def __init__(self, columns: int, narrowest: int = 0, spacing: int = 14) -> None:
        super().__init__()
        self._columns = columns
        self._narrowest = narrowest
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def show_widgets(self, widgets: Sequence[QWidget]) -> None:
        """These cards instead of the ones before, which are only taken out."""
        while self.takeAt(0) is not None:
            pass
        for widget in widgets:
            self.addWidget(widget)

    def columns_at(self, width: int) -> int:
        """How many columns there are at `width` pixels."""
        shown = self._shown()
        widest = max((item.minimumSize().width() for item in shown), default=0)
        parent = self.parentWidget()
        if parent is not None:
            widest = max(widest, self._narrowest * parent.fontMetrics().averageCharWidth())
        fitting = (width + self.spacing()) // max(1, widest + self.spacing())
        return max(1, min(self._columns, fitting, len(shown)))

    def addWidget(self, widget: QWidget) -> None:
        """At the end, with an item of our own, as in a WrappingRow."""
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))
        self.invalidate()

    # -- what Qt asks ------------------------------------------------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # Qt asks beyond the end, too
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        taken = self._items.pop(index) if 0 <= index < len(self._items) else None
        self.invalidate()
        return taken

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(QRect(0, 0, width, 0))
        return max((place.bottom() + 1 for _item, place in places), default=0)

    def minimumSize(self) -> QSize:
        """One column, as narrow as the widest card allows; how tall, `heightForWidth` says."""
        width = max((item.minimumSize().width() for item in self._shown()), default=0)
        height = max((item.minimumSize().height() for item in self._shown()), default=0)
        return QSize(width, height)

    def sizeHint(self) -> QSize:
        width = max((item.sizeHint().width() for item in self._shown()), default=0)
        whole = self._columns * (width + self.spacing()) - self.spacing()
        return QSize(whole, self.heightForWidth(whole))

    def setGeometry(self, rectangle: QRect) -> None:
        super().setGeometry(rectangle)
        for item, place in self._places(rectangle):
            item.setGeometry(place)

    # -- where each card goes ----------------------------------------------------------------------------------------

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _places(self, room: QRect) -> list[tuple[QLayoutItem, QRect]]:
        shown, columns, gap = self._shown(), self.columns_at(room.width()), self.spacing()
        places: list[tuple[QLayoutItem, QRect]] = []
        top = room.top()
        for start in range(0, len(shown), columns):
            row = shown[start : start + columns]
            edges = [room.left() + round((room.width() + gap) * n / columns) for n in range(columns + 1)]
            widths = [right - left - gap for left, right in pairwise(edges)]
            height = max(_height(item, width) for item, width in zip(row, widths, strict=False))
            for item, left, width in zip(row, edges, widths, strict=False):
                places.append((item, QRect(left, top, width, height)))
            top += height + gap
        return places


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
