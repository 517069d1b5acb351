"""The questions of a test set: written, marked, imported, generated, looked through. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workbench.datasets.beir import is_beir
from workbench.datasets.test_sets.types import Origin, Review
from workbench.datasets.types import Table
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.rag.evaluation.generating import GenerateReport, GenerateRequest
from workbench.rag.evaluation.importing import (
    DocumentFinder,
    Imported,
    guess_columns,
    import_beir,
    import_table,
    read_rows,
)
from workbench.rag.evaluation.measures import holds
from workbench.rag.evaluation.running import generate_job
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.search_types import Hit, Question, QuestionHits, RetrievalConfig, SearchRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import SEARCH
from workbench.ui.board import Running
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_exchange_part import ExchangePart
from workbench.ui.documents.measure_state import Columns, Draft, Shown
from workbench.ui.trouble import trouble_of

_PASSAGES = 20
_FIRST_SET = "Questions"
_Result = Imported | WorkbenchError


class QuestionsPart:
    """Methods are named after what the user did."""

    def __init__(self, board: MeasureBoard, doors: Doors) -> None:
        self._board, self._doors = board, doors
        self._search_turn = 0
        self._job: JobHandle | None = None
        self._table: Table | None = None
        self.exchange = ExchangePart(board, doors, self._take)

    def show_sets(self, chosen: str = "") -> None:
        """Read the test sets of the collection anew."""
        state = self._board.state
        sets = tuple(self._doors.sets.list_sets(state.collection)) if state.collection else ()
        names = [entry.name for entry in sets]
        wanted = chosen or state.set_name
        name = wanted if wanted in names else (names[0] if names else "")
        questions = self._doors.sets.questions(state.collection, name) if name else ()
        self._board.show(sets=sets, set_name=name, questions=questions, test_sets=self.exchange.list_test_sets())

    # -- sets -------------------------------------------------------------------------------------------------------

    def choose_set(self, name: str) -> None:
        self._board.show(draft=None, hits=(), trouble=None)
        self.show_sets(name)

    def begin_set(self) -> None:
        self._board.show(is_naming=True, name_trouble="")

    def leave_naming(self) -> None:
        self._board.show(is_naming=False, name_trouble="")

    def name_set(self, name: str) -> None:
        try:
            self._doors.sets.create(self._board.state.collection, name.strip())
        except WorkbenchError as problem:
            self._board.show(name_trouble=str(problem))
            return
        self._board.show(is_naming=False, name_trouble="", draft=None)
        self.show_sets(name.strip())

    def ask_to_delete(self) -> None:
        self._board.show(asks_to_delete=bool(self._board.state.set_name))

    def keep_set(self) -> None:
        self._board.show(asks_to_delete=False)

    def delete_set(self) -> None:
        state = self._board.state
        self._doors.sets.delete(state.collection, state.set_name)
        self._board.show(asks_to_delete=False, draft=None, hits=(), set_name="")
        self.show_sets()

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
        state, draft = self._board.state, self._board.state.draft
        if draft is None or not state.can_save:
            return
        if draft.id:
            old = next(q for q in state.questions if q.id == draft.id)
            changed = old.model_copy(update={"text": draft.text, "relevant": draft.relevant, "review": Review.ACCEPTED})
            self._doors.sets.change(changed)
        else:
            origin = Origin.MARKED if any(not p.is_whole_document for p in draft.relevant) else Origin.TYPED
            self._add([EvaluationQuestion(text=draft.text, relevant=draft.relevant, origin=origin)])
        self._board.show(draft=None, hits=(), was_searched=False)
        self.show_sets()

    def _add(self, questions: Sequence[EvaluationQuestion]) -> int:
        """Into the chosen set; one is made where there is none."""
        state = self._board.state
        if not state.set_name:
            self._doors.sets.create(state.collection, _FIRST_SET)
            self.show_sets(_FIRST_SET)
        return self._doors.sets.add(state.collection, self._board.state.set_name, questions)

    def accept(self) -> None:
        """The question as it stands in the form; then the next one that waits."""
        draft = self._board.state.draft
        if draft is None or not draft.id:
            return
        self.save()
        self._next_waiting()

    def accept_all(self) -> None:
        """Every question that waits."""
        self._doors.sets.review(self._board.state.waiting, Review.ACCEPTED)
        self._board.show(draft=None)
        self.show_sets()

    def reject(self) -> None:
        draft = self._board.state.draft
        if draft is not None and draft.id:
            self._doors.sets.review([draft.id], Review.REJECTED)
            self._board.show(draft=None)
            self.show_sets()
            self._next_waiting()

    def remove(self) -> None:
        draft = self._board.state.draft
        if draft is not None and draft.id:
            self._doors.sets.remove([draft.id])
        self._board.show(draft=None, hits=())
        self.show_sets()

    def _next_waiting(self) -> None:
        waiting = self._board.state.waiting
        if waiting:
            self.select(waiting[0])

    # -- import -----------------------------------------------------------------------------------------------------

    def import_path(self, path: str) -> None:
        """A folder in the BEIR layout is read at once; of a table the columns are shown first."""
        state, store = self._board.state, self._doors.around.collections
        self._board.show(trouble=None, mapping=None)

        def work() -> Table | _Result:
            try:
                chosen = Path(path)
                if chosen.is_dir() or chosen.name in {"queries.jsonl", "corpus.jsonl"}:
                    folder = chosen if chosen.is_dir() else chosen.parent
                    if not is_beir(folder):
                        raise WorkbenchError(
                            f"{folder.name} is not a test collection in the BEIR layout.",
                            hint="It needs queries.jsonl and a folder qrels. A table of questions is a file.",
                        )
                    return import_beir(folder, _finder(store, state.collection))
                return read_rows(chosen)
            except WorkbenchError as problem:
                return problem

        def then(found: Table | _Result) -> None:
            if isinstance(found, Table):
                self._table = found
                self._board.show(mapping=Columns(path, found.columns, guess_columns(found.columns)))
            else:
                self._take(found)

        self._doors.around.in_background(work, then)

    def map_column(self, meaning: str, column: str) -> None:
        """`meaning` is a field of `ColumnChoice`."""
        mapping = self._board.state.mapping
        if mapping is not None:
            self._board.show(mapping=replace(mapping, choice=replace(mapping.choice, **{meaning: column})))

    def leave_import(self) -> None:
        self._table = None
        self._board.show(mapping=None)

    def import_mapped(self) -> None:
        state, table = self._board.state, self._table
        if state.mapping is None or table is None:
            return
        choice, store, name = state.mapping.choice, self._doors.around.collections, state.collection

        def work() -> _Result:
            try:
                pages = _pages(store, name) if choice.page or choice.quote else {}
                return import_table(table, choice, _finder(store, name), pages)
            except WorkbenchError as problem:
                return problem

        self._doors.around.in_background(work, self._take)

    def _take(self, found: _Result) -> None:
        if isinstance(found, WorkbenchError):
            self._board.show(trouble=trouble_of(found))
            return
        new = self._add(found.questions)
        self.leave_import()
        self.show_sets()
        said = f"{len(found.questions)} questions, {new} of them new."
        if found.problems:
            rest = f" and {len(found.problems) - 3} more" if len(found.problems) > 3 else ""
            self._doors.around.messages.warning(said, f"{' '.join(found.problems[:3])}{rest}")
        else:
            self._doors.around.messages.info(said)

    # -- generate ---------------------------------------------------------------------------------------------------

    def choose_model(self, name: str) -> None:
        self._board.show(model=name)

    def choose_wanted(self, count: int) -> None:
        self._board.show(wanted=count)

    def generate(self) -> None:
        """Have the chosen model write questions; they wait for a look."""
        state, around = self._board.state, self._doors.around
        model = next((model for model in state.models if model.name == state.model), None)
        if model is None or state.generating is not None or not state.has_chunks:
            return
        self._add(())
        state = self._board.state
        request = GenerateRequest(
            collection=around.collections.ref(state.collection),
            test_set=state.set_name,
            model=model,
            load=around.catalog.load_config(model, around.settings().llm),
            count=state.wanted,
            seed=len(state.questions),
            known=tuple(question.text for question in state.questions),
        )
        self._board.show(generating=Running("Opening the model"), trouble=None)
        self._job = around.jobs.submit(
            generate_job(request), lambda event: self._on_generated(state.collection, model.name, event)
        )

    def stop_generating(self) -> None:
        """What was written so far stays."""
        if self._job is not None:
            self._job.cancel()

    def _on_generated(self, collection: str, model: str, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(generating=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(generating=Running(label, done, total))
                if collection == self._board.state.collection:
                    self.show_sets()
            case Finished(result=result):
                self._end_generating()
                report = GenerateReport.model_validate(result)
                self._tell(report, model)
                self._board.show(shown=Shown.WAITING if report.written else Shown.ALL)
                self._next_waiting()
            case Failed() | Crashed():
                self._end_generating()
                self._board.show(trouble=trouble_of(event))
            case Cancelled():
                self._end_generating()
            case _:
                pass

    def _tell(self, report: GenerateReport, model: str) -> None:
        messages = self._doors.around.messages
        if report.written:
            messages.info(report.in_words(model))
        else:
            messages.warning(report.in_words(model))

    def _end_generating(self) -> None:
        self._job = None
        self._board.show(generating=None)
        self.show_sets()


def _finder(store: CollectionStore, collection: str) -> DocumentFinder:
    documents = store.documents(collection)
    return DocumentFinder([d.name for d in documents if d.status is DocumentStatus.INDEXED])


def _pages(store: CollectionStore, collection: str) -> Mapping[str, Sequence[str]]:
    """The texts of all documents, for quotations."""
    return {document.name: [page.text for page in document.pages] for document in store.texts(collection)}
