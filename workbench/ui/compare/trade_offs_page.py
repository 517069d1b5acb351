"""What to choose when more than quality counts: weights, recommendation, all that an arm costs, tags and pairs."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from workbench.compare.freshness import describe_freshness, freshness
from workbench.compare.trade_off_rows import ArmRow, arm_rows, choice_sentences, pair_texts, tag_texts
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import PairResult, TagVerdict
from workbench.compare.weighing import can_decide_again
from workbench.compare.weights import MEANING
from workbench.ui.compare.economy_card import EconomyCard
from workbench.ui.compare.state import CompareState
from workbench.ui.compare.weights_card import WeightsCard
from workbench.ui.theme import set_role
from workbench.ui.widgets.column_layout import ColumnLayout
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.section import Section

T = TypeVar("T")
_WORTH_COLUMN, _FORGOTTEN_COLUMN = 2, 7
_MOST_ROWS = 12
"""Rows of a table that are seen at once; the others scroll."""


class TradeOffsPage(QWidget):
    weights_moved = Signal(object)
    weights_rested = Signal()
    quality_alone_requested = Signal()
    economy_changed = Signal(str, object)
    margin_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: ComparisonReport | None = None
        self._is_stale = False
        """Whether the report is another one than is seen."""
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        """Only what is seen is filled: choosing among many arms and tags takes a while."""
        report = state.results.report if state.results else None
        self._empty.setVisible(report is None)
        self._body.setVisible(report is not None)
        self._is_stale = self._is_stale or report is not self._report
        self._report = report
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        report = self._report
        if report is None or not self._is_stale:
            return
        self._is_stale = False
        self._show_choice(report)
        self._show_tables(report)
        economy = report.economy
        self._economy.show_economy(economy, report.verdict.margin, can_decide_again=can_decide_again(report))
        sentences = list(describe_freshness([freshness(result, economy) for result in report.arms], economy))
        self._fresh.setText("\n".join(sentences))
        self._fresh.setVisible(bool(sentences))

    def _show_choice(self, report: ComparisonReport) -> None:
        verdict = report.verdict
        self._weights.show_weights(report.weights, verdict.flip_points)
        chosen = verdict.recommended
        self._chosen.setText(chosen or self.tr("Nothing to recommend"))
        alone = self.tr("It beats every other arm, and quality alone counts.")
        self._why.setText("\n".join(choice_sentences(report)) or alone)
        self._why.setVisible(chosen is not None)

    def _show_tables(self, report: ComparisonReport) -> None:
        rows = arm_rows(report)
        self._arm_model.show(rows)
        self._arms.setColumnHidden(_WORTH_COLUMN, not any(row.worth for row in rows))
        self._arms.setColumnHidden(_FORGOTTEN_COLUMN, not any(row.forgotten for row in rows))
        self._pair_model.show(report.verdict.pairs)
        self._tag_model.show(report.verdict.by_tag)
        _fit(self._arms, len(rows))
        _fit(self._pairs, len(report.verdict.pairs))
        _fit(self._tags, len(report.verdict.by_tag))
        separated = sum(pair.is_separated for pair in report.verdict.pairs)
        self._pair_section.setVisible(bool(report.verdict.pairs))
        self._pair_section.show_summary(
            self.tr("{} of {} differ by more than chance explains").format(separated, len(report.verdict.pairs))
        )
        self._tag_section.setVisible(bool(report.verdict.by_tag))
        self._tag_section.show_summary(self.tr("{} tags").format(len(report.verdict.by_tag)))

    def _build_widgets(self) -> None:
        self._body = QWidget(self)
        self._empty = EmptyState(
            self.tr("Nothing to weigh yet"),
            self.tr("When every arm has answered, quality is weighed here against speed, memory and cost."),
            icon="sliders",
            parent=self,
        )
        self._weights, self._economy = WeightsCard(self._body), EconomyCard(self._body)
        self._choice = QFrame(self._body)
        set_role(self._choice, "panel")
        self._chosen, self._why, self._meaning = QLabel(self), QLabel(self), QLabel(MEANING, self)
        self._chosen.setObjectName("compare_trade_off_chosen")
        self._why.setObjectName("compare_trade_off_why")
        set_role(self._chosen, "subtitle")
        set_role(self._meaning, "small")
        self._fresh = QLabel(self)
        self._fresh.setObjectName("compare_fresh")
        for label in (self._chosen, self._why, self._meaning, self._fresh):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build_tables()

    def _build_tables(self) -> None:
        self._arm_model: RecordTableModel[ArmRow] = RecordTableModel(
            (
                Column(self.tr("Arm"), _name, stretch=True, narrowest=10, ink=_ink, tooltip=_name),
                Column(self.tr("Quality"), lambda row: row.quality, align_right=True),
                Column(self.tr("Worth"), lambda row: row.worth, align_right=True, tooltip=lambda row: row.shares),
                Column(self.tr("Answer in"), lambda row: row.latency, align_right=True),
                Column(self.tr("Memory"), lambda row: row.memory, align_right=True),
                Column(
                    self.tr("Cost"),
                    lambda row: row.cost,
                    align_right=True,
                    tooltip=lambda row: row.cost_parts,
                ),
                Column(
                    self.tr("Month fresh"),
                    lambda row: row.fresh,
                    align_right=True,
                    tooltip=lambda row: row.fresh_parts,
                ),
                Column(
                    self.tr("Forgotten"),
                    lambda row: row.forgotten or "–",
                    align_right=True,
                    tooltip=lambda row: row.forgotten_parts,
                ),
            ),
            key=lambda row: row.name,
        )
        self._arms: RecordTable[ArmRow] = RecordTable(self._arm_model, parent=self._body)
        self._arms.setObjectName("compare_trade_off_arms")
        self._arms.setAccessibleName(self.tr("Arms with quality, speed, memory and cost"))
        heads = (self.tr("Better"), self.tr("Than"), self.tr("By"), self.tr("95 % interval"), self.tr("p, corrected"))
        self._pair_model: RecordTableModel[PairResult] = RecordTableModel(
            [*_columns(heads, pair_texts), Column(self.tr("Questions"), lambda pair: pair_texts(pair)[5])],
            key=lambda pair: (pair.first, pair.second),
        )
        self._pairs: RecordTable[PairResult] = RecordTable(self._pair_model, parent=self._body)
        self._pairs.setObjectName("compare_pairs")
        self._pairs.setAccessibleName(self.tr("Every pair of arms"))
        tags = (self.tr("Tag"), self.tr("Questions"), self.tr("Found"), self.tr("Means"))
        self._tag_model: RecordTableModel[TagVerdict] = RecordTableModel(
            _columns(tags, tag_texts), key=lambda tag: tag.tag
        )
        self._tags: RecordTable[TagVerdict] = RecordTable(self._tag_model, parent=self._body)
        self._tags.setObjectName("compare_tags")
        self._tags.setAccessibleName(self.tr("Verdict by tag"))
        self._tag_section = Section("compare_tags", self.tr("By tag"), self._tags, self._body)
        self._pair_section = Section("compare_pairs", self.tr("Every pair of arms"), self._pairs, self._body)

    def _build_layout(self) -> None:
        inside = QVBoxLayout(self._choice)
        inside.setContentsMargins(16, 10, 16, 12)
        inside.setSpacing(6)
        head = QLabel(self.tr("Recommended"), self._choice)
        set_role(head, "muted")
        for label in (head, self._chosen, self._why):
            inside.addWidget(label)
        inside.addStretch(1)
        inside.addWidget(self._meaning)
        cards = QWidget(self._body)
        columns = ColumnLayout(2, narrowest=44, spacing=10)
        cards.setLayout(columns)
        columns.show_widgets([self._weights, self._choice])
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(10)
        for widget in (cards, self._arms, self._economy, self._fresh, self._tag_section, self._pair_section):
            body.addWidget(widget)
        body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._empty)
        column.addWidget(self._body)

    def _connect(self) -> None:
        self._weights.weights_moved.connect(self.weights_moved)
        self._weights.weights_rested.connect(self.weights_rested)
        self._weights.quality_alone_requested.connect(self.quality_alone_requested)
        self._economy.economy_changed.connect(self.economy_changed)
        self._economy.margin_changed.connect(self.margin_changed)


def _columns(heads: Sequence[str], texts: Callable[[T], Sequence[str]]) -> list[Column[T]]:
    """The first takes the width that is left."""

    def column(place: int) -> Column[T]:
        return Column(heads[place], lambda record: texts(record)[place], stretch=place == 0, narrowest=10)

    return [column(place) for place in range(len(heads))]


def _name(row: ArmRow) -> str:
    return f"{row.name} ★" if row.is_recommended else row.name


def _ink(row: ArmRow) -> str:
    return "good" if row.is_recommended else ""


def _fit(table: RecordTable[T], count: int) -> None:
    """As tall as its rows: the page scrolls, not the table, unless there are very many."""
    row = table.verticalHeader().defaultSectionSize()
    bar = table.horizontalScrollBar().sizeHint().height()
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + row * max(1, min(count, _MOST_ROWS)) + bar)
