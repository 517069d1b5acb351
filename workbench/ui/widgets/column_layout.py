"""Cards side by side in columns of equal width: as many as fit without cutting any of them off.

Qt's grid has a fixed number of columns, so that a page must guess at which width it has room for them; a card whose
buttons change then reaches over the edge. This layout asks the cards for their narrowest width each time.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLayoutItem, QWidget

from workbench.ui.widgets.item_layout import ItemLayout


class ColumnLayout(ItemLayout):
    """At most `columns` columns, none narrower than its cards or than `narrowest` characters; rows as tall as needed.

    Characters, not pixels: a bigger font needs wider columns. One column is never refused, however narrow.
    """

    def __init__(self, columns: int, narrowest: int = 0, spacing: int = 14) -> None:
        super().__init__(spacing)
        self._columns = columns
        self._narrowest = narrowest

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

    # -- what Qt asks ------------------------------------------------------------------------------------------------

    def minimumSize(self) -> QSize:
        """One column, as narrow as the widest card allows; how tall, `heightForWidth` says."""
        width = max((item.minimumSize().width() for item in self._shown()), default=0)
        height = max((item.minimumSize().height() for item in self._shown()), default=0)
        return QSize(width, height)

    def sizeHint(self) -> QSize:
        width = max((item.sizeHint().width() for item in self._shown()), default=0)
        whole = self._columns * (width + self.spacing()) - self.spacing()
        return QSize(whole, self.heightForWidth(whole))

    # -- where each card goes ----------------------------------------------------------------------------------------

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
