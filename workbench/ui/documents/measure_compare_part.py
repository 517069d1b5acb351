"""Settings side by side: start, stop, go on, look into a question. No Qt."""

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle
from workbench.rag.embedding_tuning.saving import FOLDER as EMBEDDERS
from workbench.rag.embedding_tuning.saving import list_tuned
from workbench.rag.evaluation.measurement_store import MeasurementEntry
from workbench.rag.evaluation.reporting import labels_of
from workbench.rag.evaluation.running import (
    MeasurePlan,
    chunkings_of,
    combinations_of,
    current_setting,
    measure_job,
    measure_request,
)
from workbench.rag.evaluation.types import (
    MeasureReport,
    MeasureRequest,
    QuestionOutcome,
    RetrievalSetting,
    SettingProgress,
)
from workbench.rag.search_types import RetrievalMode
from workbench.settings import ChunkerKind
from workbench.ui.board import Running
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_state import Part, SetUp
from workbench.ui.trouble import trouble_of

_Measured = tuple[MeasureReport, tuple[QuestionOutcome, ...]]


@dataclass(frozen=True, slots=True)
class _History:
    """What there is of a collection."""

    entries: tuple[MeasurementEntry, ...]
    measured_indexes: int
    tuned: tuple[EmbedderRef, ...]


_CONTINUES = "Start it again: it goes on where it was."


class ComparePart:
    """At most one measurement at a time. Methods are named after what the user did."""

    def __init__(self, board: MeasureBoard, doors: Doors) -> None:
        self._board, self._doors = board, doors
        self._job: JobHandle | None = None
        self._request: MeasureRequest | None = None
        self._is_stopped = False

    def show_history(self) -> None:
        """Read anew what was measured; the newest measurement is shown where none is."""
        name, around = self._board.state.collection, self._doors.around
        if not name:
            return

        def work() -> _History:
            indexes = around.collections.indexes.list_indexes(name)
            return _History(
                entries=tuple(self._doors.measurements.list_measurements(name)),
                measured_indexes=sum(not index.is_active and not index.left_at for index in indexes),
                tuned=tuple(one.embedder for one in list_tuned(around.collections.paths.home / EMBEDDERS)),
            )

        def then(found: _History) -> None:
            state = self._board.state
            if state.collection != name:
                return
            self._board.show(history=found.entries, measured_indexes=found.measured_indexes, tuned=found.tuned)
            if found.entries and state.report is None and state.running is None:
                self.open_measurement(found.entries[0].id)

        around.in_background(work, then)

    def open_measurement(self, number: int) -> None:
        name = self._board.state.collection

        def work() -> _Measured | WorkbenchError:
            try:
                return self._doors.measurements.get(number)
            except WorkbenchError as problem:
                return problem

        def then(found: _Measured | WorkbenchError) -> None:
            if self._board.state.collection != name or self._board.state.running is not None:
                return
            if isinstance(found, WorkbenchError):
                self._board.show(trouble=trouble_of(found))
            else:
                self._show(found)

        self._doors.around.in_background(work, then)

    def _show(self, measured: _Measured) -> None:
        report, outcomes = measured
        self._board.show(report=report, outcomes=outcomes, setting=max(report.best, 0), question="", progress={})

    def delete_measurement(self, number: int) -> None:
        name = self._board.state.collection

        def then(_nothing: None) -> None:
            if self._board.state.collection == name:
                self._board.show(report=None, outcomes=(), setting=-1, question="")
                self.show_history()

        self._board.off_thread(partial(self._doors.measurements.delete, number), then)

    def change(self, field: str, value: Any) -> None:
        """`field` is one of `SetUp`."""
        setup = self._board.state.setup
        if field == "mode":
            mode, is_on = value
            modes = setup.modes | {mode} if is_on else setup.modes - {mode}
            setup = replace(setup, modes=frozenset(modes))
        elif field == "chunker":
            chunker, is_on = value
            kinds = setup.chunkers | {chunker} if is_on else setup.chunkers - {chunker}
            setup = replace(setup, chunkers=frozenset(kinds))
        elif field == "embedder":
            identity, is_on = value
            chosen = setup.embedders | {identity} if is_on else setup.embedders - {identity}
            setup = replace(setup, embedders=frozenset(chosen))
        else:
            setup = replace(setup, **{field: value})
        self._board.show(setup=setup)

    def start(self) -> None:
        """Measure, or go on with the same measurement that was stopped."""
        state = self._board.state
        if state.not_ready or state.running is not None:
            return
        self._is_stopped = False
        self._board.show(running=Running("Getting ready"), trouble=None, report=None, outcomes=(), progress={})

        def work() -> MeasureRequest | WorkbenchError:
            try:
                return self._make_request()
            except WorkbenchError as problem:
                return problem

        self._doors.around.in_background(work, self._submit)

    def _make_request(self) -> MeasureRequest:
        state, around = self._board.state, self._doors.around
        search = self._doors.search()
        current = current_setting(around.collections, state.collection, search)
        plan = MeasurePlan(
            collection=state.collection,
            test_set=state.set_name,
            questions=self._doors.sets.counting(state.collection, state.set_name),
            settings=tuple(self._settings(state.setup, current)),
            k=state.setup.k,
            measure=state.setup.measure,
            reranker=search.reranker or (self._reranker() if state.setup.rerank else ""),
        )
        return measure_request(around.collections, plan, current)

    def _settings(self, setup: SetUp, current: RetrievalSetting) -> list[RetrievalSetting]:
        sizes = [int(number) for number in re.findall(r"\d+", setup.sizes)]
        chunkers = [kind for kind in ChunkerKind if kind in setup.chunkers]
        tuned = [one for one in self._board.state.tuned if one.identity in setup.embedders]
        return combinations_of(
            chunkings=chunkings_of(current.chunking, sizes, [], chunkers),
            embedders=list({one.identity: one for one in (current.embedder, *tuned)}.values()),
            modes=[mode for mode in RetrievalMode if mode in setup.modes] or [current.mode],
            reranks=[False, True] if setup.rerank else [False],
            language=current.language,
        )

    def _reranker(self) -> str:
        from workbench.rag.reranking import find_reranker

        around = self._doors.around
        own = [Path(folder) for folder in around.settings().llm.model_folders]
        return str(find_reranker([around.collections.paths.models, *own]))

    def _submit(self, request: MeasureRequest | WorkbenchError) -> None:
        if isinstance(request, WorkbenchError):
            self._board.show(running=None, trouble=trouble_of(request))
            return
        if self._is_stopped:
            self._board.show(running=None)
            return
        self._request = request
        self._board.show(settings=tuple(labels_of(request.settings)), part=Part.COMPARE)
        self._job = self._doors.around.jobs.submit(measure_job(request), lambda event: self._on_event(request, event))

    def stop(self) -> None:
        """What was measured so far is kept and shown."""
        self._is_stopped = True
        if self._job is not None:
            self._job.cancel()

    def _on_event(self, request: MeasureRequest, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Produced(kind="SettingProgress", item=item):
                told = SettingProgress.model_validate(item)
                self._board.show(progress={**self._board.state.progress, told.setting: told})
            case Finished():
                self._end(request)
            case Cancelled():
                self._end(request)
                self._doors.around.messages.info("The measurement was stopped. Start it again to go on.")
            case Failed() | Crashed():
                self._end(request)
                self._board.show(trouble=trouble_of(event, after_crash=_CONTINUES))
            case _:
                pass

    def _end(self, request: MeasureRequest) -> None:
        """What came is in the database by now."""
        self._job = None

        def then(found: _Measured | None) -> None:
            self._board.show(running=None, progress={})
            if found is not None and request.collection == self._board.state.collection:
                self._show(found)
            self.show_history()

        self._doors.around.in_background(lambda: self._doors.measurements.find(request.folder), then)

    # -- looking into it --------------------------------------------------------------------------------------------

    def select_setting(self, number: int) -> None:
        self._board.show(setting=number)

    def select_question(self, question: str) -> None:
        self._board.show(question=question)
