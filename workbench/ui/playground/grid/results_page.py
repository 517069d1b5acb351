"""A grid as it fills: what every combination reached, every cell, one transcript at a time."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.wording import dollars, percent
from workbench.playground.grid.types import CombinationResult
from workbench.scoring.metrics import METRICS
from workbench.ui.playground.grid.cell_table import cell_table
from workbench.ui.playground.grid.state import GridPageState, Results, RowFilter
from workbench.ui.playground.grid.table_model import GridTableModel
from workbench.ui.playground.grid.transcript_panel import TranscriptPanel
from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.interval_delegate import IntervalDelegate
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_PLOT_COLUMN = 1
_MOST_RESULTS, _FEWEST_RESULTS = 5, 3
"""Combinations that are seen at once; the cells below get the rest of the page."""
_LOW = 18
"""Rows of height below which a page is low."""
_FEWEST_ROWS = 8
"""Rows of cells that are always there; where the window is too low for them, the page scrolls."""
_CELL = 22
"""Width in characters."""


class ResultsPage(QWidget):
    setup_requested = Signal()
    go_on_requested = Signal()
    export_chosen = Signal(str)
    cell_selected = Signal(int, int)
    filter_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._shown = RowFilter.ALL
        self._best = ""
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: GridPageState) -> None:
        results = state.results
        if results is None:
            return
        is_new = self._results is None or self._results.request is not results.request
        if results is not self._results or state.shown is not self._shown:  # a filter looks at every cell
            self._cells.show(results, state.shown_rows)
            self._shown = state.shown
        if results is not self._results:
            self._results = results
            self._show_results(results, is_new)
        self._title.show_title(results.request.name, self._describe(results))
        self._export.setEnabled(bool(results.outcomes))
        self._show_go_on(state)
        with QSignalBlocker(self._filter):
            self._filter.setCurrentIndex(self._filter.findData(state.shown))
        if is_new:
            self._lay_out_cells()
        self._transcript.show_state(state)

    def _show_results(self, results: Results, is_new: bool) -> None:
        shown = results.report.results if results.report else ()
        means = {one.name: mean for one in shown if (mean := self._mean(one)) is not None}
        best = [name for name, mean in means.items() if mean == max(means.values())]
        self._best = best[0] if len(best) == 1 and len(means) > 1 else ""
        self._result_model.show(shown)
        self._result_table.viewport().update()
        if is_new:
            self._fit_results()

    def _fit_results(self) -> None:
        """As tall as the combinations, up to some of them, fewer in a low window: the cells below get the rest."""
        row = self._result_table.verticalHeader().defaultSectionSize()
        head = self._result_table.horizontalHeader().sizeHint().height()
        most = _MOST_RESULTS if self.height() > _LOW * row else _FEWEST_RESULTS
        self._result_table.setFixedHeight(head + row * max(1, min(self._result_model.rowCount(), most)) + 4)

    def _show_go_on(self, state: GridPageState) -> None:
        results = state.results
        self._go_on.setVisible(state.can_go_on)
        if results is None:
            return
        if results.missing:
            text = self.tr("Go on ({} left)").format(f"{results.missing + results.failed:,}")
        elif results.failed == 1:
            text = self.tr("Run the failure again")
        else:
            text = self.tr("Run {} failures again").format(f"{results.failed:,}")
        self._go_on.setText(text)
        self._go_on.setAccessibleName(text)

    def _describe(self, results: Results) -> str:
        request = results.request
        title = METRICS[results.metric].title if results.metric in METRICS else results.metric
        return self.tr("{} · {} rows · scored by {} · bars show 95 % intervals").format(
            request.source, len(request.rows), title
        )

    def _lay_out_cells(self) -> None:
        """As wide as there is room for, where that is enough to read; else scrolled."""
        room = self._table.viewport().width() // max(1, self._cells.columnCount())
        readable = _CELL * self.fontMetrics().averageCharWidth()
        self._table.horizontalHeader().setDefaultSectionSize(max(room, readable))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_results()
        self._lay_out_cells()

    def _mean(self, result: CombinationResult) -> float | None:
        metric = self._results.metric if self._results else ""
        summary = result.metrics.get(metric)
        return summary.mean if summary else None

    def _build_widgets(self) -> None:
        self._title = PageTitle(self, role="subtitle")
        self._setup = named_button(self, "grid_change", self.tr("Change the set-up"))
        self._go_on = named_button(self, "grid_go_on", self.tr("Go on"), "primary")
        self._export = named_button(self, "grid_export", self.tr("Export…"))
        self._build_result_table()
        self._filter = QComboBox(self)
        self._filter.setObjectName("grid_filter")
        self._filter.setAccessibleName(self.tr("Which rows are shown"))
        for text, shown in (
            (self.tr("All rows"), RowFilter.ALL),
            (self.tr("Where the columns differ"), RowFilter.DIFFERENT),
            (self.tr("Where an answer is wrong"), RowFilter.WRONG),
            (self.tr("Where an answer failed"), RowFilter.FAILED),
        ):
            self._filter.addItem(text, shown)
        self._key = QLabel(self.tr("✓ right   ◐ partly   ✗ wrong   ! no answer"), self)
        set_role(self._key, "small")
        self._cells = GridTableModel()
        self._table = cell_table(self._cells, self)
        self._table.setAccessibleName(self.tr("Every row and combination"))
        self._transcript = TranscriptPanel(self)

    def _build_result_table(self) -> None:
        self._result_model: RecordTableModel[CombinationResult] = RecordTableModel(
            (
                Column(self.tr("Combination"), lambda one: one.name, tooltip=lambda one: one.problem or one.name),
                Column(
                    self.tr("Mean and interval"), lambda _one: "", stretch=True, narrowest=26, tooltip=self._interval
                ),
                Column(self.tr("Answered"), _answered, align_right=True, ink=lambda one: "bad" if one.failed else ""),
                Column(self.tr("Cut off"), lambda one: str(one.cut or "–"), align_right=True, gives_way=True),
                Column(self.tr("Tokens"), _tokens, align_right=True, gives_way=True),
            ),
            key=lambda one: one.name,
        )
        self._result_table: RecordTable[CombinationResult] = RecordTable(self._result_model, parent=self)
        self._result_table.setObjectName("grid_results")
        self._result_table.setAccessibleName(self.tr("Combinations with their results"))
        plot = IntervalDelegate(
            self._result_model,
            lambda one: one.metrics.get(self._results.metric) if self._results else None,
            lambda one: one.name == self._best,
            self,
        )
        self._result_table.setItemDelegateForColumn(_PLOT_COLUMN, plot)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        for button in (self._go_on, self._setup, self._export):
            head.addWidget(button)
        left = QWidget(self)
        left_column = QVBoxLayout(left)
        left_column.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        bar.addWidget(self._filter)
        bar.addWidget(self._key)
        bar.addStretch(1)
        left_column.addLayout(bar)
        left_column.addWidget(self._table, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self._transcript)
        splitter.setStretchFactor(0, 5)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([700, 300])
        splitter.setChildrenCollapsible(False)
        splitter.setMinimumHeight(_FEWEST_ROWS * self._table.verticalHeader().defaultSectionSize())
        page = QWidget(self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(PageScroller(page, self))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._result_table)
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        self._setup.clicked.connect(self.setup_requested)
        self._go_on.clicked.connect(self.go_on_requested)
        self._export.clicked.connect(self._on_export)
        self._filter.activated.connect(self._on_filter)
        self._table.selectionModel().currentChanged.connect(self._on_cell)
        self._result_table.selection_moved.connect(self._on_result)

    def _interval(self, result: CombinationResult) -> str:
        summary = result.metrics.get(self._results.metric) if self._results else None
        if summary is None or summary.mean is None:
            return self.tr("Not measured yet")
        return self.tr("{}, 95 % interval {} to {}, {} answers").format(
            percent(summary.mean), percent(summary.low), percent(summary.high), summary.count
        )

    @Slot(int)
    def _on_filter(self, index: int) -> None:
        self.filter_chosen.emit(str(self._filter.itemData(index)))

    @Slot(QModelIndex, QModelIndex)
    def _on_cell(self, current: QModelIndex, _before: QModelIndex) -> None:
        place = self._cells.place(current)
        if place is not None:
            self.cell_selected.emit(*place)

    @Slot(object)
    def _on_result(self, result: CombinationResult | None) -> None:
        """Bring the combination's column into sight."""
        if result is None or self._results is None:
            return
        names = [combination.name for combination in self._results.request.combinations]
        row = max(0, self._table.rowAt(0))
        self._table.scrollTo(self._cells.index(row, names.index(result.name)))

    @Slot()
    def _on_export(self) -> None:
        kinds = (self.tr("Table (*.csv)"), self.tr("Transcripts, JSON lines (*.jsonl)"))
        dialog = SaveDialog(self, self.tr("Write the answers"), "grid_export_dialog", kinds)
        dialog.fileSelected.connect(self.export_chosen)
        dialog.open()


def _answered(result: CombinationResult) -> str:
    return f"{result.answered} (! {result.failed})" if result.failed else str(result.answered)


def _tokens(result: CombinationResult) -> str:
    if result.prompt_tokens is None or result.generated_tokens is None:
        return "–"
    costs = f"  {dollars(result.cost)}" if result.cost is not None else ""
    return f"{result.prompt_tokens:.0f} + {result.generated_tokens:.0f}{costs}"
