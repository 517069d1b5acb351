"""The arms with their results: a mean with its interval, the other scores, time, tokens, memory, costs."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.compare.arm_types import ArmResult
from workbench.compare.beside_answers import beside_answers
from workbench.compare.wording import dollars, percent, seconds, size, time_of
from workbench.scoring.model_metrics import title_of
from workbench.scoring.types import MetricSummary
from workbench.ui.compare.describing import describe_made_of
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.widgets.interval_delegate import IntervalDelegate
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_PLOT_COLUMN = 1
_MOST_ROWS = 8


class ResultArms(QWidget):
    """Columns give way in a narrow window; the tool tip of a row has everything that was measured."""

    arm_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._metric, self._best = "", frozenset[str]()
        self._build_widgets()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._arms)
        self._arms.selection_moved.connect(self._on_arm)

    def show_state(self, state: CompareState) -> None:
        results = state.results
        if results is None:
            return
        metric = state.looking.metric_of(results.metrics)
        if results is not self._results or metric != self._metric:
            is_deciding = results.verdict is not None and metric == results.metric
            self._best = frozenset(results.verdict.best_to_mark) if is_deciding and results.verdict else frozenset()
            self._results, self._metric = results, metric
            self._model.show(results.arms)
            self._arms.viewport().update()
            self._fit(len(results.arms))
        chosen = self._arms.selected_record()
        if state.looking.arm != (chosen.name if chosen else ""):
            with QSignalBlocker(self._arms):
                self._arms.clearSelection()
                self._arms.select_key(state.looking.arm)

    def _fit(self, count: int) -> None:
        """As tall as its arms, up to eight of them: the questions below get the rest."""
        row, head = self._arms.verticalHeader().defaultSectionSize(), self._arms.horizontalHeader().sizeHint().height()
        self._arms.setFixedHeight(head + row * max(1, min(count, _MOST_ROWS)) + 4)

    def _build_widgets(self) -> None:
        columns = (
            Column(self.tr("Arm"), lambda arm: arm.name, tooltip=self._everything),
            Column(self.tr("Mean and interval"), lambda arm: "", stretch=True, narrowest=26, tooltip=self._everything),
            Column(self.tr("Others"), self._others, align_right=True, tooltip=self._everything, gives_way=True),
            Column(
                self.tr("Answer in"),
                lambda arm: time_of(arm.timing.latency_seconds, arm.timing),
                align_right=True,
                tooltip=self._everything,
            ),
            Column(self.tr("Memory"), _memory, align_right=True, tooltip=self._everything, gives_way=True),
            Column(self.tr("Tokens"), _tokens, align_right=True, tooltip=self._everything, gives_way=True),
            Column(self.tr("Answered"), _answered, align_right=True, tooltip=self._everything, ink=_answered_ink),
        )
        self._model: RecordTableModel[ArmResult] = RecordTableModel(columns, key=lambda arm: arm.name)
        self._arms: RecordTable[ArmResult] = RecordTable(self._model, parent=self)
        self._arms.setObjectName("compare_result_arms")
        self._arms.setAccessibleName(self.tr("Arms with their results"))
        self._plot = IntervalDelegate(
            self._model, lambda arm: arm.metrics.get(self._metric), lambda arm: arm.name in self._best, self
        )
        self._arms.setItemDelegateForColumn(_PLOT_COLUMN, self._plot)

    def _others(self, arm: ArmResult) -> str:
        rest = [(name, summary) for name, summary in arm.metrics.items() if name != self._metric]
        return "   ".join(f"{title_of(name)} {percent(summary.mean)}" for name, summary in rest) or "–"

    def _everything(self, arm: ArmResult) -> str:
        """All that was measured of an arm, a line each."""
        lines = [arm.name, describe_made_of(arm)]
        lines += [f"{title_of(name)}: {_in_words(summary)}" for name, summary in arm.metrics.items()]
        lines += [f"Answer in {seconds(arm.timing.latency_seconds)}{_between(arm)}"] if arm.timing.questions else []
        if arm.timing.taken_over:
            day = arm.timing.measured_on.replace("T", " ").partition("+")[0]
            lines.append(f"Its times were measured in an earlier run{f', on {day} UTC' if day else ''}")
        if arm.timing.first_token_seconds is not None:
            lines.append(f"First text in {seconds(arm.timing.first_token_seconds)}")
        if arm.prompt_tokens is not None:
            lines.append(f"Tokens in and out: {_tokens(arm)}")
        lines += [f"Memory: {size(arm.memory_bytes)}"] if arm.memory_bytes else []
        lines += beside_answers(arm)
        lines += [arm.problem] if arm.problem else []
        return "\n".join(line for line in lines if line)

    @Slot(object)
    def _on_arm(self, arm: ArmResult | None) -> None:
        self.arm_chosen.emit(arm.name if arm is not None else "")


def _in_words(summary: MetricSummary) -> str:
    if summary.mean is None:
        return "not measured yet"
    interval = f", 95 % interval {percent(summary.low)} to {percent(summary.high)}" if summary.low is not None else ""
    return f"{percent(summary.mean)}{interval}, {summary.count} answers"


def _between(arm: ArmResult) -> str:
    low, high = arm.timing.latency_low, arm.timing.latency_high
    return f", 95 % interval {seconds(low)} to {seconds(high)}" if low is not None and high is not None else ""


def _memory(arm: ArmResult) -> str:
    return size(arm.memory_bytes)


def _tokens(arm: ArmResult) -> str:
    if arm.prompt_tokens is None or arm.generated_tokens is None:
        return "-"
    costs = f"  {dollars(arm.cost)}" if arm.cost is not None else ""
    return f"{arm.prompt_tokens:.0f} + {arm.generated_tokens:.0f}{costs}"


def _answered(arm: ArmResult) -> str:
    return f"{arm.answered} (! {arm.failed})" if arm.failed else str(arm.answered)


def _answered_ink(arm: ArmResult) -> str:
    return "bad" if arm.failed else ""
