"""The run of a comparison: prepare, start or continue, follow, keep the report. No Qt."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.compare.judge.types import TrialScored
from workbench.compare.running import attempts_for, comparison_job, load_report, place_run
from workbench.compare.summing_up import summarize_live
from workbench.compare.tasks import PREPARE, PREPARE_RETRY, SUM_UP, WORKER, Preparation, PrepareRequest, RetryRequest
from workbench.compare.trial_types import Trial, TrialDone
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobSpec, Listener
from workbench.ui.board import Running
from workbench.ui.compare.board import Board
from workbench.ui.compare.filling import Filled, fill_report, fill_so_far
from workbench.ui.compare.leaks_state import LeaksState
from workbench.ui.compare.looking import Looking
from workbench.ui.compare.state import Page, Results
from workbench.ui.compare.why_state import WhyState
from workbench.ui.protocols import Background, Messages, StoppableJobs, at_once
from workbench.ui.shown_run import ShownRun, hear_nothing
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tell, tried

if TYPE_CHECKING:
    from workbench.compare.store import ComparisonStore
    from workbench.paths import WorkbenchPaths

Read = Callable[[dict[str, Any]], CompareRequest]
"""Takes what is to be run out of the result of a job that prepared it."""

_SHOW_EVERY_SECONDS = 0.25
"""Answers may come by the hundred per second; eyes do not."""
_REST = 6
"""Times as long as showing took: thousands of answers must not keep the window from hearing its user."""
_CONTINUES = "Run it again: it continues with what is done."


class RunPart:
    """At most one comparison at a time."""

    def __init__(
        self,
        board: Board,
        jobs: StoppableJobs,
        messages: Messages,
        store: "ComparisonStore",
        paths: "WorkbenchPaths",
        on_saved: Callable[[ComparisonReport, str], None],
        clock: Callable[[], float] = time.monotonic,
        in_background: Background = at_once,
    ) -> None:
        self._board = board
        self._jobs = jobs
        self._run = ShownRun[CompareRequest](jobs, self._on_event)
        self._messages = messages
        self._store = store
        self._paths = paths
        self._on_saved = on_saved
        self._clock = clock
        self._in_background = in_background
        self._trials: dict[tuple[str, str, int], Trial] = {}
        self._next_show = 0.0
        self._is_counting = self._is_behind = False
        """Whether answers are summed up at this moment, and whether others came that shall be shown after them."""

    def start(self, make: Callable[[], PrepareRequest]) -> None:
        """Find everything that the comparison names, then run it. `make` may read the database."""
        self.prepare(lambda: preparing(PREPARE, make()), _read_preparation)

    def prepare(self, make: Callable[[], JobSpec], read: Read) -> None:
        """Run what `read` takes out of the result of the job that `make` makes, off the UI thread.

        `make` may raise WorkbenchError: it is said, and nothing runs.
        """
        self._run.prepare()
        self._board.show(trouble=None, running=Running("Getting everything ready"))
        self._in_background(partial(tried, make), partial(self._submit_preparing, read))

    def _submit_preparing(self, read: Read, job: JobSpec | WorkbenchError) -> None:
        if isinstance(job, WorkbenchError):
            self._end()
            tell(self._messages, job)
        elif self._run.is_stopped:
            self._end()
        else:
            self._run.submit_before(job, partial(self._on_prepared, read))

    def stop(self) -> None:
        """What is done is kept; running it again continues."""
        self._run.stop()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a run that was started before this start of the program."""
        try:
            request = CompareRequest.model_validate(spec.params)
        except ValidationError:
            return hear_nothing
        self._begin(request)
        return self._run.follow()

    def _on_prepared(self, read: Read, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                if self._run.is_stopped:
                    self._end()
                    return
                request = read(result)
                request = request if request.folder else place_run(request, self._paths)
                self._begin(request)
                self._run.submit(comparison_job(request, background=True))
            case Failed() | Crashed():
                self._end()
                self._board.show(trouble=trouble_of(event, after_crash=_CONTINUES))
            case Cancelled():
                self._end()
            case _:
                pass

    def _begin(self, request: CompareRequest) -> None:
        self._run.begin(request, attempts_for(request.arms))
        self._trials = {}
        results = Results(
            name=request.name,
            metrics=tuple(metric.name for metric in request.metrics),
            examples=request.examples,
            arms=summarize_live(request, ()),
            folder=request.folder,
            expectations=request.expectations,
        )
        self._board.show(
            page=Page.RESULTS, results=results, selected=None, trouble=None, running=Running("Starting", 0, 0)
        )

    def _on_event(self, request: CompareRequest, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Produced(kind="TrialDone", item=item):
                trial = TrialDone.model_validate(item).trial
                self._trials[(trial.arm, trial.example_id, trial.repeat)] = trial
                self._show_when_due()
            case Produced(kind="TrialScored", item=item):
                self._take_scores(TrialScored.model_validate(item))
            case Finished():
                self._finish()
            case Crashed() if self._run.can_try_again:
                # Native code may take the process with it; the journal knows which arm did and leaves it out at last.
                self._run.try_again(comparison_job(request, background=True))
            case Failed() | Crashed():
                self._show_trials()
                self._end()
                self._board.show(trouble=trouble_of(event, after_crash=_CONTINUES))
                self._sum_up()
            case Cancelled():
                self._show_trials()
                self._end()
                self._messages.info("The comparison was stopped. Run it again to go on where it was.")
                self._sum_up()
            case _:
                pass

    def _take_scores(self, scored: TrialScored) -> None:
        """Scores by a model come after the answers."""
        key = scored.arm, scored.example_id, scored.repeat
        if trial := self._trials.get(key):
            self._trials[key] = trial.model_copy(update={"scores": {**trial.scores, **scored.scores}})
            self._show_when_due()

    def _show_when_due(self) -> None:
        if not self._is_counting and self._clock() >= self._next_show:
            self._show_trials()

    def _show_trials(self) -> None:
        """What was answered so far; it is summed up beside the window."""
        results, request = self._board.state.results, self._run.request
        if request is None or results is None or results.report is not None:
            return
        self._is_behind = self._is_counting
        if not self._is_counting:
            self._is_counting = True
            count = partial(fill_so_far, request, results, tuple(self._trials.values()), self._board.state.looking)
            self._in_background(count, partial(self._take_so_far, results, self._clock()))

    def _take_so_far(self, before: Results, begun: float, filled: Filled) -> None:
        self._is_counting = False
        if self._board.state.results is before:  # else the report is shown by now, or another run
            self._board.show(filled=filled)
        now = self._clock()
        self._next_show = now + max(_SHOW_EVERY_SECONDS, _REST * (now - begun))
        if self._is_behind:
            self._show_trials()

    def _sum_up(self) -> None:
        """A run that did not come to its end has measured something all the same: let it be summed up and shown."""
        request = self._run.request
        if request is None or not self._trials:
            return
        spec = JobSpec(task=SUM_UP, params={"folder": request.folder}, title="Sum up what was measured", worker=WORKER)
        self._jobs.submit(spec, partial(self._on_summed_up, request, tuple(self._trials.values())))

    def _on_summed_up(self, request: CompareRequest, trials: tuple[Trial, ...], event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                looking = self._board.state.looking

                def count() -> Filled:
                    report = ComparisonReport.model_validate(result)
                    whole = report.model_copy(update={"trials": trials, "examples": request.examples})
                    return fill_report(whole, request.folder, looking)

                self._in_background(count, partial(self._show_summed_up, request))
            case _:
                pass  # its trials are shown; what went wrong with the run was said

    def _show_summed_up(self, request: CompareRequest, filled: Filled) -> None:
        state = self._board.state
        is_last = request is self._run.request and not state.is_running
        if is_last and state.results is not None and state.results.folder == request.folder:  # else another is shown
            self._board.show(filled=filled)

    def ask_failed_again(self) -> None:
        """The shown comparison once more: what failed or was not asked yet is asked, the rest taken over."""
        results = self._board.state.results
        if results is None or not results.folder or self._board.state.is_running:
            return
        request = RetryRequest(folder=results.folder, home=str(self._paths.home))
        self.prepare(lambda: preparing(PREPARE_RETRY, request), _read_preparation)

    def _finish(self) -> None:
        request = self._run.request
        self._end()
        if request is not None:
            read = partial(_tried_report, request.folder, self._board.state.looking)
            self._in_background(read, partial(self._show_finished, request))

    def _show_finished(self, request: CompareRequest, outcome: tuple[ComparisonReport, Filled] | Exception) -> None:
        if isinstance(outcome, Exception):
            self._messages.error("The finished comparison cannot be read.", details=str(outcome))
        elif request is self._run.request:  # nothing else was begun meanwhile
            report, filled = outcome
            self.show_filled(filled)
            self._on_saved(report, request.folder)

    def show_filled(self, filled: Filled) -> None:
        """Show a finished comparison."""
        self._board.show(
            page=Page.RESULTS,
            filled=filled,
            selected=None,
            trouble=None,
            leaking=LeaksState(),
            why=WhyState(),
        )

    def _end(self) -> None:
        self._run.end()
        self._board.show(running=None)


def preparing(task: str, request: Boundary) -> JobSpec:
    """A job that makes a `CompareRequest` ready."""
    return JobSpec(task=task, params=request.model_dump(mode="json"), title="Prepare the comparison", worker=WORKER)


def _read_preparation(result: dict[str, Any]) -> CompareRequest:
    return Preparation.model_validate(result).request


def _tried_report(folder: str, looking: Looking) -> tuple[ComparisonReport, Filled] | Exception:
    try:
        report = load_report(folder)
    except (WorkbenchError, ValidationError, OSError) as problem:
        return problem
    return report, fill_report(report, folder, looking)
