"""Questions by arms: one sign per answer, so that a look shows which arm fails where."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont

from workbench.compare.report import mark_of
from workbench.compare.types import Trial
from workbench.datasets.types import Example
from workbench.ui.compare.state import Results
from workbench.ui.theme import tokens_of

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_INK = {"✓": "good", "✗": "bad", "!": "bad", "◐": "warn"}
_WORDS = {"✓": "right", "✗": "wrong", "!": "no answer", "◐": "partly right", "–": "not judged", "": "not answered yet"}


class MatrixModel(QAbstractTableModel):
    """Rows are questions, the first column their text, then one column per arm."""

    def __init__(self) -> None:
        super().__init__()
        self._results: Results | None = None
        self._examples: Sequence[Example] = ()
        self._arms: tuple[str, ...] = ()

    def show(self, results: Results | None, examples: Sequence[Example]) -> None:
        """Show these questions; when only answers came, only they are drawn again."""
        arms = tuple(arm.name for arm in results.arms) if results else ()
        if arms == self._arms and [e.id for e in examples] == [e.id for e in self._examples]:
            self._results, self._examples = results, examples
            if examples and arms:
                self.dataChanged.emit(self.index(0, 1), self.index(len(examples) - 1, len(arms)))
            return
        self.beginResetModel()
        self._results, self._examples, self._arms = results, examples, arms
        self.endResetModel()

    def place(self, row: int, column: int) -> tuple[str, str] | None:
        """Arm and question of a cell; the question column stands for the first arm."""
        if not 0 <= row < len(self._examples) or not self._arms:
            return None
        return self._arms[max(0, column - 1)], self._examples[row].id

    def index_of(self, arm: str, example_id: str) -> QModelIndex:
        """Where a trial stands; an invalid index when it is not shown."""
        for row, example in enumerate(self._examples):
            if example.id == example_id and arm in self._arms:
                return self.index(row, self._arms.index(arm) + 1)
        return QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._examples)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else 1 + len(self._arms)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._results is None:
            return None
        example = self._examples[index.row()]
        if index.column() == 0:
            return self._question(example, role, self._results)
        trial = self._results.trial(self._arms[index.column() - 1], example.id)
        return self._answer(trial, role, self._results.metric)

    def _question(self, example: Example, role: int, results: Results) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                leaked = "⚠ " if example.id in results.leaked_ids else ""
                return leaked + " ".join(example.question.split())
            case Qt.ItemDataRole.ToolTipRole if example.id in results.leaked_ids:
                return "Seen before the test: " + next(x.where for x in results.leaks if x.example_id == example.id)
        return None

    @staticmethod
    def _answer(trial: Trial | None, role: int, metric: str) -> Any:
        sign = mark_of(trial, metric)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return sign
            case Qt.ItemDataRole.AccessibleTextRole:
                return _WORDS.get(sign, sign)
            case Qt.ItemDataRole.ToolTipRole if trial is not None:
                return str(trial.failure) if trial.failure else _WORDS.get(sign, sign)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
            case Qt.ItemDataRole.ForegroundRole:
                return QBrush(QColor(getattr(tokens_of(), _INK.get(sign, "muted"))))
            case Qt.ItemDataRole.FontRole:
                font = QFont()
                font.setBold(True)
                return font
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._arms[section - 1] if section else f"{len(self._examples)} questions"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignHCenter if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
