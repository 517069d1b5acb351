"""Trainings that run, also those that an earlier start of the program began. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from workbench.finetune.out_of_memory import Remedy, after_death
from workbench.finetune.running import sweep_spec, train_spec
from workbench.finetune.sweeps import SweepReport, SweepRequest, SweepTrial, TrialStep
from workbench.finetune.types import (
    Adapter,
    RunCondition,
    RunStatus,
    StepMetrics,
    TrainingSample,
    TrainReport,
    TrainRequest,
)
from workbench.jobs.disk_watch import DISK_LOG
from workbench.jobs.events import (
    Cancelled,
    Crashed,
    Failed,
    Finished,
    JobEvent,
    Logged,
    Produced,
    Progressed,
    Queued,
    Started,
)
from workbench.jobs.spec import JobSpec, Listener
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.run_state import Phase, RunState
from workbench.ui.finetune.state import Page
from workbench.ui.trouble import trouble_of

_ENDED = "What was saved stays: go on from there, or start again under another name."


class RunsPart:
    """What the user does on the run page, and what the trainings say."""

    def __init__(self, board: Board, around: Surroundings, on_adapter: Callable[[Adapter], None]) -> None:
        self._board = board
        self._around = around
        self._on_adapter = on_adapter

    def start(self, request: TrainRequest) -> None:
        """Train in the background, whatever becomes of the window."""
        self._put(RunState(request=request, label="Waiting for a process"))
        self._board.show(page=Page.RUN, shown_run=request.name)
        handle = self._around.jobs.submit(train_spec(request), partial(self._on_event, request.name))
        self._change(request.name, job_id=handle.id)

    def start_sweep(self, request: SweepRequest) -> None:
        """Several trainings as one job."""
        self._put(RunState(request=request.training, sweep=request, label="Waiting for a process"))
        name = request.training.name
        self._board.show(page=Page.RUN, shown_run=name)
        handle = self._around.jobs.submit(sweep_spec(request), partial(self._on_event, name))
        self._change(name, job_id=handle.id)

    def attach_sweep(self, spec: JobSpec) -> Listener:
        """Who listens to a sweep that an earlier start of the program began."""
        try:
            request = SweepRequest.model_validate(spec.params)
        except ValidationError:
            return _ignore
        self._put(RunState(request=request.training, sweep=request, label="Taking up the trainings again"))
        return partial(self._on_event, request.training.name)

    def attach(self, spec: JobSpec) -> Listener:
        """Who listens to a training that an earlier start of the program began: the curve is told again from the start.

        Register it with `JobBridge.on_durable("workbench.finetune.tasks:train", presenter.attach)`.
        """
        try:
            request = TrainRequest.model_validate(spec.params)
        except ValidationError:
            return _ignore  # begun by another version of the program; the jobs panel shows it all the same
        self._put(RunState(request=request, label="Taking up the training again"))
        return partial(self._on_event, request.name)

    def show_run(self, name: str) -> None:
        self._board.show(page=Page.RUN, shown_run=name)

    def leave(self) -> None:
        """Back to the adapters; the training goes on."""
        self._board.show(page=Page.ADAPTERS)

    def pause(self) -> None:
        run = self._board.state.run
        if run is not None and run.phase is Phase.TRAINING:
            self._around.jobs.send_command(run.job_id, "pause")
            self._change(run.name, phase=Phase.PAUSED)

    def resume(self) -> None:
        """After a pause."""
        run = self._board.state.run
        if run is not None and run.phase is Phase.PAUSED:
            self._around.jobs.send_command(run.job_id, "resume")
            self._change(run.name, phase=Phase.TRAINING)

    def stop_and_save(self) -> None:
        """End after this step and keep what was learned so far as a checkpoint."""
        run = self._board.state.run
        if run is not None and run.is_live:
            self._around.jobs.send_command(run.job_id, "stop")
            self._change(run.name, phase=Phase.STOPPING, label="Saving what was learned so far")

    def cancel(self) -> None:
        run = self._board.state.run
        if run is not None and run.is_live:
            self._around.jobs.cancel(run.job_id)
            self._change(run.name, phase=Phase.STOPPING, label="Cancelling")

    def cancel_run(self, name: str) -> None:
        """One of the list, without going to its page."""
        run = self._find(name)
        if run is not None and run.is_live:
            self._around.jobs.cancel(run.job_id)
            self._change(name, phase=Phase.STOPPING, label="Cancelling")

    def move_up(self, name: str) -> None:
        """Let a training that waits begin before the one in front of it."""
        run = self._find(name)
        if run is None or run.phase is not Phase.QUEUED or not self._around.jobs.move_up(run.job_id):
            return
        runs = list(self._board.state.runs)
        place = runs.index(run)
        before = next((n for n in range(place - 1, -1, -1) if runs[n].phase is Phase.QUEUED), None)
        if before is not None:
            runs.insert(before, runs.pop(place))
            self._board.show(runs=tuple(runs))

    def try_made(self) -> None:
        """Ask the model that this training made something."""
        run = self._board.state.run
        if run is not None and run.report is not None and run.report.made is not None:
            self._around.navigator.open_tab("playground", model=run.report.made.name)

    def take_remedy(self) -> None:
        """Start what may succeed where this one failed."""
        run = self._board.state.run
        if run is not None and run.remedy is not None and not run.is_live:
            self.start(run.remedy.request)

    def go_on(self) -> None:
        """Take a stopped, cancelled or failed training up again, from its last checkpoint."""
        run = self._board.state.run
        if run is None or not run.can_go_on:
            return
        if run.sweep is not None:
            training = run.sweep.training.model_copy(update={"restart": False})
            self.start_sweep(run.sweep.model_copy(update={"training": training}))
        else:
            self.start(run.request.model_copy(update={"restart": False}))

    # -- what they say ------------------------------------------------------------------------------------------------

    def _on_event(self, name: str, event: JobEvent) -> None:
        run = self._find(name)
        if run is None:
            return
        if not run.job_id:
            run = self._change(name, job_id=event.job_id)
        match event:
            case Queued(reason=reason):
                self._change(name, phase=Phase.QUEUED, label=reason or "Waiting for a process")
            case Started():
                self._change(name, phase=Phase.STARTING, label="Starting")
            case Progressed(label=label):
                self._change(name, label=label)
            case Produced(kind="StepMetrics", item=item):
                self._add_step(run, item)
            case Produced(kind="TrialStep", item=item):
                self._add_trial_step(run, item)
            case Produced(kind="SweepTrial", item=item):
                self._add_trial(run, item)
            case Produced(kind="TrainingSample", item=item):
                self._add_sample(run, item)
            case Produced(kind="RunStatus", item=item):
                self._take_status(run, item)
            case Finished(result=result) if run.sweep is not None:
                self._end_sweep(run, result)
            case Finished(result=result):
                self._end(run, result)
            case Failed() | Crashed():
                self._fail(run, event)
            case Cancelled():
                self._change(name, phase=Phase.CANCELLED, label=_ENDED)
            case Logged(logger=logger, level="WARNING", text=text) if logger == DISK_LOG:
                self._show_status(run, RunStatus(condition=RunCondition.DISK_FULL, message=text))
            case Logged(logger=logger) if logger == DISK_LOG and run.phase is Phase.WAITING:
                self._show_status(run, RunStatus(condition=RunCondition.TRAINING))
            case Produced() | Logged():
                pass

    def _add_step(self, run: RunState, item: dict[str, Any]) -> None:
        try:
            step = StepMetrics.model_validate(item)
        except ValidationError:
            return  # written by another version of the program
        # A resumed training tells its earlier steps again.
        earlier = run.steps
        if earlier and earlier[-1].step >= step.step:
            earlier = tuple(known for known in earlier if known.step < step.step)
        phase = Phase.TRAINING if run.phase in (Phase.QUEUED, Phase.STARTING) else run.phase
        self._change(run.name, steps=(*earlier, step), phase=phase)

    def _add_trial_step(self, run: RunState, item: dict[str, Any]) -> None:
        """The curve is that of the training that runs now."""
        try:
            told = TrialStep.model_validate(item)
        except ValidationError:
            return
        if told.trial != run.trial:
            run = self._change(run.name, steps=(), trial=told.trial)
        self._add_step(run, told.metrics.model_dump(mode="json"))

    def _add_trial(self, run: RunState, item: dict[str, Any]) -> None:
        try:
            trial = SweepTrial.model_validate(item)
        except ValidationError:
            return
        others = (known for known in run.trials if known.number != trial.number)
        self._change(run.name, trials=tuple(sorted((*others, trial), key=lambda known: known.number)))

    def _end_sweep(self, run: RunState, result: dict[str, Any]) -> None:
        report = SweepReport.model_validate(result)
        if not report.finished or report.winner is None:
            label = f"Stopped after {len(report.trials)} of {report.total} trainings; what was learned is saved."
            self._change(run.name, phase=Phase.STOPPED, trials=report.trials, label=label)
            return
        self._change(
            run.name,
            phase=Phase.FINISHED,
            trials=report.trials,
            sweep_report=report,
            report=report.winner,
            label="",
            standing="",
        )
        if report.winner.adapter is not None:
            self._on_adapter(report.winner.adapter)
        else:
            self._around.catalog.refresh()

    def _add_sample(self, run: RunState, item: dict[str, Any]) -> None:
        try:
            sample = TrainingSample.model_validate(item)
        except ValidationError:
            return
        others = [known for known in run.samples if (known.step, known.number) != (sample.step, sample.number)]
        self._change(run.name, samples=tuple(sorted((*others, sample), key=lambda known: (known.step, known.number))))

    def _take_status(self, run: RunState, item: dict[str, Any]) -> None:
        try:
            status = RunStatus.model_validate(item)
        except ValidationError:
            return
        self._show_status(run, status)

    def _show_status(self, run: RunState, status: RunStatus) -> None:
        phases = {
            RunCondition.TRAINING: Phase.TRAINING, RunCondition.PAUSED: Phase.PAUSED,
            RunCondition.DISK_FULL: Phase.WAITING,
        }  # fmt: skip
        standing = status.message if status.condition is RunCondition.DISK_FULL else ""
        label = status.message if status.condition is RunCondition.PAUSED else ""
        if run.phase is not Phase.STOPPING:
            self._change(run.name, phase=phases[status.condition], standing=standing, label=label)

    def _end(self, run: RunState, result: dict[str, Any]) -> None:
        report = TrainReport.model_validate(result)
        if not report.finished or (report.adapter is None and report.made is None):
            label = f"Stopped at step {report.steps} of {report.total_steps}; everything learned so far is saved."
            self._change(run.name, phase=Phase.STOPPED, report=report, label=label)
            return
        self._change(run.name, phase=Phase.FINISHED, report=report, label="", standing="")
        if report.adapter is not None:
            self._on_adapter(report.adapter)
        else:
            self._around.catalog.refresh()

    def _fail(self, run: RunState, event: Failed | Crashed) -> None:
        trouble = trouble_of(event, after_crash=_ENDED)
        if not trouble.hint:
            trouble = replace(trouble, hint=_ENDED)
        remedy = _remedy_of(run.request, event)
        self._change(run.name, phase=Phase.FAILED, trouble=trouble, remedy=remedy, label="", standing="")
        if self._board.state.shown_run != run.name or self._board.state.page is not Page.RUN:
            self._around.messages.error(
                f"Fine-tuning “{run.name}” failed. {trouble.text}", trouble.hint, trouble.details
            )

    def _find(self, name: str) -> RunState | None:
        return next((run for run in self._board.state.runs if run.name == name), None)

    def _put(self, run: RunState) -> None:
        """A run replaces an earlier one of its name; its curve goes on."""
        earlier = self._find(run.name)
        if earlier is not None and not run.request.restart:
            run = replace(run, steps=earlier.steps, samples=earlier.samples)
        others = tuple(other for other in self._board.state.runs if other.name != run.name)
        self._board.show(runs=(*others, run))

    def _change(self, name: str, **changes: Any) -> RunState:
        runs = tuple(replace(run, **changes) if run.name == name else run for run in self._board.state.runs)
        self._board.show(runs=runs)
        return next(run for run in runs if run.name == name)


def _remedy_of(request: TrainRequest, event: Failed | Crashed) -> Remedy | None:
    """What the training offers itself; one that the system killed for its memory can no longer say it."""
    if isinstance(event, Crashed):
        was_seen = event.exit_code is not None  # of a process that nobody watched the cause is only guessed
        return after_death(request, event.message) if was_seen else None
    try:
        return Remedy.model_validate(event.facts.get("remedy"))
    except ValidationError:
        return None


def _ignore(_event: JobEvent) -> None:
    """Nothing of this training is shown here."""
