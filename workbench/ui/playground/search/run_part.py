"""The run of a search: start or continue, follow, show the report. No Qt."""

import time
from collections.abc import Callable
from dataclasses import replace

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobSpec, Listener
from workbench.playground.search.catalogue import whole_text
from workbench.playground.search.running import load_search_report, search_job
from workbench.playground.search.types import (
    CandidateEntered,
    CandidateResult,
    SearchProgress,
    SearchReport,
    SearchRequest,
    Standing,
)
from workbench.ui.board import Running
from workbench.ui.playground.search.board import Board, Surroundings
from workbench.ui.playground.search.state import Live, Page, Row
from workbench.ui.shown_run import ShownRun, hear_nothing
from workbench.ui.trouble import trouble_of

_CONTINUES = "Start it again: it goes on where it was."
_ATTEMPTS = 2
"""Starts again by itself after a process that stopped unexpectedly."""
_SHOW_EVERY_SECONDS = 0.25


class RunPart:
    """At most one search at a time."""

    def __init__(
        self,
        board: Board,
        around: Surroundings,
        on_saved: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board, self._around, self._on_saved, self._clock = board, around, on_saved, clock
        self._run = ShownRun[SearchRequest](around.jobs, self._on_event)
        self._entered: dict[str, CandidateEntered] = {}
        self._standings: dict[str, Standing] = {}
        self._next_show = 0.0

    def start(self, request: SearchRequest) -> None:
        """Start a placed request."""
        self._begin(request)
        self._run.submit(search_job(request, background=True))

    def stop(self) -> None:
        """What is done is kept; the same search started again goes on."""
        self._run.stop()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a search that was started before this start of the program."""
        try:
            request = SearchRequest.model_validate(spec.params)
        except ValidationError:
            return hear_nothing
        self._begin(request)
        return self._run.follow()

    def show_report(self, report: SearchReport) -> None:
        """Show a finished search."""
        live = Live(
            name=report.name,
            metric=report.metric,
            start_text=whole_text(report.start.prompt),
            generations=0,
            minutes=0,
            rows=tuple(_row_of(one, report.winner.id) for one in report.candidates),
            used=report.cost.generations,
            seconds=report.cost.seconds,
        )
        self._board.show(page=Page.RESULTS, live=live, report=report, selected="", trouble=None)

    def _begin(self, request: SearchRequest) -> None:
        self._run.begin(request, _ATTEMPTS)
        self._entered, self._standings = {}, {}
        live = Live(
            name=request.name,
            metric=request.metric.name,
            start_text=whole_text(request.start),
            generations=request.budget.generations,
            minutes=request.budget.seconds / 60,
        )
        self._board.show(
            page=Page.RESULTS, live=live, report=None, selected="", trouble=None, running=Running("Starting")
        )

    def _on_event(self, request: SearchRequest, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Produced(kind="CandidateEntered", item=item):
                entered = CandidateEntered.model_validate(item)
                self._entered[entered.id] = entered
            case Produced(kind="SearchProgress", item=item):
                self._take(SearchProgress.model_validate(item))
            case Finished():
                self._finish(request)
            case Crashed() if self._run.can_try_again:
                self._run.try_again(search_job(request, background=True))
            case Failed() | Crashed():
                self._end(is_stopped=True)
                self._board.show(trouble=trouble_of(event, after_crash=_CONTINUES))
            case Cancelled():
                self._end(is_stopped=True)
                self._around.messages.info("The search was stopped. Start it again to go on where it was.")
            case _:
                pass

    def _take(self, progress: SearchProgress) -> None:
        self._standings |= {standing.id: standing for standing in progress.standings}
        live = self._board.state.live
        if live is not None and (self._clock() >= self._next_show):
            self._next_show = self._clock() + _SHOW_EVERY_SECONDS
            self._board.show(live=replace(live, rows=self._rows(), used=progress.used, seconds=progress.seconds))

    def _rows(self) -> tuple[Row, ...]:
        """Who is in comes first, the better the higher; then who left, the last one first."""
        rows = [Row(entered, self._standings.get(one, Standing(id=one))) for one, entered in self._entered.items()]
        return tuple(sorted(rows, key=lambda row: (row.is_out, -row.standing.round, -(row.standing.mean or 0.0))))

    def _finish(self, request: SearchRequest) -> None:
        self._end()
        try:
            report = load_search_report(request.folder)
        except (WorkbenchError, ValidationError, OSError) as problem:
            self._around.messages.error("The finished search cannot be read.", details=str(problem))
            return
        self.show_report(report)
        self._on_saved()

    def _end(self, *, is_stopped: bool = False) -> None:
        self._run.end()
        live = self._board.state.live
        if live is not None:
            live = replace(live, rows=self._rows(), is_stopped=is_stopped)
        self._board.show(running=None, live=live)


def _row_of(result: CandidateResult, winner: str) -> Row:
    candidate = result.candidate
    entered = CandidateEntered(
        id=candidate.id,
        origin=candidate.origin,
        instruction=candidate.instruction,
        examples=candidate.examples,
        format=candidate.format,
        text=whole_text(candidate.prompt),
    )
    standing = Standing(
        id=candidate.id,
        mean=result.score.mean,
        count=result.score.count,
        dropped=result.dropped,
        round=result.round,
    )
    return Row(entered, standing, is_final=True, is_best=candidate.id == winner)
