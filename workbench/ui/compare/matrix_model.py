"""Questions by arms: one sign per answer, so that a look shows which arm fails where."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont

from workbench.compare.matrix import QuestionRow
from workbench.naming import counted
from workbench.ui.compare.matrix import Matrix
from workbench.ui.compare.state import Results
from workbench.ui.theme import tokens_of
from workbench.ui.widgets.plain_tip import plain_tip

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_INK = {"✓": "good", "✗": "bad", "!": "bad"}
_WORDS = {"✓": "right", "✗": "wrong", "!": "no answer", "–": "not judged", "": "not answered yet"}
_DEEPEST = 110
"""Of 255: how strongly a cell is shaded whose answer is wholly right, where scores are graded."""


class MatrixModel(QAbstractTableModel):
    """Rows are questions; columns: their text, one per arm, how far the arms lie apart, their mean."""

    def __init__(self) -> None:
        super().__init__()
        self._matrix = Matrix()
        self._results: Results | None = None
        self._row_of: Mapping[str, int] = {}
        self._is_graded = False
        self._bold = QFont()
        self._bold.setBold(True)

    def show(self, results: Results | None, matrix: Matrix) -> None:
        """Show these questions; when only answers came, only they are drawn again."""
        if matrix.rows is self._matrix.rows and matrix.arms == self._matrix.arms and results is self._results:
            return
        stays = matrix.arms == self._matrix.arms and _ids(matrix) == _ids(self._matrix)
        if not stays:
            self.beginResetModel()
        self._matrix, self._results, self._is_graded = matrix, results, matrix.is_graded
        if not stays:
            self._row_of = {row.example.id: number for number, row in enumerate(matrix.rows)}
            self.endResetModel()
        elif matrix.rows and matrix.arms:
            self.dataChanged.emit(self.index(0, 0), self.index(len(matrix.rows) - 1, self.columnCount() - 1))

    @property
    def arms(self) -> tuple[str, ...]:
        return self._matrix.arms

    def place(self, row: int, column: int) -> tuple[str, str] | None:
        """Arm and question of a cell; the arm is empty where the column belongs to none."""
        if not 0 <= row < len(self._matrix.rows) or not self.arms:
            return None
        return self.arm_of(column), self._matrix.rows[row].example.id

    def arm_of(self, column: int) -> str:
        """The arm of a column; empty for the others."""
        return self.arms[column - 1] if 1 <= column <= len(self.arms) else ""

    def index_of(self, arm: str, example_id: str) -> QModelIndex:
        """Where a trial stands; an invalid index when it is not shown."""
        row = self._row_of.get(example_id)
        return self.index(row, self.arms.index(arm) + 1) if row is not None and arm in self.arms else QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._matrix.rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """The last two only where there are arms to differ."""
        return 0 if parent.isValid() else 1 + len(self.arms) + (2 if len(self.arms) > 1 else 0)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._results is None:
            return None
        row, column = self._matrix.rows[index.row()], index.column()
        if column == 0:
            return self._question(row, role, self._results)
        if column <= len(self.arms):
            return self._answer(row, column - 1, role, self._results)
        return _number(row.spread if column == len(self.arms) + 1 else row.mean, role)

    def _question(self, row: QuestionRow, role: int, results: Results) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                marks = ("⊘ " if row.is_excluded else "") + ("⚠ " if row.is_leaked else "")
                return marks + " ".join(row.example.question.split())
            case Qt.ItemDataRole.ForegroundRole if row.is_excluded:
                return QBrush(QColor(tokens_of().muted))
            case Qt.ItemDataRole.ToolTipRole:
                seen = [
                    f"Seen before the test: {leak.where}" for leak in results.leaks if leak.example_id == row.example.id
                ]
                tags = [f"Tags: {', '.join(row.example.tags)}"] if row.example.tags else []
                out = ["Left out of the verdict"] if row.is_excluded else []
                return plain_tip("\n".join([" ".join(row.example.question.split())[:400], *tags, *out, *seen[:1]]))
        return None

    def _answer(self, row: QuestionRow, place: int, role: int, results: Results) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.sign(place)
            case Qt.ItemDataRole.AccessibleTextRole:
                return _in_words(row, place)
            case Qt.ItemDataRole.ToolTipRole:
                trial = results.trial(self.arms[place], row.example.id)
                why = f"\n{trial.failure}" if trial is not None and trial.failure else ""
                return plain_tip(f"{self.arms[place]}: {_in_words(row, place)}{why}")
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
            case Qt.ItemDataRole.ForegroundRole:
                shaded = self._is_graded and row.scores[place] is not None
                return QBrush(QColor(getattr(tokens_of(), "text" if shaded else _INK.get(row.sign(place), "muted"))))
            case Qt.ItemDataRole.BackgroundRole if self._is_graded:
                return _shade(row.scores[place])
            case Qt.ItemDataRole.FontRole:
                return self._bold
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._title(section)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{self._explain(section)} Click to sort.")
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignHCenter if section else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _title(self, section: int) -> str:
        if section == 0:
            shown, every = len(self._matrix.rows), len(self._matrix.every)
            return counted(every, "question") if shown == every else f"{shown} of {counted(every, 'question')}"
        return self.arm_of(section) or ("Spread" if section == len(self.arms) + 1 else "Mean")

    def _explain(self, section: int) -> str:
        if section == 0:
            return "The questions."
        if arm := self.arm_of(section):
            return f"{arm}."
        if section == len(self.arms) + 1:
            return "How far the arms lie apart: the best score less the worst."
        return "How easy the question is: the mean of all arms."


def _ids(matrix: Matrix) -> list[str]:
    return [row.example.id for row in matrix.rows]


def _in_words(row: QuestionRow, place: int) -> str:
    score = row.scores[place]
    if score is not None and 0.0 < score < 1.0:
        return f"partly right, {100 * score:.0f} %"
    return _WORDS[row.sign(place)]


def _shade(score: float | None) -> QBrush | None:
    if not score:
        return None
    colour = QColor(tokens_of().accent)
    colour.setAlpha(round(20 + (_DEEPEST - 20) * score))
    return QBrush(colour)


def _number(value: float | None, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return "" if value is None else f"{100 * value:.0f}"
        case Qt.ItemDataRole.AccessibleTextRole:
            return "not judged" if value is None else f"{100 * value:.0f} %"
        case Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        case Qt.ItemDataRole.ForegroundRole:
            return QBrush(QColor(tokens_of().muted))
    return None
