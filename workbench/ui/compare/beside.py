"""A table, and beside it what is selected in it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QTableView, QWidget

_THOUSAND = 1000


def beside(table: QTableView, panel: QWidget, parent: QWidget, *, share: float, fewest_rows: int) -> QSplitter:
    """The table takes `share` of the width (0 to 1) until the user moves the border; so many of its rows are seen."""
    splitter = QSplitter(Qt.Orientation.Horizontal, parent)
    left = round(share * _THOUSAND)
    for place, (widget, size) in enumerate(((table, left), (panel, _THOUSAND - left))):
        splitter.addWidget(widget)
        splitter.setStretchFactor(place, size)
    splitter.setSizes([left, _THOUSAND - left])
    splitter.setChildrenCollapsible(False)
    splitter.setMinimumHeight(fewest_rows * table.verticalHeader().defaultSectionSize())
    return splitter
