"""The run of a grid: start or continue, follow, open one of earlier. No Qt."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobSpec, Listener
from workbench.playground.grid.running import attempts_for, grid_job, place_grid
from workbench.playground.grid.summing_up import summarize_live
from workbench.playground.grid.tasks import OPEN_GRID
from workbench.playground.grid.types import CellsDone, GridReport, GridRequest, Outcome
from workbench.ui.board import Running
from workbench.ui.playground.grid.board import Board, Surroundings
from workbench.ui.playground.grid.state import Page, Results
from workbench.ui.shown_run import ShownRun, hear_nothing
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_SHOW_EVERY_SECONDS = 0.25
"""Answers may come by the hundred per second; eyes do not."""
_CONTINUES = "Go on with it: what is done is kept."


class RunPart:
    """At most one grid at a time."""

    def __init__(
        self,
        board: Board,
        around: Surroundings,
        on_shown: Callable[[], None],
        on_recorded: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board = board
        self._around = around
        self._on_shown = on_shown
        self._on_recorded = on_recorded
        self._clock = clock
        self._run = ShownRun[GridRequest](around.jobs, self._on_event)
        self._outcomes: dict[tuple[int, int], Outcome] = {}
        self._next_show = 0.0
        self._is_opening = False
        """Whether the job only shows a grid of earlier."""

    def start(self, request: GridRequest) -> None:
        """Run a grid, or go on with the same one that was not finished."""
        self._run.prepare()
        self._board.show(trouble=None, running=Running("Starting"))
        place = partial(place_grid, request, self._around.paths)  # writes and hashes the whole request
        self._around.in_background(partial(tried, place), self._on_placed)

    def go_on(self) -> None:
        """Make what is missing or failed of the grid that is shown; what is there stays."""
        results = self._board.state.results
        if results is None or not self._board.state.can_go_on:
            return
        self._begin(results.request, results.outcomes)
        self._run.submit(grid_job(results.request, background=True))

    def stop(self) -> None:
        """What is done is kept; running it again continues."""
        self._run.stop()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a run that was started before this start of the program."""
        try:
            request = GridRequest.model_validate(spec.params)
        except ValidationError:
            return hear_nothing
        self._begin(request, {})
        return self._run.follow()

    def open(self, grid_id: int) -> None:
        """Show a grid of the history."""
        if self._board.state.is_running:
            self._around.messages.info("A grid is running. Stop it to look at another one.")
            return
        self._board.show(trouble=None, running=Running("Opening the grid"))
        self._around.in_background(partial(_found, self._around, grid_id), self._on_found)

    # -- events -------------------------------------------------------------------------------------------------------

    def _on_placed(self, placed: GridRequest | WorkbenchError) -> None:
        if isinstance(placed, WorkbenchError) or self._run.is_stopped:
            self._end()
            if isinstance(placed, WorkbenchError):
                self._board.show(trouble=trouble_of(placed))
            return
        self._begin(placed, {})
        self._run.submit(grid_job(placed, background=True))

    def _begin(
        self, request: GridRequest, outcomes: Mapping[tuple[int, int], Outcome], *, is_opening: bool = False
    ) -> None:
        self._run.begin(request, 0 if is_opening else attempts_for(request))
        self._outcomes, self._is_opening = dict(outcomes), is_opening
        results = Results(request, dict(self._outcomes), summarize_live(request, self._outcomes))
        self._board.show(
            page=Page.RESULTS, results=results, trouble=None, running=Running("Starting"), selected=None, cell=None
        )

    def _on_event(self, request: GridRequest, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._show_progress(Running(label, done, total))
            case Produced(kind="CellsDone", item=item):
                self._take(CellsDone.model_validate(item))
            case Finished(result=result):
                self._show_cells(GridReport.model_validate(result))
                self._end()
                self._on_recorded()
            case Crashed() if self._run.can_try_again:
                # Native code may take the process with it; the journal knows which column did: left out at last.
                self._run.try_again(grid_job(request, background=True))
            case Failed() | Crashed():
                self._show_cells()
                self._end()
                self._board.show(trouble=trouble_of(event, after_crash=_CONTINUES))
                self._on_recorded()
            case Cancelled():
                self._show_cells()
                self._end()
                if not self._is_opening:
                    self._around.messages.info("The grid was stopped. Go on with it whenever you like.")
                self._on_recorded()
            case _:
                pass

    def _show_progress(self, running: Running) -> None:
        """Not more often than the cells: every answer comes with both."""
        before = self._board.state.running
        if before is None or before.label != running.label or self._clock() >= self._next_show:
            self._board.show(running=running)

    def _take(self, told: CellsDone) -> None:
        self._outcomes |= {(outcome.combination, outcome.row): outcome for outcome in told.outcomes}
        if self._clock() >= self._next_show:
            self._show_cells()

    def _show_cells(self, report: GridReport | None = None) -> None:
        self._next_show = self._clock() + _SHOW_EVERY_SECONDS
        results, request = self._board.state.results, self._run.request
        if results is None or request is None:
            return
        outcomes = dict(self._outcomes)
        self._board.show(
            results=replace(results, outcomes=outcomes, report=report or summarize_live(request, outcomes))
        )
        self._on_shown()

    def _on_found(self, found: GridRequest | WorkbenchError) -> None:
        if isinstance(found, WorkbenchError):
            self._end()
            self._board.show(trouble=trouble_of(found))
            return
        self._begin(found, {}, is_opening=True)
        self._board.show(running=Running("Opening the grid"))
        spec = JobSpec(task=OPEN_GRID, params=found.model_dump(mode="json"), title=f"Open {found.name}")
        self._run.submit(spec)

    def _end(self) -> None:
        self._run.end()
        self._board.show(running=None)


def _found(around: Surroundings, grid_id: int) -> GridRequest | WorkbenchError:
    try:
        return around.store.get(grid_id)
    except ValidationError as error:
        return WorkbenchError("This grid was made by another version of the program.", details=str(error))
    except WorkbenchError as problem:
        return problem
