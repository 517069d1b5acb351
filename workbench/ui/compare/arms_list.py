"""The arms below each other: name, what each is made of, and in what it differs from the first. They can be moved."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.compare.arm_spec import ArmSpec
from workbench.ui.compare.arms_state import ArmsState
from workbench.ui.compare.describing_arms import differences, made_of
from workbench.ui.theme import tokens_of

Index = QModelIndex | QPersistentModelIndex
LINES, PROBLEM = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
"""Two lines below the name; the problem in place of the last, with whether it stops the arm."""
_MIME = "application/x-workbench-arm"
_MARGIN, _GAP = 9, 3
_NO_INDEX = QModelIndex()


class ArmsModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.moved: list[tuple[int, int]] = []
        self._arms: tuple[ArmSpec, ...] = ()
        self._making: ArmsState | None = None

    def show(self, arms: Sequence[ArmSpec], making: ArmsState) -> None:
        if len(arms) != len(self._arms):
            self.beginResetModel()
            self._arms, self._making = tuple(arms), making
            self.endResetModel()
        elif tuple(arms) != self._arms or making is not self._making:
            self._arms, self._making = tuple(arms), making
            self.dataChanged.emit(self.index(0), self.index(len(arms) - 1))

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._arms)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = index.row()
        arm = self._arms[row]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return arm.name
            case _ if role == LINES:
                return self._lines(row)
            case _ if role == PROBLEM:
                return self._problem(row)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                problem, _ = self._problem(row)
                return "\n".join([arm.name, *self._lines(row), *([problem] if problem else [])])
        return None

    def _lines(self, row: int) -> tuple[str, str]:
        arm, first = self._arms[row], self._arms[0]
        if row == 0:
            return made_of(arm), "the others are compared with this one" if len(self._arms) > 1 else ""
        other = differences(arm, first)
        return made_of(arm), f"≠ {first.name}: {other}" if other else f"the same as {first.name}"

    def _problem(self, row: int) -> tuple[str, bool]:
        problems = self._making.problems_of(row) if self._making else ()
        worst = next((problem for problem in problems if problem.stops), next(iter(problems), None))
        return (worst.text, worst.stops) if worst else ("", False)

    # -- moving -------------------------------------------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        return usual | (Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled)

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(_MIME, str(indexes[0].row()).encode())
        return data


class ArmsList(QListView):
    """Enter and a click open an arm; Delete removes it; Alt with up and down moves it; it can be dragged."""

    arm_selected = Signal(int)
    arm_moved = Signal(int, int)
    remove_requested = Signal(int)

    def __init__(self, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty_text = empty_text
        self.arms = ArmsModel()
        self.setModel(self.arms)
        self.setItemDelegate(_ArmDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMinimumWidth(200)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.clicked.connect(lambda index: self.arm_selected.emit(index.row()))
        self.activated.connect(lambda index: self.arm_selected.emit(index.row()))

    def show_arms(self, arms: Sequence[ArmSpec], making: ArmsState, edited: int) -> None:
        self.arms.show(arms, making)
        index = self.arms.index(edited) if edited >= 0 else QModelIndex()
        if index.row() != self.currentIndex().row() or not index.isValid():
            self.setCurrentIndex(index)
            if not index.isValid():
                self.clearSelection()
            else:
                self.scrollTo(index)

    @property
    def current_row(self) -> int:
        return self.currentIndex().row()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current_row
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.matches(QKeySequence.StandardKey.Delete) and row >= 0:
            self.remove_requested.emit(row)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in moves and row >= 0:
            self.arm_moved.emit(row, row + moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
            if self.current_row != row and self.current_row >= 0:
                self.arm_selected.emit(self.current_row)

    def dragEnterEvent(self, event: Any) -> None:
        if event.mimeData().hasFormat(_MIME):
            super().dragEnterEvent(event)
        else:
            event.ignore()  # a file is for the tab

    def dropEvent(self, event: Any) -> None:
        data = event.mimeData()
        if not data.hasFormat(_MIME):
            event.ignore()
            return
        source = int(bytes(data.data(_MIME).data()).decode())
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the view takes nothing away: the arms are shown anew
        event.accept()
        self.arm_moved.emit(source, self.drop_row(event.position().toPoint().y(), source))

    def drop_row(self, y: int, source: int) -> int:
        """The row that an arm dragged to this height gets."""
        for row in range(self.arms.rowCount()):
            middle = self.visualRect(self.arms.index(row)).center().y()
            if y < middle:
                return row - 1 if source < row else row
        return self.arms.rowCount() - 1

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.arms.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tokens_of(self).muted))
            area = self.viewport().rect().adjusted(16, 8, -16, -8)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()


class _ArmDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, 3 * option.fontMetrics.height() + 2 * _GAP + 2 * _MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        name, option.text = option.text, ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        tokens = tokens_of(option.widget)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        area = option.rect.adjusted(_MARGIN + 3, _MARGIN - 1, -_MARGIN, -_MARGIN)
        height = option.fontMetrics.height()
        made, differs = index.data(LINES)
        problem, stops = index.data(PROBLEM)
        painter.save()
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        self._line(painter, area, name, tokens.accent_ink if is_selected else tokens.text)
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * 0.9)
        painter.setFont(small)
        area.setTop(area.top() + height + _GAP)
        self._line(painter, area, made, tokens.accent_ink if is_selected else tokens.text)
        area.setTop(area.top() + height + _GAP)
        ink = (tokens.bad if stops else tokens.warn) if problem else tokens.muted
        self._line(painter, area, f"⚠ {problem}" if problem else differs, ink)
        painter.restore()

    def _line(self, painter: QPainter, area: QRect, text: str, ink: str) -> None:
        painter.setPen(QColor(ink))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
