"""The view of the grid's cells: questions stay at the left, names at the top, however it is scrolled."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from workbench.ui.playground.grid.cell_delegate import CellDelegate
from workbench.ui.playground.grid.table_model import GridTableModel

_QUESTION, NARROWEST_CELL = 26, 12
"""Widths in characters."""


def cell_table(model: GridTableModel, parent: QWidget) -> QTableView:
    """A table that measures nothing: with thousands of rows that would cost more than to draw them."""
    view = QTableView(parent)
    view.setObjectName("grid_cells")
    view.setModel(model)
    view.setItemDelegate(CellDelegate(view))
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setCornerButtonEnabled(False)
    character = view.fontMetrics().averageCharWidth()
    rows, columns = view.verticalHeader(), view.horizontalHeader()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(view.fontMetrics().height() + 12)
    rows.setFixedWidth(_QUESTION * character)
    rows.setTextElideMode(Qt.TextElideMode.ElideRight)
    rows.setHighlightSections(False)
    columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    columns.setMinimumSectionSize(NARROWEST_CELL * character)
    columns.setTextElideMode(Qt.TextElideMode.ElideNone)  # eliding takes the lines of a name for one
    columns.setHighlightSections(False)
    return view
