"""Before and after of one adapter: how to measure it, what was found, and every question with both answers."""

from datetime import datetime

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from workbench.finetune.evaluation.types import AbilityGain, Change, EvaluationReport, Gain
from workbench.finetune.evaluation.wording import (
    gain_in_words,
    headline,
    metric_in_words,
    points,
    proof_in_words,
    share,
    tested_in_words,
)
from workbench.ui.finetune.adapters_state import AdapterState
from workbench.ui.finetune.answers_panel import AnswersPanel
from workbench.ui.finetune.measure_form import MeasureFormView
from workbench.ui.theme import set_role
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard

_INK = {Change.BETTER: "good", Change.WORSE: "bad", Change.UNDECIDED: "muted"}


class BeforeAfterView(QScrollArea):
    evaluation_chosen = Signal(int)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: EvaluationReport | None = None
        self.setAccessibleName(self.tr("Before and after"))
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_page(self, page: AdapterState, adapter_hash: str) -> None:
        measuring = page.measuring_of(adapter_hash)
        self.form.show_form(page.form, measuring)
        self._strip.show_running(measuring.running if measuring is not None else None)
        self._trouble.show_trouble(page.measure_trouble)
        self._show_history(page)
        self._found.setVisible(page.report is not None)
        self._filler.setVisible(page.report is None and measuring is None)
        if page.report is not None and page.report is not self._shown:
            self._shown = page.report
            self._show_report(page.report)
        self._answers.show_rows(page.rows, page.rows_trouble)

    def _show_history(self, page: AdapterState) -> None:
        words = [_when(report) for _, report in page.evaluations]
        with QSignalBlocker(self._history):
            if [self._history.itemText(n) for n in range(self._history.count())] != words:
                self._history.clear()
                self._history.addItems(words)
            self._history.setCurrentIndex(page.shown)
        self._history.setVisible(len(words) > 1)

    def _show_report(self, report: EvaluationReport) -> None:
        self._headline.setText(headline(report))
        lines = [proof_in_words(report), *report.notes]
        if report.gain is not None:
            metric, tested = metric_in_words(report.gain.metric), tested_in_words(report)
            lines.insert(0, self.tr("{} on {}: {}").format(metric, tested, gain_in_words(report.gain)))
        if report.general is not None:
            lines.insert(
                1 if report.gain else 0, self.tr("General abilities: {}").format(gain_in_words(report.general))
            )
        self._sentences.setText("\n".join(lines))
        self._gains.show(tuple(_lines(report)))
        self._gains_table.resizeColumnsToContents()

    def _build_widgets(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget(self)
        self.form = MeasureFormView(self._inside)
        self._strip = JobStrip(self)
        self._trouble = TroubleCard("measure_trouble", self)
        self._found = QWidget(self)
        self._filler = EmptyState(
            self.tr("Not measured yet"),
            self.tr(
                "Base and adapter answer the same questions, one after the other. Then you see what it gained on your "
                "test, what it forgot of everything else, and how sure that is."
            ),
            icon="compare",
        )
        self._filler.setObjectName("measure_empty")
        self._headline = _label(self._found, "measure_headline", "subtitle")
        self._sentences = _label(self._found, "measure_sentences", "small")
        self._history = QComboBox(self._found)
        self._history.setObjectName("measure_history")
        self._history.setAccessibleName(self.tr("Earlier measurements"))
        self._gains = RecordTableModel[tuple[str, Gain, bool]](
            (
                Column("What", lambda line: line[0], stretch=True),
                Column("Before", lambda line: share(line[1].base.mean), align_right=True),
                Column("After", lambda line: share(line[1].tuned.mean), align_right=True),
                Column("Points", lambda line: points(line[1].difference), align_right=True, ink=_ink),
                Column("95 % interval", _interval, align_right=True),
                Column("Questions", lambda line: f"{line[1].count:,}", align_right=True, gives_way=True),
                Column("", _meaning, ink=_ink, tooltip=_meaning),
            ),
            key=lambda line: line[0],
        )
        self._gains_table = RecordTable(self._gains, parent=self._found)
        self._gains_table.setObjectName("measure_gains")
        self._gains_table.setAccessibleName(self.tr("Before and after by metric and ability"))
        self._answers = AnswersPanel(self._found)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._headline, 1)
        head.addWidget(self._history, 0, Qt.AlignmentFlag.AlignTop)
        self._parts = QTabWidget(self._found)
        self._parts.setObjectName("measure_parts")
        self._parts.setAccessibleName(self.tr("What was found"))
        self._parts.setDocumentMode(True)
        self._parts.setMinimumHeight(220)
        self._parts.addTab(self._gains_table, self.tr("By metric and ability"))
        self._parts.addTab(self._answers, self.tr("Every question"))
        found = QVBoxLayout(self._found)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(6)
        found.addLayout(head)
        found.addWidget(self._sentences)
        found.addWidget(self._parts, 1)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(10)
        for part in (self.form, self._strip, self._trouble):
            column.addWidget(part)
        column.addWidget(self._found, 1)
        column.addWidget(self._filler, 1)
        self.setWidget(self._inside)

    def _connect(self) -> None:
        self._strip.stop_requested.connect(self.stop_requested)
        self._history.currentIndexChanged.connect(self._on_history)

    @Slot(int)
    def _on_history(self, index: int) -> None:
        if index >= 0:
            self.evaluation_chosen.emit(index)


def _lines(report: EvaluationReport) -> list[tuple[str, Gain, bool]]:
    """(what, gain, whether forgetting can be seen there): the test by each metric, then each ability."""
    lines = [(f"Test: {metric_in_words(gain.metric)}", gain, True) for gain in report.gains]
    if report.general is not None:
        lines.append(("General abilities together", report.general, True))
    return [*lines, *(_ability(each) for each in report.abilities)]


def _ability(each: AbilityGain) -> tuple[str, Gain, bool]:
    return f"    {each.ability}", each.gain, each.can_show


def _ink(line: tuple[str, Gain, bool]) -> str:
    return _INK[line[1].change] if line[2] else "muted"


def _interval(line: tuple[str, Gain, bool]) -> str:
    return f"{points(line[1].low)} to {points(line[1].high)}"


def _meaning(line: tuple[str, Gain, bool]) -> str:
    if not line[2]:
        return "the base hardly can: forgetting cannot show"
    return {Change.BETTER: "better", Change.WORSE: "worse", Change.UNDECIDED: "cannot be told apart"}[line[1].change]


def _when(report: EvaluationReport) -> str:
    """ "26 Nov 2026, 13:05 · house" """
    when = datetime.fromisoformat(report.created).astimezone().strftime("%d %b %Y, %H:%M")
    return f"{when}  ·  {report.data_name}" if report.data_name else when


def _label(parent: QFrame | QWidget, name: str, role: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    set_role(label, role)
    return label
