"""Decides what happens on the page "Improve search". No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.rag.embedding_tuning.running import questions_to_tune_with, tune_job, tune_request, use_tuned
from workbench.rag.embedding_tuning.tuning_store import TuningStore
from workbench.rag.embedding_tuning.types import TuneRequest, TuningConfig, TuningStep
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.indexing import undo_rebuild
from workbench.rag.judgement_store import JudgementStore, Verdict
from workbench.rag.search_types import RetrievalMode
from workbench.ui import board
from workbench.ui.board import Running
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.tuning_state import TuningState
from workbench.ui.documents.under_way import UnderWay
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tried

_CONTINUES = "Start it again: it goes on where it was."


class TuningView(Protocol):
    def show_state(self, state: TuningState) -> None: ...


class TuningBoard(board.Board[TuningState, TuningView]):
    def __init__(self) -> None:
        super().__init__(TuningState())


@dataclass(frozen=True, slots=True)
class _Learned:
    """What can be learned from."""

    questions: int
    documents: int


@dataclass(slots=True)
class _Tuning(UnderWay):
    losses: tuple[tuple[float, float], ...] = ()
    steps: int = 0


class TuningPresenter:
    """At most one tuning for a collection at a time. Methods are named after what the user did."""

    def __init__(
        self, around: Surroundings, *, mode: Callable[[], RetrievalMode], switched: Callable[[], None]
    ) -> None:
        self._around, self._mode, self._switched = around, mode, switched
        database = around.collections.database
        self._sets, self._judgements = QuestionSetStore(database), JudgementStore(database)
        self._tunings = TuningStore(database)
        self._board = TuningBoard()
        self._under_way: dict[str, _Tuning] = {}
        """By collection."""

    @property
    def state(self) -> TuningState:
        return self._board.state

    def start(self, view: TuningView) -> None:
        """The page is shown for the first time."""
        self._board.put_up(view)

    def show_collection(self, tab: DocumentsState) -> None:
        """The tab shows a collection; nothing happens where the page shows it already."""
        if tab.selected == self.state.collection and tab.has_chunks == self.state.has_chunks:
            return
        is_other = tab.selected != self.state.collection
        self._board.show(collection=tab.selected, has_chunks=tab.has_chunks)
        if is_other:
            self._board.show(report=None, number=0, trouble=None, was_stopped=False, chosen=frozenset())
            self._show_running()
            self.refresh()

    def _show_running(self) -> None:
        """Another collection is shown: the tuning for it, if there is one under way."""
        tuning = self._under_way.get(self.state.collection)
        if tuning is None:
            self._board.show(running=None, losses=())
        else:
            self._board.show(running=tuning.running, losses=tuning.losses, steps=tuning.steps)

    def refresh(self) -> None:
        """Read anew what can be learned from, and what was tuned."""
        name = self.state.collection
        if not name:
            return
        collection = self._around.collections.find(name)
        sets = tuple(self._sets.list_sets(name))
        names = {entry.name for entry in sets}
        chosen = (self.state.chosen & names) or frozenset(names)
        verdicts = [judgement.verdict for judgement in self._judgements.list_judgements(name)]
        self._board.show(
            sets=sets,
            chosen=chosen,
            ups=verdicts.count(Verdict.RELEVANT),
            downs=verdicts.count(Verdict.IRRELEVANT),
            embedder=collection.embedder.name if collection else "",
            history=tuple(self._tunings.list_tunings(name)),
        )
        self._count()
        if self.state.history and self.state.report is None and self.state.running is None:
            self.open_tuning(self.state.history[0].id)
        self._look_whether_used()

    def _count(self) -> None:
        state = self.state
        name, chosen, thumbs = state.collection, sorted(state.chosen), state.thumbs

        def work() -> _Learned:
            questions, _ = questions_to_tune_with(self._sets, self._judgements, name, chosen, thumbs=thumbs)
            documents = {place.document for question in questions for place in question.relevant}
            return _Learned(len(questions), len(documents))

        def then(found: _Learned) -> None:
            if name == self.state.collection:
                self._board.show(questions=found.questions, documents=found.documents)

        self._around.in_background(work, then)

    def choose_set(self, name: str, is_on: bool) -> None:
        chosen = self.state.chosen | {name} if is_on else self.state.chosen - {name}
        self._board.show(chosen=frozenset(chosen))
        self._count()

    def choose_thumbs(self, is_on: bool) -> None:
        self._board.show(thumbs=is_on)
        self._count()

    def change(self, field: str, value: Any) -> None:
        """A field of `TuningConfig`."""
        try:
            config = TuningConfig.model_validate({**self.state.config.model_dump(), field: value})
        except ValidationError:
            return  # the field's own limits keep it from happening
        self._board.show(config=config)

    def tune(self) -> None:
        """Start, or go on with the same tuning that was stopped."""
        state = self.state
        if state.not_ready or state.collection in self._under_way:
            return
        tuning = self._under_way[state.collection] = _Tuning(Running("Getting ready"))
        self._board.show(trouble=None, report=None, number=0, was_stopped=False)
        self._show_running()
        mode = self._mode()  # of what is shown now, not once the request is made

        def work() -> TuneRequest:
            questions, useless = questions_to_tune_with(
                self._sets, self._judgements, state.collection, sorted(state.chosen), thumbs=state.thumbs
            )
            name = f"{state.embedder} for {state.collection}"[:80]
            return tune_request(
                self._around.collections,
                state.collection,
                questions,
                name=name,
                irrelevant=useless,
                config=state.config,
                mode=mode,
            )

        self._around.in_background(partial(tried, work), partial(self._submit, state.collection, tuning))

    def _submit(self, name: str, tuning: _Tuning, request: TuneRequest | WorkbenchError) -> None:
        if isinstance(request, WorkbenchError):
            self._end(name)
            self._say(name, trouble_of(request))
        elif tuning.is_stopped:
            self._end(name)
        else:
            tuning.job = self._around.jobs.submit(
                tune_job(request), lambda event: self._on_event(request, tuning, event)
            )

    def stop(self) -> None:
        """What was trained is kept; the same tuning started again goes on."""
        tuning = self._under_way.get(self.state.collection)
        if tuning is not None:
            tuning.stop()

    def _on_event(self, request: TuneRequest, tuning: _Tuning, event: JobEvent) -> None:
        name = request.collection.name
        match event:
            case Queued(reason=reason) if reason:
                tuning.running = Running(reason)
                self._show_on(name, running=tuning.running)
            case Progressed(done=done, total=total, label=label):
                tuning.running = Running(label, done, total)
                self._show_on(name, running=tuning.running)
            case Produced(kind="TuningStep", item=item):
                told = TuningStep.model_validate(item)
                tuning.losses, tuning.steps = (*tuning.losses, (float(told.step), told.loss)), told.steps
                self._show_on(name, losses=tuning.losses, steps=tuning.steps)
            case Finished():
                self._end(name)
                self._show_new(request)
            case Cancelled():
                self._end(name)
                self._show_on(name, was_stopped=True)
                self._around.messages.info("The tuning was stopped. Start it again to go on where it was.")
            case Failed() | Crashed():
                self._end(name)
                self._show_on(name, was_stopped=True)
                self._say(name, trouble_of(event, after_crash=_CONTINUES))
            case _:
                pass

    def _end(self, name: str) -> None:
        del self._under_way[name]
        self._show_on(name, running=None)

    def _show_on(self, name: str, **changes: Any) -> None:
        """Change these fields, if the page shows that collection."""
        if name == self.state.collection:
            self._board.show(**changes)

    def _say(self, name: str, trouble: Trouble) -> None:
        """What went wrong with a collection: on the page, or in the message bar where that shows another one."""
        if name == self.state.collection:
            self._board.show(trouble=trouble)
        else:
            self._around.messages.error(trouble.text, trouble.hint, trouble.details)

    def _show_new(self, request: TuneRequest) -> None:
        if request.collection.name == self.state.collection:
            self._board.show(report=None)
            self.refresh()

    def open_tuning(self, number: int) -> None:
        """Show an earlier tuning."""
        self._board.show(report=self._tunings.get(number), number=number)
        self._look_whether_used()

    def _look_whether_used(self) -> None:
        report, collection = self.state.report, self._around.collections.find(self.state.collection)
        tuned = report.tuned.embedder.identity if report else ""
        self._board.show(is_used=collection is not None and collection.embedder.identity == tuned)

    def use(self) -> None:
        """Let the tuned embedder search, where it is better."""
        if self.state.report is None:
            return
        try:
            use_tuned(self._around.collections, self.state.report)
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        self._around.messages.info(f"“{self.state.collection}” is searched with the tuned embedder now.")
        self._switched()
        self.refresh()

    def undo(self) -> None:
        """Back to the embedder before."""
        try:
            spec = undo_rebuild(self._around.collections, self.state.collection)
        except WorkbenchError as problem:
            self._board.show(trouble=Trouble(problem.message, problem.hint))
            return

        def again(event: JobEvent) -> None:
            if isinstance(event, Finished):
                self._switched()
                self.refresh()

        if spec is not None:
            self._around.jobs.submit(spec, again)
        self._around.messages.info("The earlier embedder searches again.")
        self._switched()
        self.refresh()
