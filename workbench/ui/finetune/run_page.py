"""A training while it runs, and how it ended: the curve, the figures, what can be done."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.finetune.perplexity import in_words as perplexity_in_words
from workbench.naming import duration_in_words
from workbench.ui import icons
from workbench.ui.finetune.run_state import Phase, RunState
from workbench.ui.finetune.run_views import RunViews
from workbench.ui.sizes import in_words as size_in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.trouble_card import TroubleCard

_BADGES = {
    Phase.FINISHED: "badge-good", Phase.FAILED: "badge-bad", Phase.CANCELLED: "badge-warn", Phase.STOPPED: "badge-warn",
    Phase.PAUSED: "badge-warn", Phase.WAITING: "badge-bad",
}  # fmt: skip


class RunPage(QWidget):
    back_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    cancel_requested = Signal()
    go_on_requested = Signal()
    try_requested = Signal()
    adapter_requested = Signal()
    remedy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_run(self, run: RunState) -> None:
        self._name.setText(run.name)
        set_role(self._phase, _BADGES.get(run.phase, "badge"))
        self._phase.setText(run.phase_in_words)
        request = run.request
        self._lineage.setText(self.tr("{} on {}").format(request.dataset_name or "rows", request.base.name))
        self._label.setText(run.label)
        self._label.setVisible(bool(run.label))
        self._trouble.show_trouble(run.trouble)
        self._waiting.setText(run.standing)
        self._waiting.setVisible(bool(run.standing))
        self._remedy.setText(run.remedy.action if run.remedy else "")
        if run.remedy is not None:
            self._remedy.setAccessibleName(run.remedy.action)
        self._remedy_row.setVisible(run.remedy is not None)
        self._views.show_run(run)
        self._show_figures(run)
        self._show_buttons(run)
        self._show_outcome(run)

    def _show_figures(self, run: RunState) -> None:
        step = run.last
        values = dict.fromkeys(self._figures, "–")
        if step is not None:
            values |= {
                "step": f"{step.step:,} / {step.total:,}",
                "loss": f"{step.loss:.3f}",
                "tokens": f"{step.tokens_per_second:,.0f}",
                "rate": f"{step.learning_rate:.2g}",
                "memory": size_in_words(step.memory_bytes) if step.memory_bytes else "–",
            }
            if run.phase is Phase.TRAINING and step.eta_seconds:
                values["left"] = self.tr("{} left").format(duration_in_words(step.eta_seconds))
        if run.eval_loss is not None:
            values["held_out"] = f"{run.eval_loss:.3f}"
        if run.report is not None:
            values["left"] = self.tr("took {}").format(duration_in_words(run.report.seconds))
        for name, value in values.items():
            self._figures[name].setText(value)

    def _show_buttons(self, run: RunState) -> None:
        is_stepping = run.phase in (Phase.TRAINING, Phase.PAUSED, Phase.WAITING)
        self._pause.setVisible(run.is_live and run.phase not in (Phase.PAUSED, Phase.WAITING))
        self._pause.setEnabled(run.phase is Phase.TRAINING)
        self._resume.setVisible(run.phase is Phase.PAUSED)
        self._stop.setVisible(run.is_live)
        self._stop.setEnabled(is_stepping)
        self._cancel.setVisible(run.is_live)
        self._cancel.setEnabled(run.phase is not Phase.STOPPING)
        self._go_on.setVisible(run.can_go_on)
        set_role(self._go_on, "" if run.remedy else "primary")
        self._closing.setVisible(run.is_live)

    def _show_outcome(self, run: RunState) -> None:
        self._outcome.setVisible(run.phase is Phase.FINISHED)
        report = run.report
        if run.phase is not Phase.FINISHED or report is None:
            return
        self._see.setVisible(report.made is None)
        what = self.tr("The adapter “{}” is ready.") if report.made is None else self.tr("The model “{}” is ready.")
        parts = [what.format(run.name)]
        if report.loss is not None:
            parts.append(self.tr("Loss at the end {:.3f}.").format(report.loss))
        if report.eval_loss is not None:
            parts.append(self.tr("Held-out loss {:.3f}.").format(report.eval_loss))
        if report.best_step:
            parts.append(self.tr("The state of step {:,} was the best and was kept.").format(report.best_step))
        notes = [str(note) for note in report.notes]
        if report.gain is not None:
            notes.insert(0, perplexity_in_words(report.gain))
        self._outcome_text.setText("\n".join([" ".join(parts), *notes]))

    def _build_widgets(self) -> None:
        self._back = named_button(
            self,
            "run_back",
            self.tr("‹ Adapters"),
            "link",
            spoken=self.tr("Back to the adapters; the training goes on"),
        )
        self._name = ElidedLabel(parent=self)
        self._name.setObjectName("run_name")
        set_role(self._name, "subtitle")
        self._phase, self._lineage, self._label = QLabel(self), ElidedLabel(parent=self), ElidedLabel(parent=self)
        self._phase.setObjectName("run_phase")
        self._label.setObjectName("run_label")
        set_role(self._phase, "badge")
        set_role(self._lineage, "muted")
        set_role(self._label, "muted")
        self._trouble = TroubleCard("run_trouble", self)
        self._waiting = QLabel(self)
        self._waiting.setObjectName("run_waiting")
        self._waiting.setWordWrap(True)
        self._waiting.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._waiting, "error")
        self._remedy_row = QWidget(self)
        self._remedy = named_button(self, "run_remedy", "", "primary", spoken=self.tr("Start again in another way"))
        self._views = RunViews(self)
        self._build_figures()
        self._build_buttons()
        self._build_outcome()

    def _build_figures(self) -> None:
        self._figure_titles = {
            "step": self.tr("Step"), "left": self.tr("Time"), "loss": self.tr("Loss"),
            "held_out": self.tr("Held-out loss"), "tokens": self.tr("Tokens / s"), "rate": self.tr("Learning rate"),
            "memory": self.tr("Memory"),
        }  # fmt: skip
        self._figures: dict[str, QLabel] = {}
        for name, title in self._figure_titles.items():
            value = QLabel("–", self)
            value.setObjectName(f"figure_{name}")
            value.setAccessibleName(title)
            set_role(value, "number")
            self._figures[name] = value

    def _build_buttons(self) -> None:
        self._pause = named_button(self, "run_pause", self.tr("Pause"), spoken=self.tr("Pause the training"))
        self._resume = named_button(self, "run_resume", self.tr("Resume"), spoken=self.tr("Resume the training"))
        self._stop = named_button(
            self, "run_stop", self.tr("Stop and save"), spoken=self.tr("Stop and save what was learned so far")
        )
        self._cancel = named_button(
            self, "run_cancel", self.tr("Cancel"), "danger", spoken=self.tr("Cancel the training")
        )
        self._go_on = named_button(
            self, "run_go_on", self.tr("Go on"), "primary", spoken=self.tr("Go on from the last checkpoint")
        )
        self._closing = QLabel(self.tr("Goes on when the window is closed."), self)
        set_role(self._closing, "small")

    def _build_outcome(self) -> None:
        self._outcome = QFrame(self)
        self._outcome.setObjectName("run_outcome")
        set_role(self._outcome, "message-info")
        self._done = QLabel(self._outcome)
        icons.set_icon(self._done, "done", "good", 20)
        self._outcome_text = QLabel(self._outcome)
        self._outcome_text.setObjectName("run_outcome_text")
        self._outcome_text.setTextFormat(Qt.TextFormat.PlainText)
        self._outcome_text.setWordWrap(True)
        self._try = named_button(
            self, "run_try", self.tr("Try it"), "primary", spoken=self.tr("Try the adapter in the playground")
        )
        self._see = named_button(
            self, "run_adapter", self.tr("Show adapter"), spoken=self.tr("Show the adapter in the list")
        )

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._back)
        head.addWidget(self._name, 2)
        head.addWidget(self._lineage, 1, Qt.AlignmentFlag.AlignRight)
        head.addWidget(self._phase)
        outcome = QHBoxLayout(self._outcome)
        outcome.setContentsMargins(12, 8, 10, 8)
        outcome.setSpacing(10)
        outcome.addWidget(self._done)
        outcome.addWidget(self._outcome_text, 1)
        outcome.addWidget(self._see)
        outcome.addWidget(self._try)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self._closing)
        buttons.addWidget(self._label, 1)
        buttons.addStretch(0)
        for button in (self._pause, self._resume, self._stop, self._cancel, self._go_on):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._outcome)
        column.addWidget(self._trouble)
        remedy = QHBoxLayout(self._remedy_row)
        remedy.setContentsMargins(0, 0, 0, 0)
        remedy.addWidget(self._remedy)
        remedy.addStretch(1)
        column.addWidget(self._remedy_row)
        column.addWidget(self._waiting)
        column.addWidget(self._lay_out_figures())
        column.addWidget(self._views, 1)
        column.addLayout(buttons)

    def _lay_out_figures(self) -> QFrame:
        frame = QFrame(self)
        set_role(frame, "panel")
        grid = QGridLayout(frame)
        grid.setContentsMargins(14, 8, 14, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(0)
        for column, (name, title) in enumerate(self._figure_titles.items()):
            label = QLabel(title, frame)
            set_role(label, "small")
            grid.addWidget(label, 0, column)
            grid.addWidget(self._figures[name], 1, column)
            grid.setColumnStretch(column, 1)
        return frame

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._pause.clicked.connect(self.pause_requested)
        self._resume.clicked.connect(self.resume_requested)
        self._stop.clicked.connect(self.stop_requested)
        self._cancel.clicked.connect(self.cancel_requested)
        self._go_on.clicked.connect(self.go_on_requested)
        self._try.clicked.connect(self.try_requested)
        self._see.clicked.connect(self.adapter_requested)
        self._remedy.clicked.connect(self.remedy_requested)
