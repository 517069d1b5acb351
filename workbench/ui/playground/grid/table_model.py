"""Rows by combinations: score and first words of every answer. Made for tens of thousands of cells."""

from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from workbench.playground.grid.combining import BETWEEN
from workbench.playground.grid.types import Outcome
from workbench.ui.playground.grid.state import Results

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
MARK_ROLE = Qt.ItemDataRole.UserRole
"""The sign of a cell and the token that it is drawn in."""
_INK = {"✓": "good", "✗": "bad", "!": "bad", "◐": "warn"}
_WORDS = {"✓": "right", "✗": "wrong", "!": "no answer", "◐": "partly right", "–": "not judged", "": "not answered yet"}


def mark_of(outcome: Outcome | None) -> str:
    """One sign for a cell: "" while there is no answer yet."""
    if outcome is None:
        return ""
    if outcome.has_failed:
        return "!"
    value = outcome.value
    if value is None:
        return "–"
    return "✓" if value >= 1.0 else "✗" if value <= 0.0 else "◐"


class GridTableModel(QAbstractTableModel):
    """The names of columns and rows stand in the headers, which stay where they are when the table is scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self._results: Results | None = None
        self._rows: Sequence[int] = ()

    def show(self, results: Results | None, rows: Sequence[int]) -> None:
        """Show these rows of the grid; when only answers came, only those that are in sight are drawn again."""
        before, is_same_grid = self._results, False
        if results is not None and before is not None:
            is_same_grid = results.request is before.request and rows == self._rows
        if not is_same_grid:
            self.beginResetModel()
            self._results, self._rows = results, rows
            self.endResetModel()
        elif results is not before and results is not None:
            self._results = results
            if self._rows:  # a filter may leave none
                self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def place(self, index: Index) -> tuple[int, int] | None:
        """Combination and row of a cell."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        return index.column(), self._rows[index.row()]

    def index_of(self, place: tuple[int, int]) -> QModelIndex:
        """Where a cell stands; an invalid index when it is not shown."""
        combination, row = place
        return self.index(self._rows.index(row), combination) if row in self._rows else QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() or self._results is None else len(self._results.request.combinations)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.place(index)
        if place is None or self._results is None:
            return None
        outcome = self._results.outcomes.get(place)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(outcome)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_WORDS[mark_of(outcome)]}: {_text(outcome)}"
            case Qt.ItemDataRole.ToolTipRole if outcome is not None:
                return f"<qt>{escape(_WORDS[mark_of(outcome)])}: {escape(_text(outcome))}</qt>"
            case _ if role == MARK_ROLE:
                mark = mark_of(outcome)
                return mark, _INK.get(mark, "muted")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._results is None:
            return None
        is_column = orientation is Qt.Orientation.Horizontal
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._column_name(section).replace(BETWEEN, "\n") if is_column else self._question(section)
            case Qt.ItemDataRole.ToolTipRole:
                return f"<qt>{escape(self._column_name(section) if is_column else self._question(section))}</qt>"
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _column_name(self, section: int) -> str:
        return self._results.request.combinations[section].name if self._results is not None else ""

    def _question(self, section: int) -> str:
        if self._results is None or not 0 <= section < len(self._rows):
            return ""
        row = self._rows[section]
        return f"{row + 1}  {' '.join(self._results.request.rows[row].example.question[:300].split())}"


def _text(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    if outcome.has_failed:
        return outcome.problem
    graded = f"{100 * outcome.value:.0f}  " if outcome.value is not None and 0 < outcome.value < 1 else ""
    return f"{graded}{outcome.words or '(empty)'}{' …' if outcome.is_cut else ''}"
