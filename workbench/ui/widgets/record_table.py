"""A table of frozen values: the view looks after itself, `RecordTableModel` says what each column shows of a record."""

from typing import Any, Generic, TypeVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyleOptionViewItem, QTableView, QWidget

from workbench.ui.theme import tokens_of
from workbench.ui.widgets.record_model import RecordTableModel

_MEASURED_ROWS = 50
"""So many rows, from the first in sight on, decide how wide a column is."""
T = TypeVar("T")


class RecordTable(QTableView, Generic[T]):
    """A table view with the program's manners: whole rows, no grid, its empty state in words."""

    record_activated = Signal(object)
    """The record that was double-clicked or entered."""
    selection_moved = Signal(object)
    """The selected record, or None."""
    delete_pressed = Signal()

    def __init__(self, model: RecordTableModel[T], empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records = model
        self._empty_text = empty_text
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 16)
        self._lay_out_columns()
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit_columns)
        self._revealing = QTimer(self, singleShot=True, interval=0)
        self._revealing.timeout.connect(self._scroll_to_current)
        self._kept: set[Any] = set()
        model.rowsInserted.connect(self._on_rows_inserted)
        model.modelAboutToBeReset.connect(self._keep_selection)
        model.modelReset.connect(self._restore_selection)
        self.activated.connect(self._on_activated)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def allow_sorting(self) -> None:
        """Let a click on a header sort by it; nothing is sorted before the first click."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)

    def allow_several(self) -> None:
        """Let more than one record be selected, with Shift and Ctrl as everywhere."""
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)

    def selected_records(self) -> list[T]:
        """In the order of the rows."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._records.record(row) for row in rows]

    def selected_record(self) -> T | None:
        rows = self.selectionModel().selectedRows()
        return self._records.record(rows[0].row()) if rows else None

    def select_key(self, key: object) -> None:
        """Select the record with this key, if it is shown."""
        row = self._records.row_of(key)
        if row is not None:
            self.selectRow(row)

    def reveal_key(self, key: object) -> None:
        """Select the record with this key and bring it into sight; where it is not shown, nothing is selected."""
        if self._records.row_of(key) is None:
            self.clearSelection()
            return
        self.select_key(key)
        self._scroll_to_current()  # Qt does so only where another row was the current one
        self._revealing.start()  # once more when a table that has just come to the front has its height

    def set_empty_text(self, text: str) -> None:
        self._empty_text = text
        self.viewport().update()

    def sizeHintForColumn(self, column: int) -> int:
        """As Qt finds it, but asking the delegate for the longest text alone: Qt asks it for every row, which takes ten
        times as long, whenever a row has changed."""
        count = self._records.rowCount()
        if not count or self.itemDelegateForColumn(column) is not None:
            return super().sizeHintForColumn(column)
        first = min(max(0, self.rowAt(0)), max(0, count - _MEASURED_ROWS))
        text, metrics = self._records.columns[column].text, self.fontMetrics()
        rows = range(first, min(count, first + _MEASURED_ROWS))
        longest = max(rows, key=lambda row: metrics.horizontalAdvance(text(self._records.record(row))))
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        index = self._records.index(longest, column)
        return self.itemDelegateForIndex(index).sizeHint(option, index).width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty_text and self._records.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tokens_of(self).muted))
            area = self.viewport().rect().adjusted(16, 8, -16, -8)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()

    def _lay_out_columns(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        columns = self._records.columns
        self._stretched = {n for n, column in enumerate(columns) if column.stretch} or {len(columns) - 1}
        for number in range(len(columns)):
            resize = QHeaderView.ResizeMode
            mode = resize.Stretch if number in self._stretched else resize.ResizeToContents
            header.setSectionResizeMode(number, mode)
        header.setResizeContentsPrecision(_MEASURED_ROWS)

    @Slot()
    def _scroll_to_current(self) -> None:
        self.scrollTo(self.currentIndex())

    @Slot()
    def _keep_selection(self) -> None:
        self._kept = {self._records.key_of(record) for record in self.selected_records()}

    @Slot()
    def _restore_selection(self) -> None:
        self._fitting.start()
        kept, self._kept = self._kept, set()
        if not kept:
            return
        chosen = QItemSelection()
        for row, record in enumerate(self._records.records):
            if self._records.key_of(record) in kept:
                chosen.select(self._records.index(row, 0), self._records.index(row, len(self._records.columns) - 1))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @Slot()
    def _on_rows_inserted(self) -> None:
        self._fitting.start()

    @Slot()
    def _fit_columns(self) -> None:
        """Qt fits columns to changed texts by itself, to new rows only after the next change of size."""
        self._make_room()
        self.horizontalHeader().resizeSections()

    def _make_room(self) -> None:
        yielding = [number for number, column in enumerate(self._records.columns) if column.gives_way]
        if not yielding:
            return
        header = self.horizontalHeader()
        fixed = [number for number in range(len(self._records.columns)) if number not in self._stretched]
        widths = {n: max(self.sizeHintForColumn(n), header.sectionSizeHint(n)) for n in fixed}
        characters = sum(self._records.columns[number].narrowest for number in self._stretched)
        wanted = characters * self.fontMetrics().averageCharWidth()
        for number in reversed(yielding):
            is_short = sum(widths.values()) + wanted > self.viewport().width()
            self.setColumnHidden(number, is_short)
            if is_short:
                del widths[number]

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.record_activated.emit(self._records.record(index.row()))

    @Slot()
    def _on_selection_changed(self) -> None:
        self.selection_moved.emit(self.selected_record())
