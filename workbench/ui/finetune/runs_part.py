"""Trainings that run, also those that an earlier start of the program began. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from workbench.finetune.running import train_spec
from workbench.finetune.types import Adapter, StepMetrics, TrainReport, TrainRequest
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
from workbench.ui.finetune.state import Page, Phase, RunState
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

    def go_on(self) -> None:
        """Take a stopped, cancelled or failed training up again, from its last checkpoint."""
        run = self._board.state.run
        if run is not None and run.can_go_on:
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
            case Finished(result=result):
                self._end(run, result)
            case Failed() | Crashed():
                self._fail(run, event)
            case Cancelled():
                self._change(name, phase=Phase.CANCELLED, label=_ENDED)
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

    def _end(self, run: RunState, result: dict[str, Any]) -> None:
        report = TrainReport.model_validate(result)
        if not report.finished or report.adapter is None:
            label = f"Stopped at step {report.steps} of {report.total_steps}; everything learned so far is saved."
            self._change(run.name, phase=Phase.STOPPED, report=report, label=label)
            return
        self._change(run.name, phase=Phase.FINISHED, report=report, label="")
        self._on_adapter(report.adapter)

    def _fail(self, run: RunState, event: Failed | Crashed) -> None:
        trouble = trouble_of(event, after_crash=_ENDED)
        if not trouble.hint:
            trouble = replace(trouble, hint=_ENDED)
        self._change(run.name, phase=Phase.FAILED, trouble=trouble, label="")
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
            run = replace(run, steps=earlier.steps)
        others = tuple(other for other in self._board.state.runs if other.name != run.name)
        self._board.show(runs=(*others, run))

    def _change(self, name: str, **changes: Any) -> RunState:
        runs = tuple(replace(run, **changes) if run.name == name else run for run in self._board.state.runs)
        self._board.show(runs=runs)
        return next(run for run in runs if run.name == name)


def _ignore(_event: JobEvent) -> None:
    """Nothing of this training is shown here."""
