"""One column answers: passages first where it has documents, then the answer, piece by piece. No Qt."""

from collections.abc import Callable
from functools import partial
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobSpec
from workbench.llm.types import AdapterRef, Completion
from workbench.playground.conversation import Turn
from workbench.playground.tasks import ANSWER, AnswerBegun, AnswerReport, AnswerRequest, PassageText
from workbench.playground.types import QUESTION, Prompt
from workbench.rag.indexing import INDEX_DAMAGED, rebuild_spec
from workbench.rag.search_types import Question, QuestionHits, RetrievalConfig, SearchRequest
from workbench.rag.tasks import SEARCH
from workbench.ui.playground.columns.asking import Asking
from workbench.ui.playground.columns.board import Board, Surroundings
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tried

_AFTER_CRASH = "Asking again starts the engine anew."
_KEPT = "The text so far is kept."


class AnsweringPart:
    """`on_ended(column_id)` is called after each answer, however it ended."""

    def __init__(self, board: Board, around: Surroundings, on_ended: Callable[[str], None]) -> None:
        self._board = board
        self._around = around
        self._on_ended = on_ended
        self._askings: dict[str, Asking] = {}

    def ask(self, column_id: str, turn: Turn, prompt: Prompt, *, continues: bool = False) -> None:
        """Answer a turn, which is put into the column's conversation; `continues` goes on with the answer it has."""
        column = self._board.state.column(column_id)
        if column is None or column.running:
            return
        before, continue_from = (turn.completion, turn.answer.removeprefix(turn.prefill)) if continues else (None, "")
        running = turn.model_copy(update={"completion": None, "problem": "", "hint": "", "details": ""})
        model = self._around.catalog.find(column.setup.model_name)
        if model is None:
            self.refuse(column_id, running, _no_model(column.setup.model_name))
            return
        asking = Asking(column_id, running, prompt, model, continue_from, before)
        self._askings[column_id] = asking
        self._board.put_turn(
            column_id,
            running,
            running=turn.id,
            waits_for=f"Loading {model.name}…",
            begun=turn.answer,
            note="",
            undone="",
            offers=(),
        )
        if self._board.view is not None:
            self._board.view.begin_answer(column_id, turn.answer)
        try:
            if column.setup.collection and not continues:
                self._search(asking, column.setup.collection, may_heal=True)
            else:
                self._answer(asking)
        except WorkbenchError as problem:
            self._end_badly(asking, trouble_of(problem))

    def stop(self, column_id: str) -> None:
        """Keep the text that is there."""
        asking = self._askings.get(column_id)
        if asking is not None and asking.handle is not None:
            asking.handle.cancel()

    def leave(self, column_id: str) -> None:
        """The conversation is left: its answer is stopped, keeps what came, and is not heard any more."""
        self.stop(column_id)
        asking = self._askings.pop(column_id, None)
        if asking is not None:
            self._board.put_turn(column_id, asking.stopped(), running="", waits_for="", begun="")

    # -- passages -----------------------------------------------------------------------------------------------------

    def _search(self, asking: Asking, collection: str, *, may_heal: bool) -> None:
        request = SearchRequest(
            collection=self._around.collections.ref(collection),
            queries=(Question(text=asking.turn.question),),
            retrieval=RetrievalConfig(top_k=self._around.settings().rag.top_k),
        )
        self._board.change(asking.column_id, waits_for=f"Searching {collection}…")
        # In the worker of the chat model: what a search opens, the next one finds open.
        spec = JobSpec(task=SEARCH, params=request.model_dump(mode="json"), title=f"Search {collection}", worker="llm")

        def heard(event: JobEvent) -> None:
            match event:
                case Produced(kind="QuestionHits", item=item):
                    asking.take_hits(QuestionHits.model_validate(item).hits)
                    self._board.put_turn(asking.column_id, asking.turn)
                case Finished() if not asking.turn.retrieved:
                    raise _nothing_found(collection)  # the model could only invent
                case Finished():
                    self._answer(asking)
                case Failed(code=code) if code == INDEX_DAMAGED and may_heal:
                    self._heal(asking, collection)
                case _:
                    self._hear_bad_end(asking, event)

        self._submit(asking, spec, heard)

    def _heal(self, asking: Asking, collection: str) -> None:
        """The index lost something: restore it from the database, then search again."""

        def heard(event: JobEvent) -> None:
            if isinstance(event, Finished):
                self._search(asking, collection, may_heal=False)
            else:
                self._hear_bad_end(asking, event)

        self._board.change(asking.column_id, waits_for=f"Restoring the index of {collection}…")
        restore = partial(rebuild_spec, self._around.collections, collection)  # reads all texts of the collection
        self._around.in_background(partial(tried, restore), lambda spec: self._restore(asking, spec, heard))

    def _restore(self, asking: Asking, spec: JobSpec | WorkbenchError, heard: Callable[[JobEvent], None]) -> None:
        if self._askings.get(asking.column_id) is not asking:
            return  # the conversation was left meanwhile
        if isinstance(spec, WorkbenchError):
            self._end_badly(asking, trouble_of(spec))
        else:
            self._submit(asking, spec, heard)

    # -- the answer ---------------------------------------------------------------------------------------------------

    def _answer(self, asking: Asking) -> None:
        turn, model = asking.turn, asking.model
        request = AnswerRequest(
            id=turn.id,
            model=model,
            load=self._around.catalog.load_config(model, self._around.settings().llm),
            adapter=self._adapter_of(turn),
            prompt=asking.prompt,
            values={**turn.values, QUESTION: turn.question},
            earlier=self._board.conversation(asking.column_id).earlier(turn.parent_id),
            passages=tuple(PassageText(title=passage.title, text=passage.text) for passage in turn.retrieved),
            continue_from=asking.continue_from,
        )
        self._board.change(asking.column_id, waits_for=f"Loading {model.name}…")
        spec = JobSpec(
            task=ANSWER, params=request.model_dump(mode="json"), title=f"Answer with {model.name}", worker="llm"
        )
        self._submit(asking, spec, lambda event: self._on_event(asking, event))

    def _adapter_of(self, turn: Turn) -> AdapterRef | None:
        name = turn.answered_by.adapter_name
        if not name:
            return None
        adapter = next((one for one in self._around.list_adapters() if one.name == name), None)
        if adapter is None:
            raise WorkbenchError(f"The adapter {name} is not there any more.", hint="Choose another.")
        return AdapterRef(path=adapter.gguf_path, scale=turn.answered_by.adapter_scale)

    def _submit(self, asking: Asking, spec: JobSpec, listener: Callable[[JobEvent], None]) -> None:
        def heard(event: JobEvent) -> None:
            if self._askings.get(asking.column_id) is not asking:
                return  # the conversation was left meanwhile
            try:
                listener(event)
            except WorkbenchError as problem:  # the next step of the answer cannot be made
                self._end_badly(asking, trouble_of(problem))

        asking.handle = self._around.jobs.submit(spec, heard)

    def _on_event(self, asking: Asking, event: JobEvent) -> None:
        match event:
            case Produced(kind="TextProduced", item=item):
                self._hear_text(asking, item["text"])
            case Produced(kind="AnswerBegun", item=item):
                self._hear_begun(asking, AnswerBegun.model_validate(item))
            case Produced(kind="Completion", item=item):
                asking.completion = Completion.model_validate(item)
            case Finished(result=result):
                report = AnswerReport.model_validate(result)
                self._end(
                    asking,
                    asking.finished(report),
                    context_length=report.context_length,
                    memory=report.memory,
                    note=report.note,
                )
            case _:
                self._hear_bad_end(asking, event)

    def _hear_text(self, asking: Asking, text: str) -> None:
        # Not shown as a state: a thousand tokens would draw all columns a thousand times.
        asking.pieces.append(text)
        if len(asking.pieces) == 1:
            self._board.change(asking.column_id, waits_for="")
        if self._board.view is not None:
            self._board.view.append_answer(asking.column_id, text)

    def _hear_begun(self, asking: Asking, begun: AnswerBegun) -> None:
        asking.begin(begun)
        self._board.put_turn(asking.column_id, asking.turn, note=begun.note, begun=begun.begun)
        if self._board.view is not None:
            self._board.view.begin_answer(asking.column_id, begun.begun)

    def _hear_bad_end(self, asking: Asking, event: JobEvent) -> None:
        """What every job of an answer may say besides its result."""
        match event:
            case Queued(reason=reason) if reason:
                self._board.change(asking.column_id, waits_for=reason)
            case Progressed(label=label) if label and not asking.pieces:
                self._board.change(asking.column_id, waits_for=f"{label}…")
            case Cancelled():
                self._end(asking, asking.stopped())
            case Failed() | Crashed():
                has_text = bool(asking.turn.answer or asking.text)
                after_crash = f"{_KEPT} {_AFTER_CRASH}" if has_text else _AFTER_CRASH
                self._end_badly(asking, trouble_of(event, after_crash=after_crash))
            case _:
                pass

    # -- ends ---------------------------------------------------------------------------------------------------------

    def _end_badly(self, asking: Asking, trouble: Trouble) -> None:
        self._end(asking, asking.failed(trouble), offers=trouble.offers)

    def refuse(self, column_id: str, turn: Turn, problem: WorkbenchError) -> None:
        """It cannot even begin: said in this column, the others go on."""
        said = turn.model_copy(update={"problem": problem.message, "hint": problem.hint})
        self._board.put_turn(column_id, said, running="", waits_for="", undone="", note="", offers=())
        self._on_ended(column_id)

    def _end(self, asking: Asking, turn: Turn, **changes: Any) -> None:
        if self._board.running_turn(asking.column_id, turn.id) is not None:
            del self._askings[asking.column_id]
            self._board.put_turn(asking.column_id, turn, running="", waits_for="", begun="", **changes)
            self._on_ended(asking.column_id)


def _nothing_found(collection: str) -> WorkbenchError:
    return WorkbenchError(
        f"No passage was found in {collection}, so the model was not asked.",
        hint="Ask in other words, or ask without documents.",
    )


def _no_model(name: str) -> WorkbenchError:
    if not name:
        return WorkbenchError("No model is chosen.", hint="Choose one at the top of this column.")
    return WorkbenchError(
        f"The model {name} is not there any more.", hint="Choose another at the top of this column, and ask again."
    )
