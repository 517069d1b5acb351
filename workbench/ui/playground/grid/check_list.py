"""A list of things of which some are chosen."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from workbench.ui.playground.grid.state import Choice
from workbench.ui.theme import tokens_of

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_FEWEST_LINES = 4


class CheckListModel(QAbstractListModel):
    """Choices with a check mark each; a click on one is told, not done: the presenter decides."""

    toggled = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self._chosen: frozenset[str] = frozenset()

    def show(self, choices: Sequence[Choice], chosen: frozenset[str]) -> None:
        """Show these; where only the marks differ, the current line stays."""
        if tuple(choices) != self._choices:
            self.beginResetModel()
            self._choices, self._chosen = tuple(choices), chosen
            self.endResetModel()
        elif chosen != self._chosen:
            self._chosen = chosen
            self.dataChanged.emit(self.index(0), self.index(len(self._choices) - 1), [Qt.ItemDataRole.CheckStateRole])

    def toggle(self, row: int) -> None:
        key = self._choices[row].key
        self.toggled.emit(key, key not in self._chosen)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._choices)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        choice = self._choices[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return choice.text
            case Qt.ItemDataRole.ToolTipRole:
                return choice.tooltip or choice.text
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if choice.key in self._chosen else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.toggle(index.row())
        return True


class CheckList(QListView):
    """Space or a click on the mark chooses; its empty state in words."""

    toggled = Signal(str, bool)

    def __init__(self, name: str, accessible: str, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty_text = empty_text
        self._choices = CheckListModel()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setModel(self._choices)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._choices.toggled.connect(self.toggled)

    def show_choices(self, choices: Sequence[Choice], chosen: frozenset[str]) -> None:
        self._choices.show(choices, chosen)

    def set_empty_text(self, text: str) -> None:
        self._empty_text = text
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """Low enough for a low window; the layout gives it more where there is room."""
        return QSize(14 * self.fontMetrics().averageCharWidth(), _FEWEST_LINES * (self.fontMetrics().height() + 12))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty_text and self._choices.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tokens_of(self).muted))
            area = self.viewport().rect().adjusted(10, 6, -10, -6)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()
