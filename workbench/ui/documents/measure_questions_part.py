"""The questions of a test set: written, marked, looked through. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from workbench.datasets.test_sets.types import Origin, Review
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced
from workbench.jobs.spec import JobSpec
from workbench.rag.evaluation.measures import holds
from workbench.rag.evaluation.set_store import SetEntry
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.search_types import (
    Hit,
    Question,
    QuestionHits,
    RetrievalConfig,
    SearchRequest,
)
from workbench.rag.tasks import SEARCH
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_exchange_part import ExchangePart
from workbench.ui.documents.measure_generating_part import GeneratingPart
from workbench.ui.documents.measure_import_part import ImportPart
from workbench.ui.documents.measure_state import Draft, Shown
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_PASSAGES = 20
_FIRST_SET = "Questions"


@dataclass(frozen=True, slots=True)
class _Sets:
    """What there is of a collection."""

    entries: tuple[SetEntry, ...]
    name: str
    """Of the one that is shown."""
    questions: tuple[EvaluationQuestion, ...]
    test_sets: tuple[str, ...]
    """Those of the Compare tab."""


class QuestionsPart:
    """Methods are named after what the user did."""

    def __init__(self, board: MeasureBoard, doors: Doors) -> None:
        self._board, self._doors = board, doors
        self._search_turn = self._read_turn = 0
        self.importing = ImportPart(board, doors, self._add_and_show)
        self.generating = GeneratingPart(board, doors, self._adding, self._refresh, self._next_waiting)
        self.exchange = ExchangePart(board, doors, self.importing.take)

    def show_sets(self, chosen: str = "", then: Callable[[], None] | None = None) -> None:
        """Read the test sets of the collection anew, then do something with them."""
        state, sets = self._board.state, self._doors.sets
        self._read_turn += 1
        turn, collection, wanted = self._read_turn, state.collection, chosen or state.set_name

        def work() -> _Sets:
            entries = tuple(sets.list_sets(collection)) if collection else ()
            names = [entry.name for entry in entries]
            name = wanted if wanted in names else (names[0] if names else "")
            questions = sets.questions(collection, name) if name else ()
            return _Sets(entries, name, questions, self.exchange.list_test_sets())

        def show(found: _Sets) -> None:
            if turn == self._read_turn:
                self._board.show(
                    sets=found.entries, set_name=found.name, questions=found.questions, test_sets=found.test_sets
                )
                if then is not None:
                    then()

        self._doors.around.in_background(work, show)

    # -- sets -------------------------------------------------------------------------------------------------------

    def choose_set(self, name: str) -> None:
        self._board.show(draft=None, hits=(), trouble=None)
        self.show_sets(name)

    def begin_set(self) -> None:
        self._board.show(is_naming=True, name_trouble="")

    def leave_naming(self) -> None:
        self._board.show(is_naming=False, name_trouble="")

    def name_set(self, name: str) -> None:
        collection = self._board.state.collection

        def then(problem: WorkbenchError | None) -> None:
            if self._board.state.collection != collection:
                return  # it is listed when that is selected again
            if problem is not None:
                self._board.show(name_trouble=str(problem))
                return
            self._board.show(is_naming=False, name_trouble="", draft=None)
            self.show_sets(name.strip())

        work = partial(tried, partial(self._doors.sets.create, collection, name.strip()))
        self._doors.around.in_background(work, then)

    def ask_to_delete(self) -> None:
        self._board.show(asks_to_delete=bool(self._board.state.set_name))

    def keep_set(self) -> None:
        self._board.show(asks_to_delete=False)

    def delete_set(self) -> None:
        state = self._board.state
        self._board.show(asks_to_delete=False)

        def then(_nothing: None) -> None:
            if self._board.state.collection == state.collection:
                self._board.show(draft=None, hits=(), set_name="")
                self.show_sets()

        self._board.off_thread(partial(self._doors.sets.delete, state.collection, state.set_name), then)

    # -- one question -----------------------------------------------------------------------------------------------

    def show_only(self, shown: str) -> None:
        self._board.show(shown=Shown(shown))

    def begin_question(self) -> None:
        self._board.show(draft=Draft(), hits=(), was_searched=False, trouble=None)

    def select(self, question_id: str) -> None:
        """Look at a question, and change it."""
        found = next((q for q in self._board.state.questions if q.id == question_id), None)
        if found is None or (self._board.state.draft and self._board.state.draft.id == question_id):
            return
        draft = Draft(
            found.id, found.text, found.relevant, found.review, found.origin is Origin.GENERATED, found.remark
        )
        self._board.show(draft=draft, hits=(), was_searched=False, trouble=None)

    def edit_text(self, text: str) -> None:
        draft = self._board.state.draft
        if draft is not None and draft.text != text:
            self._board.show(draft=replace(draft, text=text))

    def search(self) -> None:
        """Find passages that may answer the question, to be marked."""
        state = self._board.state
        if state.draft is None or not state.draft.text.strip() or not state.has_chunks:
            return
        self._search_turn += 1
        turn = self._search_turn
        request = SearchRequest(
            collection=self._doors.around.collections.ref(state.collection),
            queries=(Question(text=state.draft.text),),
            retrieval=RetrievalConfig(top_k=_PASSAGES),
        )
        self._board.show(is_searching=True, hits=(), trouble=None)

        def heard(event: JobEvent) -> None:
            if turn == self._search_turn:
                self._on_found(event)

        spec = JobSpec(task=SEARCH, params=request.model_dump(mode="json"), title="Find passages", worker="llm")
        self._doors.around.jobs.submit(spec, heard)

    def leave_search(self) -> None:
        """What is still being looked for is not shown any more."""
        self._search_turn += 1
        self._board.show(is_searching=False)

    def _on_found(self, event: JobEvent) -> None:
        match event:
            case Produced(kind="QuestionHits", item=item):
                self._board.show(hits=QuestionHits.model_validate(item).hits)
            case Finished() | Cancelled():
                self._board.show(is_searching=False, was_searched=True)
            case Failed() | Crashed():
                self._board.show(is_searching=False, trouble=trouble_of(event))
            case _:
                pass

    def mark(self, hit: Hit, *, is_relevant: bool) -> None:
        """A passage answers the question, or does not."""
        draft = self._board.state.draft
        if draft is None:
            return
        kept = tuple(place for place in draft.relevant if place.is_whole_document or not holds(hit, place))
        if is_relevant:
            kept = (*kept, RelevantPlace(document=hit.document, page=hit.page, start=hit.start, end=hit.end))
        self._board.show(draft=replace(draft, relevant=kept))

    def remove_place(self, place: RelevantPlace) -> None:
        draft = self._board.state.draft
        if draft is not None:
            self._board.show(draft=replace(draft, relevant=tuple(one for one in draft.relevant if one != place)))

    def save(self) -> None:
        """Keep the question; a generated one that was changed counts as accepted."""
        self._save(None)

    def _save(self, then: Callable[[], None] | None) -> None:
        state, draft = self._board.state, self._board.state.draft
        if draft is None or not state.can_save:
            return
        if draft.id:
            old = next(q for q in state.questions if q.id == draft.id)
            changed = old.model_copy(update={"text": draft.text, "relevant": draft.relevant, "review": Review.ACCEPTED})
            self._write(partial(self._doors.sets.change, changed), then)
        else:
            origin = Origin.MARKED if any(not p.is_whole_document for p in draft.relevant) else Origin.TYPED
            new = EvaluationQuestion(text=draft.text, relevant=draft.relevant, origin=origin)
            self._write(self._adding([new]), then)

    def _write(self, change: Callable[[], object], then: Callable[[], None] | None = None) -> None:
        """Change the set off the UI thread. The form is free at once; it is filled again where that goes wrong and
        nothing else was begun."""
        state = self._board.state
        self._board.show(draft=None, hits=(), was_searched=False, trouble=None)

        def done(_result: object) -> None:
            if self._board.state.collection == state.collection:
                self.show_sets(then=then)

        def failed(_problem: WorkbenchError) -> None:
            if self._board.state.draft is None:
                self._board.show(draft=state.draft, hits=state.hits, was_searched=state.was_searched)

        self._board.off_thread(change, done, failed=failed)

    def _add_and_show(self, questions: Sequence[EvaluationQuestion], then: Callable[[int], None]) -> None:
        collection = self._board.state.collection

        def done(added: tuple[str, int]) -> None:
            name, new = added
            then(new)
            if self._board.state.collection == collection:
                self.show_sets(name)

        self._board.off_thread(self._adding(questions), done)

    def _refresh(self, then: Callable[[], None] | None) -> None:
        self.show_sets(then=then)

    def _adding(self, questions: Sequence[EvaluationQuestion]) -> Callable[[], tuple[str, int]]:
        """What adds them to the chosen set, off the UI thread; one is made where there is none. Gives its name, and how
        many are new."""
        sets, collection, chosen = self._doors.sets, self._board.state.collection, self._board.state.set_name

        def add() -> tuple[str, int]:
            name = chosen or _FIRST_SET
            if not chosen and all(entry.name != name for entry in sets.list_sets(collection)):
                sets.create(collection, name)
            return name, sets.add(collection, name, questions)

        return add

    def accept(self) -> None:
        """The question as it stands in the form; then the next one that waits."""
        draft = self._board.state.draft
        if draft is None or not draft.id:
            return
        self._save(self._next_waiting)

    def accept_all(self) -> None:
        """Every question that waits."""
        self._write(partial(self._doors.sets.review, self._board.state.waiting, Review.ACCEPTED))

    def reject(self) -> None:
        draft = self._board.state.draft
        if draft is not None and draft.id:
            self._write(partial(self._doors.sets.review, [draft.id], Review.REJECTED), self._next_waiting)

    def remove(self) -> None:
        draft = self._board.state.draft
        if draft is not None and draft.id:
            self._write(partial(self._doors.sets.remove, [draft.id]))
        else:
            self._board.show(draft=None, hits=())

    def _next_waiting(self) -> None:
        waiting = self._board.state.waiting
        if waiting:
            self.select(waiting[0])
