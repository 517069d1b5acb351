"""What a training looked like so far: its losses, learning rate and memory as curves, and its samples."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.finetune.run_samples import SamplesView
from workbench.ui.finetune.run_state import SMOOTHED_FROM, RunState
from workbench.ui.finetune.run_trials import TrialsView
from workbench.ui.widgets.line_chart import Line, LineChart
from workbench.ui.widgets.segments import Segments


class RunViews(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._was_sweep = False
        self._segments: Segments
        self._build_widgets()
        self._build_layout()
        self._segments.chosen.connect(self._on_chosen)
        self._segments.show_choice("loss")
        self._on_chosen("loss")

    def show_run(self, run: RunState) -> None:
        end = float(run.last.total) if run.last else 0.0
        self.loss.show_lines(self._loss_lines(run), x_end=end)
        rates = tuple((float(step.step), step.learning_rate) for step in run.steps)
        self._rate.show_lines([Line(self.tr("Learning rate"), rates)], x_end=end)
        memory = tuple((float(step.step), step.memory_bytes / 1e9) for step in run.steps if step.memory_bytes)
        self._memory.show_lines([Line(self.tr("Memory in GB"), memory)], x_end=end)
        is_sweep = run.sweep is not None
        self._segments.buttons["trials"].setVisible(is_sweep)
        self._segments.buttons["samples"].setVisible(not is_sweep)
        if is_sweep != self._was_sweep:
            self._was_sweep = is_sweep
            self._segments.show_choice("trials" if is_sweep else "loss")
            self._on_chosen(self._segments.choice)
        if is_sweep:
            self._trials.show_run(run)
        self._samples.show_samples(run.samples, is_asked=bool(run.request.config.samples_every))

    def _loss_lines(self, run: RunState) -> list[Line]:
        losses = tuple((float(step.step), step.loss) for step in run.steps)
        held_out = tuple((float(step.step), step.eval_loss) for step in run.steps if step.eval_loss is not None)
        lines = [Line(self.tr("Training loss"), losses)]
        if len(losses) > SMOOTHED_FROM:
            lines = [
                Line(self.tr("Single steps"), losses, is_faint=True),
                Line(self.tr("Training loss (smoothed)"), run.smoothed()),
            ]
        if held_out or run.request.config.validation_share:
            lines.append(Line(self.tr("Held-out loss"), held_out, series=1, dashed=True))
        return lines

    def _build_widgets(self) -> None:
        self.loss = LineChart(self.tr("Step"), self.tr("Loss"), self)
        self.loss.setObjectName("loss_chart")
        self._rate = LineChart(self.tr("Step"), self.tr("Learning rate"), self)
        self._rate.setObjectName("rate_chart")
        self._memory = LineChart(self.tr("Step"), self.tr("GB"), self)
        self._memory.setObjectName("memory_chart")
        self._samples = SamplesView(self)
        self._samples.setObjectName("samples")
        self._trials = TrialsView(self)
        self._pages: dict[str, QWidget] = {
            "trials": self._trials,
            "loss": self.loss, "samples": self._samples, "rate": self._rate, "memory": self._memory,
        }  # fmt: skip
        titles = {
            "trials": self.tr("Trainings"),
            "loss": self.tr("Loss"), "samples": self.tr("Samples"), "rate": self.tr("Learning rate"),
            "memory": self.tr("Memory"),
        }  # fmt: skip
        self._segments = Segments("run_view", titles, self)
        self._segments.buttons["trials"].hide()
        self._stack = QStackedWidget(self)

    def _build_layout(self) -> None:
        for page in self._pages.values():
            self._stack.addWidget(page)
        top = QHBoxLayout()
        top.addWidget(self._segments)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._stack, 1)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self._stack.setCurrentWidget(self._pages[key])
