"""The answers of a comparison: arms with intervals, every question, one answer at a time."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.types import ArmResult
from workbench.compare.wording import dollars, percent, seconds, size
from workbench.scoring.model_metrics import title_of
from workbench.ui.compare.describing import describe_made_of
from workbench.ui.compare.matrix_model import MatrixModel
from workbench.ui.compare.state import CompareState, Results, RowFilter
from workbench.ui.compare.trial_panel import TrialPanel
from workbench.ui.theme import set_role
from workbench.ui.widgets.interval_delegate import IntervalDelegate
from workbench.ui.widgets.record_table import Column, RecordTable, RecordTableModel

_PLOT_COLUMN = 1
_FEWEST_QUESTIONS = 9
"""Rows of questions that are always there; where the window is too low for them, the page scrolls."""
_WIDEST_ARM = 108
"""Pixels of an arm's column; longer names are shortened, their tool tip is whole."""


class AnswersPage(QWidget):
    trial_selected = Signal(str, str)
    filter_chosen = Signal(str)
    source_requested = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._metric, self._best = "", frozenset[str]()
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        results = state.results
        if results is None:
            return
        if results is not self._results:
            self._results = results
            self._best = frozenset(results.verdict.best) if results.verdict else frozenset[str]()
            self._metric = results.metric
            self._arm_model.show(results.arms)
            self._arms.viewport().update()
            self._fit_arms(len(results.arms))
        with QSignalBlocker(self._filter):
            self._filter.setCurrentIndex(self._filter.findData(state.shown))
        self._matrix_model.show(results, state.shown_examples)
        self._lay_out_matrix()
        if state.selected is not None:
            index = self._matrix_model.index_of(*state.selected)
            if index.isValid() and index != self._matrix.currentIndex():
                self._matrix.setCurrentIndex(index)
        self._trial.show_state(state)

    def _fit_arms(self, count: int) -> None:
        """As tall as its arms, up to eight of them: the questions below get the rest."""
        row = self._arms.verticalHeader().defaultSectionSize()
        self._arms.setFixedHeight(self._arms.horizontalHeader().sizeHint().height() + row * max(1, min(count, 8)) + 4)

    def _lay_out_matrix(self) -> None:
        header = self._matrix.horizontalHeader()
        for column in range(self._matrix_model.columnCount()):
            resize = QHeaderView.ResizeMode.Stretch if column == 0 else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, resize)
            if column > 0:
                header.resizeSection(column, min(header.sectionSizeHint(column), self._widest_arm()))

    def _widest_arm(self) -> int:
        """In a narrow window the questions keep a third of the width."""
        arms = max(1, self._matrix_model.columnCount() - 1)
        return min(_WIDEST_ARM, max(44, self._matrix.viewport().width() * 2 // 3 // arms))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out_matrix()

    def _build_widgets(self) -> None:
        self._arm_model: RecordTableModel[ArmResult] = RecordTableModel(
            (
                Column(self.tr("Arm"), lambda arm: arm.name, tooltip=describe_made_of),
                Column(
                    self.tr("Mean and interval"), lambda arm: "", stretch=True, narrowest=26, tooltip=self._interval
                ),
                Column(self.tr("Others"), self._others, align_right=True),
                Column(self.tr("Answer in"), lambda arm: seconds(arm.timing.latency_seconds), align_right=True),
                Column(self.tr("Tokens"), _tokens, align_right=True, gives_way=True),
                Column(self.tr("Memory"), lambda arm: size(arm.memory_bytes), align_right=True, gives_way=True),
                Column(
                    self.tr("Answered"), _answered, align_right=True, tooltip=lambda arm: arm.problem, ink=_answered_ink
                ),
            ),
            key=lambda arm: arm.name,
        )
        self._arms: RecordTable[ArmResult] = RecordTable(self._arm_model, parent=self)
        self._arms.setObjectName("compare_result_arms")
        self._arms.setAccessibleName(self.tr("Arms with their results"))
        self._plot = IntervalDelegate(
            self._arm_model, lambda arm: arm.metrics.get(self._metric), lambda arm: arm.name in self._best, self
        )
        self._arms.setItemDelegateForColumn(_PLOT_COLUMN, self._plot)
        self._filter = QComboBox(self)
        self._filter.setObjectName("compare_filter")
        self._filter.setAccessibleName(self.tr("Which questions are shown"))
        for text, shown in (
            (self.tr("All questions"), RowFilter.ALL),
            (self.tr("Where the arms differ"), RowFilter.DIFFERENT),
            (self.tr("Where an arm is wrong"), RowFilter.WRONG),
            (self.tr("Seen before the test"), RowFilter.LEAKED),
        ):
            self._filter.addItem(text, shown)
        self._key = QLabel(self.tr("✓ right   ◐ partly   ✗ wrong   ! no answer"), self)
        set_role(self._key, "small")
        self._matrix_model = MatrixModel()
        self._matrix = _matrix_view(self._matrix_model, self)
        self._matrix.setAccessibleName(self.tr("Every question and arm"))
        self._trial = TrialPanel(self)

    def _build_layout(self) -> None:
        left = QWidget(self)
        left_column = QVBoxLayout(left)
        left_column.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        bar.addWidget(self._filter)
        bar.addWidget(self._key)
        bar.addStretch(1)
        left_column.addLayout(bar)
        left_column.addWidget(self._matrix, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self._trial)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([600, 400])
        splitter.setChildrenCollapsible(False)
        splitter.setMinimumHeight(_FEWEST_QUESTIONS * self._matrix.verticalHeader().defaultSectionSize())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._arms)
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        self._filter.activated.connect(self._on_filter)
        self._matrix.selectionModel().currentChanged.connect(self._on_cell)
        self._trial.source_requested.connect(self.source_requested)

    def _interval(self, arm: ArmResult) -> str:
        summary = arm.metrics.get(self._metric)
        if summary is None or summary.mean is None:
            return self.tr("Not measured yet")
        return self.tr("{}, 95 % interval {} to {}, {} answers").format(
            percent(summary.mean), percent(summary.low), percent(summary.high), summary.count
        )

    def _others(self, arm: ArmResult) -> str:
        rest = [(name, summary) for name, summary in arm.metrics.items() if name != self._metric]
        return "   ".join(f"{title_of(n)} {percent(s.mean)}" for n, s in rest) or "–"

    @Slot(int)
    def _on_filter(self, index: int) -> None:
        self.filter_chosen.emit(str(self._filter.itemData(index)))

    @Slot(QModelIndex, QModelIndex)
    def _on_cell(self, current: QModelIndex, _before: QModelIndex) -> None:
        place = self._matrix_model.place(current.row(), current.column())
        if place is not None:
            self.trial_selected.emit(*place)


def _matrix_view(model: MatrixModel, parent: QWidget) -> QTableView:
    view = QTableView(parent)
    view.setObjectName("compare_matrix")
    view.setModel(model)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 12)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
    view.horizontalHeader().setMinimumSectionSize(44)
    view.horizontalHeader().setResizeContentsPrecision(20)
    return view


def _tokens(arm: ArmResult) -> str:
    if arm.prompt_tokens is None or arm.generated_tokens is None:
        return "-"
    costs = f"  {dollars(arm.cost)}" if arm.cost is not None else ""
    return f"{arm.prompt_tokens:.0f} + {arm.generated_tokens:.0f}{costs}"


def _answered(arm: ArmResult) -> str:
    return f"{arm.answered} (! {arm.failed})" if arm.failed else str(arm.answered)


def _answered_ink(arm: ArmResult) -> str:
    return "bad" if arm.failed else ""
