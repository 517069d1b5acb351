"""A layout that keeps its items in a list, for those whose height depends on their width."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem


class ItemLayout(QLayout):
    """A subclass says where each item goes (`_places`), how wide all want to be and how narrow they can be."""

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addWidget(self, widget: QWidget) -> None:
        """At the end. With an item of our own: one that Qt makes is mistaken by PySide for the dead one of a closed
        window, when it begins at the same place in memory."""
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
        return max((place.bottom() + 1 for _item, place in self._places(QRect(0, 0, width, 0))), default=0)

    def setGeometry(self, rectangle: QRect) -> None:
        super().setGeometry(rectangle)
        for item, place in self._places(rectangle):
            item.setGeometry(place)

    # -- where each goes ---------------------------------------------------------------------------------------------

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _places(self, room: QRect) -> list[tuple[QLayoutItem, QRect]]:
        """Where each item that is shown goes within the width of `room`, from its top."""
        raise NotImplementedError
