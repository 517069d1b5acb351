"""The table of all questions and arms: sorted by a click on a header, walked through with the arrow keys."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.compare.matrix import MatrixChoice, SortBy
from workbench.ui.compare.matrix_model import MatrixModel
from workbench.ui.compare.state import CompareState
from workbench.ui.widgets.name_header import NameHeader

FEWEST_QUESTIONS = 9
"""Rows of questions that are always there; where the window is too low for them, the page scrolls."""
_WIDEST_ARM = 16
"""Characters of an arm's column; longer names take two lines, or are shortened: their tool tip is whole."""
_NARROWEST_ARM = 44


class _Shading(QStyledItemDelegate):
    """Paints the shade of a graded score, which the style sheet of tables would leave out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        shade = index.data(Qt.ItemDataRole.BackgroundRole)
        if isinstance(shade, QBrush) and not option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect.adjusted(1, 1, -1, -1), shade)
        super().paint(painter, option, index)


class MatrixView(QTableView):
    trial_selected = Signal(str, str)
    sort_requested = Signal(str, str)
    """A value of `SortBy`, and the arm."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records = MatrixModel()
        self._selected: tuple[str, str] | None = None
        self._is_shaded = False
        self._build()
        self.selectionModel().currentChanged.connect(self._on_cell)
        self.horizontalHeader().sectionClicked.connect(self._on_header)

    def show_state(self, state: CompareState) -> None:
        matrix = state.matrix
        self._records.show(state.results, matrix)
        if matrix.is_graded != self._is_shaded:  # Python paints slower than Qt: only where there is something to shade
            self._is_shaded = matrix.is_graded
            self.setItemDelegate(_Shading(self) if matrix.is_graded else QStyledItemDelegate(self))
        self._lay_out()
        self._show_sorting(matrix.choice)
        self._selected = state.selected
        if state.selected is not None:
            index = self._records.index_of(*state.selected)
            if index.isValid() and index != self.currentIndex():
                self.setCurrentIndex(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _build(self) -> None:
        self.setObjectName("compare_matrix")
        self.setAccessibleName(self.tr("Every question and arm"))
        self.setModel(self._records)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)
        self._head = header = NameHeader(self)
        self.setHorizontalHeader(header)
        header.setMinimumSectionSize(_NARROWEST_ARM)
        header.setResizeContentsPrecision(20)
        header.setSectionsClickable(True)

    def _lay_out(self) -> None:
        """The questions take what the arms leave; spread and mean are the first to go."""
        header, arms = self.horizontalHeader(), len(self._records.arms)
        width, widest = self.viewport().width(), self._widest_arm()
        taken = sum(self._wanted(column, widest) for column in range(1, arms + 1))
        beside = sum(self._wanted(column, widest) for column in range(arms + 1, self._records.columnCount()))
        for column in range(self._records.columnCount()):
            resize = QHeaderView.ResizeMode.Stretch if column == 0 else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, resize)
            if column > 0:
                header.resizeSection(column, self._wanted(column, widest))
            self.setColumnHidden(column, column > arms and taken + beside > width // 2)
        self._fit_head()

    def _fit_head(self) -> None:
        """Its names may take another number of lines."""
        before = self._head.minimumHeight()
        self._head.fit_height()
        if self._head.minimumHeight() != before:
            self.updateGeometries()

    def _wanted(self, column: int, widest: int) -> int:
        return min(max(self._head.wanted_width(column), _NARROWEST_ARM), widest)

    def _widest_arm(self) -> int:
        """In a narrow window the questions keep a third of the width."""
        arms = max(1, len(self._records.arms))
        widest = _WIDEST_ARM * self.fontMetrics().averageCharWidth()
        return min(widest, max(_NARROWEST_ARM, self.viewport().width() * 2 // 3 // arms))

    def _show_sorting(self, choice: MatrixChoice) -> None:
        arms = self._records.arms
        column = {SortBy.QUESTION: 0, SortBy.SPREAD: len(arms) + 1, SortBy.MEAN: len(arms) + 2}.get(choice.sort, -1)
        if choice.sort is SortBy.ARM and choice.arm in arms:
            column = arms.index(choice.arm) + 1
        order = Qt.SortOrder.DescendingOrder if choice.descending else Qt.SortOrder.AscendingOrder
        self._head.setSortIndicatorShown(column >= 0)
        self._head.setSortIndicator(column, order)
        self._fit_head()

    @Slot(int)
    def _on_header(self, column: int) -> None:
        arm = self._records.arm_of(column)
        others = {0: SortBy.QUESTION, len(self._records.arms) + 1: SortBy.SPREAD}
        by = SortBy.ARM if arm else others.get(column, SortBy.MEAN)
        self.sort_requested.emit(by, arm)

    @Slot(QModelIndex, QModelIndex)
    def _on_cell(self, current: QModelIndex, _before: QModelIndex) -> None:
        place = self._records.place(current.row(), current.column())
        if place is None:
            return
        arm, example_id = place
        chosen = arm or (self._selected[0] if self._selected else self._records.arms[0])
        if (chosen, example_id) != self._selected:
            self.trial_selected.emit(chosen, example_id)
