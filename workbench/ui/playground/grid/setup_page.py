"""What the grid is made of: rows, prompt versions, models, variants of the settings."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from workbench.playground.grid.metrics import GRID_METRICS
from workbench.ui.playground.grid.answerers_panel import AnswerersPanel
from workbench.ui.playground.grid.check_list import CheckList
from workbench.ui.playground.grid.history_button import HistoryButton
from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.playground.grid.unfilled_form import UnfilledForm
from workbench.ui.playground.grid.variants_panel import VariantsPanel
from workbench.ui.theme import set_role
from workbench.ui.widgets.column_layout import ColumnLayout
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.trouble_card import TroubleCard

_SHORTEST_LIST = 190
_NARROWEST_LIST = 20
"""Characters."""


class SetupPage(QWidget):
    choose_requested = Signal()
    data_set_chosen = Signal(str)
    limit_chosen = Signal(int)
    metric_chosen = Signal(str)
    version_toggled = Signal(str, bool)
    run_requested = Signal()
    results_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: GridPageState) -> None:
        self._show_rows(state)
        self._versions.show_choices(state.versions, state.chosen_versions)
        self.answerers.show_state(state)
        self.variants.show_state(state)
        self.unfilled.show_state(state)
        reason = state.not_ready
        self._run.setEnabled(not reason)
        self._reason.setText(reason or self._size(state))
        self._results.setVisible(state.results is not None)
        self.history.show_lines(state.history)

    def _size(self, state: GridPageState) -> str:
        rows = len(state.rows.rows) if state.rows else 0
        return self.tr("{} columns × {} rows = {} answers").format(state.columns, rows, f"{state.cells:,}")

    def _show_rows(self, state: GridPageState) -> None:
        rows = state.rows
        self._source.setText(rows.source if rows else self.tr("No rows yet"))
        self._about.setText(self._describe(state))
        self._left_out.setVisible(bool(rows and rows.left_out))
        self._left_out.setText("\n".join(rows.left_out[:3]) if rows else "")
        self._trouble.show_trouble(state.rows_trouble)
        with QSignalBlocker(self._data_sets):
            wanted = [self.tr("A saved data set…"), *state.data_sets]
            if wanted != [self._data_sets.itemText(n) for n in range(self._data_sets.count())]:
                self._data_sets.clear()
                self._data_sets.addItems(wanted)
            self._data_sets.setCurrentIndex(0)
        self._data_sets.setVisible(bool(state.data_sets))
        with QSignalBlocker(self._limit):
            self._limit.setMaximum(max(rows.count if rows else 0, state.limit, 1))
            self._limit.setValue(state.limit)
        self._limit.setEnabled(rows is not None)
        with QSignalBlocker(self._metric):
            self._metric.setCurrentIndex(self._metric.findData(state.metric))
        metric = next((one for one in GRID_METRICS if one.name == state.metric), None)
        self._metric_about.setText(metric.sentence if metric else "")

    def _describe(self, state: GridPageState) -> str:
        rows = state.rows
        if state.is_reading:
            return self.tr("Reading…")
        if rows is None:
            return self.tr("A CSV, XLSX or JSONL file with questions and answers; its other columns fill variables.")
        parts = [self.tr("{} rows").format(len(rows.rows))]
        if rows.columns:
            parts.append(self.tr("variables: {}").format(", ".join(rows.columns[:8])))
        if rows.left_out:
            parts.append(self.tr("{} rows left out").format(len(rows.left_out)))
        return "  ·  ".join(parts)

    def _build_widgets(self) -> None:
        self._source, self._about = ElidedLabel(parent=self), QLabel(self)
        self._left_out, self._metric_about, self._reason = QLabel(self), QLabel(self), QLabel(self)
        set_role(self._source, "subtitle")
        for label in (self._about, self._left_out, self._metric_about, self._reason):
            set_role(label, "muted")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._reason.setObjectName("grid_reason")
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._choose = named_button(self, "grid_choose", self.tr("Choose a file…"))
        self._data_sets = QComboBox(self)
        self._data_sets.setObjectName("grid_data_set")
        self._data_sets.setAccessibleName(self.tr("Saved data set"))
        self._data_sets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._data_sets.setMinimumContentsLength(14)
        self._limit = QSpinBox(self)
        self._limit.setObjectName("grid_limit")
        self._limit.setAccessibleName(self.tr("How many rows"))
        self._limit.setSpecialValueText(self.tr("all rows"))
        self._limit.setPrefix(self.tr("first "))
        self._limit.setKeyboardTracking(False)
        self._metric = QComboBox(self)
        self._metric.setObjectName("grid_metric")
        self._metric.setAccessibleName(self.tr("The metric that scores"))
        for metric in GRID_METRICS:
            self._metric.addItem(metric.title, metric.name)
        self._trouble = TroubleCard("grid_rows_trouble", self)
        self._versions = CheckList(
            "grid_versions", self.tr("Prompt versions"), self.tr("No prompt yet. Write one on the Prompt page."), self
        )
        self.answerers = AnswerersPanel(self)
        self.variants = VariantsPanel(self)
        self.unfilled = UnfilledForm(self)
        self.history = HistoryButton(self)
        self._results = named_button(self, "grid_show_results", self.tr("Show the results"))
        self._run = named_button(self, "grid_run", self.tr("Run the grid"), "primary")

    def _build_layout(self) -> None:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._build_rows())
        column.addWidget(self._trouble)
        lists = QWidget(page)
        columns = ColumnLayout(3, _NARROWEST_LIST, 10)
        lists.setLayout(columns)
        columns.addWidget(_titled(self.tr("Prompt versions"), self._versions, lists))
        columns.addWidget(_titled(self.tr("Models"), self.answerers, lists))
        columns.addWidget(_titled(self.tr("Settings"), self.variants, lists))
        column.addWidget(lists)
        column.addWidget(self.unfilled)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self.history)
        foot.addWidget(self._results)
        foot.addWidget(self._reason, 1)
        foot.addWidget(self._run)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(PageScroller(page, self), 1)
        whole.addLayout(foot)

    def _build_rows(self) -> QFrame:
        card = QFrame(self)
        set_role(card, "panel")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for label in (self._source, self._about, self._left_out):
            texts.addWidget(label)
        texts.addStretch(1)
        sources = QHBoxLayout()
        sources.setSpacing(8)
        for widget in (self._choose, self._data_sets, self._limit):
            sources.addWidget(widget)
        sources.addStretch(1)
        texts.addLayout(sources)
        metric = QVBoxLayout()
        metric.setSpacing(4)
        scored = QLabel(self.tr("Scored by"), card)
        set_role(scored, "muted")
        metric.addWidget(scored)
        metric.addWidget(self._metric)
        metric.addWidget(self._metric_about)
        metric.addStretch(1)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(20)
        row.addLayout(texts, 3)
        row.addLayout(metric, 1)
        return card

    def _connect(self) -> None:
        self._choose.clicked.connect(self.choose_requested)
        self._data_sets.activated.connect(self._on_data_set)
        self._limit.valueChanged.connect(self.limit_chosen)
        self._metric.activated.connect(self._on_metric)
        self._versions.toggled.connect(self.version_toggled)
        self._run.clicked.connect(self.run_requested)
        self._results.clicked.connect(self.results_requested)

    @Slot(int)
    def _on_data_set(self, index: int) -> None:
        if index > 0:
            self.data_set_chosen.emit(self._data_sets.itemText(index))

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.metric_chosen.emit(str(self._metric.itemData(index)))


def _titled(title: str, content: QWidget, parent: QWidget) -> QFrame:
    card = QFrame(parent)
    set_role(card, "panel")
    label = QLabel(title, card)
    set_role(label, "field")
    label.setBuddy(content)
    content.setMinimumHeight(_SHORTEST_LIST)
    column = QVBoxLayout(card)
    column.setContentsMargins(12, 10, 12, 12)
    column.setSpacing(6)
    column.addWidget(label)
    column.addWidget(content, 1)
    return card
