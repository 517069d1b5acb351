"""What a table of frozen values shows of each: its columns, and the rows in their order. The view is `RecordTable`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from workbench.ui.theme import tokens_of
from workbench.ui.widgets.plain_tip import plain_tip

_MANY_ROWS = 100
"""So many come and go one by one; more are shown anew, which takes no longer than a few."""
_MANY_STRETCHES = 8
NARROWEST_STRETCHED = 18
"""Characters of a column that takes the width that is left, while others give way."""
T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: what it shows of a record."""

    title: str
    text: Callable[[T], str]
    align_right: bool = False
    tooltip: Callable[[T], str] | None = None
    sort_key: Callable[[T], Any] | None = None
    """Sorts by this; by the text when None. Must return values that compare with each other."""
    ink: Callable[[T], str] | None = None
    """Names the token the text is drawn in ("good", "bad", "muted"); the text itself must say it too."""
    stretch: bool = False
    """Takes the width that is left."""
    narrowest: int = NARROWEST_STRETCHED
    """Characters of width below which others give way, for a column that takes what is left."""
    gives_way: bool = False
    """Hidden, the last such column first, where too little width is left for those that take it."""


class RecordTableModel(QAbstractTableModel, Generic[T]):
    """Rows are records. `key` tells which record is which, so that the selection stays with it; else with the row."""

    def __init__(self, columns: Sequence[Column[T]], key: Callable[[T], Any] | None = None) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._key = key
        self._records: list[T] = []
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    @property
    def columns(self) -> tuple[Column[T], ...]:
        return self._columns

    @property
    def records(self) -> tuple[T, ...]:
        """What is shown, in the order of the rows."""
        return tuple(self._records)

    def show(self, records: Sequence[T]) -> None:
        """Show these records; rows that stay keep their selection, only changed ones are drawn again."""
        wanted = self._in_order(records)
        if self._key is None:
            self._fit_length(wanted)
        elif self._changes_much(wanted, self._key):
            self.beginResetModel()
            self._records = wanted
            self.endResetModel()
            return
        elif not self._fit_keys(wanted, self._key):
            self._rearrange(wanted)
            return
        changed = [
            row
            for row, (old, new) in enumerate(zip(self._records, wanted, strict=True))
            if old is not new and old != new
        ]
        self._records = wanted
        for first, last in _stretches(changed):  # views look at all columns for each that they are told of
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))

    def record(self, row: int) -> T:
        """The record of one row; IndexError outside."""
        return self._records[row]

    def row_of(self, key: object) -> int | None:
        """The row of the record with this key; None when it is not shown or the model has no keys."""
        if self._key is None:
            return None
        return next((row for row, record in enumerate(self._records) if self._key(record) == key), None)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, record = self._columns[index.column()], self._records[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(record)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(column.tooltip(record)) if column.tooltip else None
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if column.ink and (ink := column.ink(record)):
                return QBrush(QColor(getattr(tokens_of(), ink)))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = self._columns[section].align_right
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort now and keep later records sorted; a column of -1 goes back to the given order at the next `show`."""
        self._sorted_by = (column, order) if 0 <= column < len(self._columns) else None
        self._rearrange(self._in_order(self._records))

    def key_of(self, record: T) -> Any:
        """What tells this record from the others; the record itself where nothing does."""
        return self._key(record) if self._key is not None else record

    def _changes_much(self, wanted: Sequence[T], key: Callable[[T], Any]) -> bool:
        have, need = set(map(key, self._records)), set(map(key, wanted))
        return len(have ^ need) > _MANY_ROWS

    def _in_order(self, records: Sequence[T]) -> list[T]:
        if self._sorted_by is None:
            return list(records)
        number, order = self._sorted_by
        column = self._columns[number]
        key = column.sort_key or (lambda record: column.text(record).casefold())
        return sorted(records, key=key, reverse=order is Qt.SortOrder.DescendingOrder)

    def _fit_keys(self, wanted: list[T], key: Callable[[T], Any]) -> bool:
        """Drop rows that are gone, add new ones at the end; whether the order is then already the wanted one."""
        keys = [key(record) for record in wanted]
        assert len(set(keys)) == len(keys), "two records have the same key"
        gone = set(map(key, self._records)) - set(keys)
        for row in range(len(self._records) - 1, -1, -1):
            if key(self._records[row]) in gone:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._records[row]
                self.endRemoveRows()
        have = set(map(key, self._records))
        if new := [record for record in wanted if key(record) not in have]:
            self.beginInsertRows(QModelIndex(), len(have), len(wanted) - 1)
            self._records.extend(new)
            self.endInsertRows()
        return list(map(key, self._records)) == keys

    def _fit_length(self, wanted: list[T]) -> None:
        have, need = len(self._records), len(wanted)
        if need > have:
            self.beginInsertRows(QModelIndex(), have, need - 1)
            self._records.extend(wanted[have:])
            self.endInsertRows()
        elif need < have:
            self.beginRemoveRows(QModelIndex(), need, have - 1)
            del self._records[need:]
            self.endRemoveRows()

    def _rearrange(self, wanted: list[T]) -> None:
        """The same number of records in another order: persistent indexes (the selection) follow their record."""
        self.layoutAboutToBeChanged.emit()
        name = self._key or id
        rows = {name(record): row for row, record in enumerate(wanted)}
        before = self.persistentIndexList()
        after = [self._moved(index, rows.get(name(self._records[index.row()]))) for index in before]
        self._records = wanted
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _moved(self, index: QModelIndex, row: int | None) -> QModelIndex:
        return QModelIndex() if row is None else self.createIndex(row, index.column())


def _stretches(rows: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of the rows that follow each other; all in one where they are in many places."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found if len(found) <= _MANY_STRETCHES else [(rows[0], rows[-1])]
