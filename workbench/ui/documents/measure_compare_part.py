"""Settings side by side: start, stop, go on, look into a question. No Qt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
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
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.settings import ChunkerKind
from workbench.ui.board import Running
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_state import MeasureState, Part
from workbench.ui.documents.under_way import UnderWay
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_Measured = tuple[MeasureReport, tuple[QuestionOutcome, ...]]


@dataclass(frozen=True, slots=True)
class _History:
    """What there is of a collection."""

    entries: tuple[MeasurementEntry, ...]
    measured_indexes: int
    tuned: tuple[EmbedderRef, ...]


@dataclass(slots=True)
class _Measuring(UnderWay):
    settings: tuple[str, ...] = ()
    """In words."""
    progress: Mapping[int, SettingProgress] = field(default_factory=dict)


_CONTINUES = "Start it again: it goes on where it was."


class ComparePart:
    """At most one measurement of a collection at a time. Methods are named after what the user did."""

    def __init__(self, board: MeasureBoard, doors: Doors) -> None:
        self._board, self._doors = board, doors
        self._under_way: dict[str, _Measuring] = {}
        """By collection."""
        self._read_turn = 0

    def show_running(self) -> None:
        """Another collection is shown: what is being measured of it, if anything."""
        measuring = self._under_way.get(self._board.state.collection)
        if measuring is None:
            self._board.show(running=None, settings=(), progress={})
        else:
            self._board.show(running=measuring.running, settings=measuring.settings, progress=measuring.progress)

    def leave_reading(self) -> None:
        """The measurement that is being read from the database is not shown any more."""
        self._read_turn += 1

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
        self._read_turn += 1
        turn = self._read_turn

        def then(found: _Measured | WorkbenchError) -> None:
            if turn != self._read_turn or self._board.state.collection != name:
                return
            if self._board.state.running is not None:
                return
            if isinstance(found, WorkbenchError):
                self._board.show(trouble=trouble_of(found))
            else:
                self._show(found)

        self._doors.around.in_background(partial(tried, partial(self._doors.measurements.get, number)), then)

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
        if state.not_ready or state.running is not None or state.collection in self._under_way:
            return
        measuring = self._under_way[state.collection] = _Measuring(Running("Getting ready"))
        self._board.show(trouble=None, report=None, outcomes=())
        self.show_running()
        # What is shown and how is searched now, not what another collection has once the request is made.
        make = partial(self._make_request, state, self._doors.search())
        self._doors.around.in_background(partial(tried, make), partial(self._submit, state.collection, measuring))

    def _make_request(self, state: MeasureState, search: SearchSettings) -> MeasureRequest:
        around = self._doors.around
        current = current_setting(around.collections, state.collection, search)
        plan = MeasurePlan(
            collection=state.collection,
            test_set=state.set_name,
            questions=self._doors.sets.counting(state.collection, state.set_name),
            settings=tuple(_settings(state, current)),
            k=state.setup.k,
            measure=state.setup.measure,
            reranker=search.reranker or (self._reranker() if state.setup.rerank else ""),
        )
        return measure_request(around.collections, plan, current)

    def _reranker(self) -> str:
        from workbench.rag.reranking import find_reranker

        around = self._doors.around
        own = [Path(folder) for folder in around.settings().llm.model_folders]
        return str(find_reranker([around.collections.paths.models, *own]))

    def _submit(self, name: str, measuring: _Measuring, request: MeasureRequest | WorkbenchError) -> None:
        if isinstance(request, WorkbenchError) or measuring.is_stopped:
            del self._under_way[name]
            self._board.show_on(name, running=None)
            if isinstance(request, WorkbenchError):
                self._board.say(name, trouble_of(request))
            return
        measuring.settings = tuple(labels_of(request.settings))
        self._board.show_on(name, settings=measuring.settings, part=Part.COMPARE)
        measuring.job = self._doors.around.jobs.submit(
            measure_job(request), lambda event: self._on_event(request, measuring, event)
        )

    def stop(self) -> None:
        """What was measured so far is kept and shown."""
        measuring = self._under_way.get(self._board.state.collection)
        if measuring is not None:
            measuring.stop()

    def _on_event(self, request: MeasureRequest, measuring: _Measuring, event: JobEvent) -> None:
        name = request.collection
        match event:
            case Queued(reason=reason) if reason:
                measuring.running = Running(reason)
                self._board.show_on(name, running=measuring.running)
            case Progressed(done=done, total=total, label=label):
                measuring.running = Running(label, done, total)
                self._board.show_on(name, running=measuring.running)
            case Produced(kind="SettingProgress", item=item):
                told = SettingProgress.model_validate(item)
                measuring.progress = {**measuring.progress, told.setting: told}
                self._board.show_on(name, progress=measuring.progress)
            case Finished():
                self._end(request)
            case Cancelled():
                self._end(request)
                self._doors.around.messages.info("The measurement was stopped. Start it again to go on.")
            case Failed() | Crashed():
                self._end(request)
                self._board.say(name, trouble_of(event, after_crash=_CONTINUES))
            case _:
                pass

    def _end(self, request: MeasureRequest) -> None:
        """What came is in the database by now."""

        def then(found: _Measured | None) -> None:
            del self._under_way[request.collection]
            if request.collection != self._board.state.collection:
                return  # it is read when that is selected again
            self._board.show(running=None, progress={})
            if found is not None:
                self._show(found)
            self.show_history()

        self._doors.around.in_background(lambda: self._doors.measurements.find(request.folder), then)

    # -- looking into it --------------------------------------------------------------------------------------------

    def select_setting(self, number: int) -> None:
        self._board.show(setting=number)

    def select_question(self, question: str) -> None:
        self._board.show(question=question)


def _settings(state: MeasureState, current: RetrievalSetting) -> list[RetrievalSetting]:
    setup = state.setup
    sizes = [int(number) for number in re.findall(r"\d+", setup.sizes)]
    chunkers = [kind for kind in ChunkerKind if kind in setup.chunkers]
    tuned = [one for one in state.tuned if one.identity in setup.embedders]
    return combinations_of(
        chunkings=chunkings_of(current.chunking, sizes, [], chunkers),
        embedders=list({one.identity: one for one in (current.embedder, *tuned)}.values()),
        modes=[mode for mode in RetrievalMode if mode in setup.modes] or [current.mode],
        reranks=[False, True] if setup.rerank else [False],
        language=current.language,
    )
