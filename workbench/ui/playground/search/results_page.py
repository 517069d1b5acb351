"""A search that runs or has run: the result, every candidate, what each says."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from workbench.scoring.metrics import METRICS
from workbench.ui.playground.search.candidate_panel import CandidatePanel
from workbench.ui.playground.search.describing import (
    describe_candidate,
    describe_origin,
    describe_place,
    describe_score,
    describe_state,
)
from workbench.ui.playground.search.result_card import ResultCard
from workbench.ui.playground.search.state import Row, SearchState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_FEWEST_ROWS = 8
"""Rows of candidates that are always there; where the window is too low for them, the page scrolls."""


class ResultsPage(QWidget):
    setup_requested = Signal()
    use_requested = Signal()
    candidate_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: SearchState) -> None:
        live = state.live
        if live is None:
            return
        self._title.show_title(live.name, self._describe(state))
        self.card.show_state(state)
        self._warning.setVisible(state.report is not None and state.report.held_out is not None)
        self._model.show(live.rows)
        if state.selected:
            self._table.select_key(state.selected)
        self.panel.show_state(state)

    def _describe(self, state: SearchState) -> str:
        live, report = state.live, state.report
        assert live is not None
        title = METRICS[live.metric].title if live.metric in METRICS else live.metric
        parts = [self.tr("judged by {}").format(title)]
        if report is not None:
            parts.insert(
                0,
                self.tr("{} search and {} held-out questions").format(
                    report.search_questions, report.held_out_questions
                ),
            )
            if report.not_tried:
                parts.append(self.tr("{} combinations not tried").format(report.not_tried))
        return " · ".join(parts)

    def _build_widgets(self) -> None:
        self._title = PageTitle(self, role="subtitle")
        self._setup = named_button(self, "search_change", self.tr("Change the set-up"))
        self.card, self.panel = ResultCard(self), CandidatePanel(self)
        self._model: RecordTableModel[Row] = RecordTableModel(
            (
                Column(
                    self.tr("Candidate"), describe_candidate, stretch=True, narrowest=24, tooltip=_whole, ink=_ink
                ),
                Column(
                    self.tr("Score"), describe_score, align_right=True, ink=_ink,
                    sort_key=lambda row: row.standing.mean or 0.0,
                ),
                Column(
                    self.tr("Questions"), lambda row: f"{row.standing.count:,}", align_right=True, ink=_ink,
                    sort_key=lambda row: row.standing.count, gives_way=True,
                ),
                Column(self.tr("State"), describe_state, tooltip=describe_place, ink=_ink),
            ),
            key=lambda row: row.id,
        )  # fmt: skip
        self._table: RecordTable[Row] = RecordTable(self._model, self.tr("The candidates come in a moment."), self)
        self._table.setObjectName("search_candidates_table")
        self._table.setAccessibleName(self.tr("Candidates"))
        self._table.allow_sorting()
        self._warning = QLabel(
            self.tr("Scores in this table chose the best one, so they flatter it. The held-out score above does not."),
            self,
        )
        self._warning.setWordWrap(True)
        set_role(self._warning, "small")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._setup)
        left = QWidget(self)
        left_column = QVBoxLayout(left)
        left_column.setContentsMargins(0, 0, 0, 0)
        left_column.addWidget(self._table, 1)
        left_column.addWidget(self._warning)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self.panel)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([620, 380])
        splitter.setChildrenCollapsible(False)
        splitter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # its texts scroll themselves
        splitter.setMinimumHeight(_FEWEST_ROWS * self._table.verticalHeader().defaultSectionSize())
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.card)
        column.addWidget(splitter, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(PageScroller(page, self))

    def _connect(self) -> None:
        self._setup.clicked.connect(self.setup_requested)
        self.card.use_requested.connect(self.use_requested)
        self._table.selection_moved.connect(self._on_selected)

    @Slot(object)
    def _on_selected(self, row: object) -> None:
        if isinstance(row, Row):
            self.candidate_selected.emit(row.id)


def _ink(row: Row) -> str:
    return "muted" if row.is_out else ""


def _whole(row: Row) -> str:
    return f"{describe_candidate(row)}\n{describe_origin(row)}"
