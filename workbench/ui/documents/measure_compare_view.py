"""Settings side by side, the outcome in words, and what each question found."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from workbench.rag.evaluation.reporting import labels_of
from workbench.rag.evaluation.types import Measure, MeasureReport, SettingProgress
from workbench.scoring.types import MetricSummary
from workbench.ui.documents.measure_drill_down import DrillDown
from workbench.ui.documents.measure_setup_form import SetUpForm
from workbench.ui.documents.measure_state import MeasureState
from workbench.ui.theme import set_role
from workbench.ui.widgets.interval_delegate import IntervalDelegate
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class Line:
    """One setting of the table."""

    number: int
    label: str
    values: dict[Measure, MetricSummary]
    state: str
    is_best: bool = False
    chunks: int = 0
    characters: float = 0.0
    milliseconds: float = 0.0
    problem: str = ""


class CompareView(QWidget):
    setting_selected = Signal(int)
    question_selected = Signal(str)
    use_requested = Signal()
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: MeasureState) -> None:
        self.setup.show_state(state)
        lines = self._lines(state)
        with QSignalBlocker(self._table):
            self._model.show(lines)
            if state.setting >= 0:
                self._table.select_key(state.setting)
        self._lower.setVisible(bool(lines))
        report = state.report
        self._card.setVisible(report is not None)
        if report is not None:
            self._sentence.setText(report.sentence)
            self._frozen.setText(
                self.tr("Test set “{}”, {} questions as they were then (hash {}).").format(
                    report.test_set, len(report.questions), report.test_set_hash[:8]
                )
            )
        usable = report is not None and 0 <= state.setting < len(report.results) and state.running is None
        self._use.setEnabled(usable and report is not None and state.setting != report.current)
        self._undo.setVisible(state.can_undo)
        self.drill.show_state(state)

    def _lines(self, state: MeasureState) -> list[Line]:
        if state.report is not None:
            labels = labels_of([result.setting for result in state.report.results])
            return [self._line_of(state.report, number, label) for number, label in enumerate(labels)]
        if state.running is None and not state.progress:
            return []
        return [self._live(number, label, state.progress.get(number)) for number, label in enumerate(state.settings)]

    def _line_of(self, report: MeasureReport, number: int, label: str) -> Line:
        result = report.results[number]
        words = [self.tr("as now")] if number == report.current else []
        if result.problem:
            words.append(self.tr("failed"))
        elif number == report.best:
            words.append(self.tr("really better") if not report.tied and len(report.results) > 1 else self.tr("best"))
        elif number in report.tied:
            words.append(self.tr("cannot be told apart from the best"))
        elif report.difference(report.best, number) is None:
            words.append(self.tr("not finished"))
        else:
            words.append(self.tr("finds less"))
        return Line(
            number=number,
            label=label,
            values=dict(result.values),
            state=", ".join(words),
            is_best=number == report.best or number in report.tied,
            chunks=result.chunks,
            characters=result.characters,
            milliseconds=result.milliseconds,
            problem=result.problem,
        )

    def _live(self, number: int, label: str, told: SettingProgress | None) -> Line:
        if told is None:
            return Line(number, label, {}, self.tr("waits"))
        values = {measure: MetricSummary(mean=mean, count=told.done) for measure, mean in told.means.items()}
        words = (told.problem and self.tr("failed")) or self.tr("{} of {} questions").format(told.done, told.total)
        return Line(number, label, values, words, problem=told.problem)

    def _build_widgets(self) -> None:
        self.setObjectName("measure_compare_view")
        self.setup = SetUpForm(self)
        self._model: RecordTableModel[Line] = RecordTableModel(
            [
                Column(self.tr("Setting"), lambda line: line.label, stretch=True, narrowest=44, tooltip=_tooltip),
                Column(
                    self.tr("nDCG, 95 % interval"),
                    lambda line: _number(line, Measure.NDCG),
                    sort_key=lambda line: _mean(line, Measure.NDCG),
                    tooltip=lambda line: _interval(line, Measure.NDCG),
                ),
                Column(
                    self.tr("Recall"),
                    lambda line: _number(line, Measure.RECALL),
                    align_right=True,
                    sort_key=lambda line: _mean(line, Measure.RECALL),
                    tooltip=lambda line: _interval(line, Measure.RECALL),
                ),
                Column(
                    self.tr("MRR"),
                    lambda line: _number(line, Measure.MRR),
                    align_right=True,
                    sort_key=lambda line: _mean(line, Measure.MRR),
                    tooltip=lambda line: _interval(line, Measure.MRR),
                ),
                Column(
                    self.tr("Text read"),
                    lambda line: f"{line.characters:,.0f}" if line.characters else "",
                    align_right=True,
                    sort_key=lambda line: line.characters,
                    tooltip=lambda _: self.tr("Characters of the passages that count: what a model has to read"),
                    gives_way=True,
                ),
                Column(
                    self.tr("ms"),
                    lambda line: f"{line.milliseconds:.0f}" if line.milliseconds else "",
                    align_right=True,
                    sort_key=lambda line: line.milliseconds,
                    tooltip=lambda _: self.tr("Median time of a search"),
                    gives_way=True,
                ),
                Column(self.tr("Outcome"), lambda line: line.state, ink=_ink, tooltip=lambda line: line.problem),
            ],
            key=lambda line: line.number,
        )
        nothing = self.tr("Choose what to compare above, then Measure. How the collection is searched now takes part.")
        self._table: RecordTable[Line] = RecordTable(self._model, nothing, self)
        self._table.setObjectName("measure_table")
        self._table.setAccessibleName(self.tr("Settings"))
        self._table.allow_sorting()
        self._delegate: IntervalDelegate[Line] = IntervalDelegate(
            self._model, lambda line: line.values.get(Measure.NDCG), lambda line: line.is_best, self._table
        )
        self._table.setItemDelegateForColumn(1, self._delegate)
        self._card = QFrame(self)
        self._card.setObjectName("measure_outcome")
        set_role(self._card, "card")
        self._sentence, self._frozen = QLabel(self._card), QLabel(self._card)
        self._sentence.setObjectName("measure_sentence")
        for label, role in ((self._sentence, ""), (self._frozen, "small")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if role:
                set_role(label, role)
        self._use = QPushButton(self.tr("Use these settings"), self._card)
        self._use.setObjectName("measure_use")
        self._use.setToolTip(self.tr("The collection is searched as the selected line says; it can be undone."))
        set_role(self._use, "primary")
        self._undo = named_button(
            self._card,
            "measure_undo",
            self.tr("Undo"),
            spoken=self.tr("Search as before: the earlier index, mode and cross-encoder"),
            icon="undo",
        )
        self.drill = DrillDown(self)

    def _build_layout(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._frozen)
        card = QHBoxLayout(self._card)
        card.setContentsMargins(14, 10, 14, 10)
        card.addLayout(words, 1)
        card.addWidget(self._undo)
        card.addWidget(self._use)
        upper = QWidget(self)
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(8)
        above.addWidget(self._card)
        above.addWidget(self._table, 1)
        self._table.setMinimumHeight(150)
        self._lower = self.drill
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(upper)
        splitter.addWidget(self._lower)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([320, 260])
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.setup)
        column.addWidget(splitter, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(PageScroller(page, self))

    def _connect(self) -> None:
        self._table.selection_moved.connect(self._on_selected)
        self._use.clicked.connect(self.use_requested)
        self._undo.clicked.connect(self.undo_requested)
        self.drill.question_selected.connect(self.question_selected)

    @Slot(object)
    def _on_selected(self, line: object) -> None:
        if isinstance(line, Line):
            self.setting_selected.emit(line.number)


def _mean(line: Line, measure: Measure) -> float:
    summary = line.values.get(measure)
    return summary.mean if summary is not None and summary.mean is not None else -1.0


def _number(line: Line, measure: Measure) -> str:
    mean = _mean(line, measure)
    return f"{100 * mean:.0f} %" if mean >= 0 else ""


def _interval(line: Line, measure: Measure) -> str:
    summary = line.values.get(measure)
    if summary is None or summary.low is None or summary.high is None:
        return ""
    return f"{100 * (summary.mean or 0):.1f} %, 95 % interval {100 * summary.low:.1f} to {100 * summary.high:.1f}"


def _ink(line: Line) -> str:
    return "bad" if line.problem else "good" if line.is_best else "muted"


def _tooltip(line: Line) -> str:
    return "\n".join(filter(None, [line.label, f"{line.chunks:,} chunks" if line.chunks else "", line.problem]))
