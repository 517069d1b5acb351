"""One column answers: passages first where it has documents, then the answer, piece by piece. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.llm.tasks import ModelUnloaded
from workbench.llm.types import AdapterRef, ChatMessage, Completion, FinishReason, ModelRef, Role, Usage
from workbench.playground.conversation import Retrieved, Turn
from workbench.playground.tasks import ANSWER, AnswerBegun, AnswerReport, AnswerRequest, PassageText
from workbench.playground.types import QUESTION, Prompt
from workbench.rag.grounding import passage
from workbench.rag.indexing import INDEX_DAMAGED, rebuild_spec
from workbench.rag.search_types import Hit, Question, QuestionHits, RetrievalConfig, SearchRequest
from workbench.rag.tasks import SEARCH
from workbench.ui.playground.columns.board import Board, Surroundings
from workbench.ui.trouble import Trouble, trouble_of

if TYPE_CHECKING:
    from workbench.rag.store import CollectionStore

_AFTER_CRASH = "The text so far is kept. Asking again starts the engine anew."


@dataclass(slots=True)
class _Asking:
    """What is known of an answer while it comes."""

    column_id: str
    turn: Turn
    prompt: Prompt
    model: ModelRef
    continue_from: str = ""
    before: Completion | None = None
    """Of the part that is gone on with."""
    pieces: list[str] = field(default_factory=list)
    completion: Completion | None = None
    """Told before the end: the only thing that a stopped answer leaves."""
    handle: JobHandle | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class AnsweringPart:
    """`on_ended(column_id)` is called after each answer, however it ended."""

    def __init__(self, board: Board, around: Surroundings, on_ended: Callable[[str], None]) -> None:
        self._board = board
        self._around = around
        self._on_ended = on_ended
        self._askings: dict[str, _Asking] = {}

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
        asking = _Asking(column_id, running, prompt, model, continue_from, before)
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
            self._board.put_turn(column_id, _stopped(asking), running="", waits_for="", begun="")

    # -- passages -----------------------------------------------------------------------------------------------------

    def _search(self, asking: _Asking, collection: str, *, may_heal: bool) -> None:
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
                    hits = QuestionHits.model_validate(item).hits
                    asking.turn = asking.turn.model_copy(update={"retrieved": tuple(map(_retrieved, hits))})
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

    def _heal(self, asking: _Asking, collection: str) -> None:
        """The index lost something: restore it from the database, then search again."""

        def heard(event: JobEvent) -> None:
            if isinstance(event, Finished):
                self._search(asking, collection, may_heal=False)
            else:
                self._hear_bad_end(asking, event)

        self._board.change(asking.column_id, waits_for=f"Restoring the index of {collection}…")
        self._around.in_background(
            partial(_rebuild, self._around.collections, collection),
            lambda spec: self._restore(asking, spec, heard),
        )

    def _restore(self, asking: _Asking, spec: JobSpec | WorkbenchError, heard: Callable[[JobEvent], None]) -> None:
        if self._askings.get(asking.column_id) is not asking:
            return  # the conversation was left meanwhile
        if isinstance(spec, WorkbenchError):
            self._end_badly(asking, trouble_of(spec))
        else:
            self._submit(asking, spec, heard)

    # -- the answer ---------------------------------------------------------------------------------------------------

    def _answer(self, asking: _Asking) -> None:
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
        return AdapterRef(path=adapter.gguf_path)

    def _submit(self, asking: _Asking, spec: JobSpec, listener: Callable[[JobEvent], None]) -> None:
        def heard(event: JobEvent) -> None:
            if self._askings.get(asking.column_id) is not asking:
                return  # the conversation was left meanwhile
            try:
                listener(event)
            except WorkbenchError as problem:  # the next step of the answer cannot be made
                self._end_badly(asking, trouble_of(problem))

        asking.handle = self._around.jobs.submit(spec, heard)

    def _on_event(self, asking: _Asking, event: JobEvent) -> None:
        match event:
            case Produced(kind="TextProduced", item=item):
                self._hear_text(asking, item["text"])
            case Produced(kind="AnswerBegun", item=item):
                self._hear_begun(asking, AnswerBegun.model_validate(item))
            case Produced(kind="Completion", item=item):
                asking.completion = Completion.model_validate(item)
            case Produced(kind="ModelUnloaded", item=item):
                unloaded = ModelUnloaded.model_validate(item).name
                self._around.messages.info(f"{unloaded} was unloaded to make room for {asking.model.name}.")
            case Finished(result=result):
                self._end_well(asking, AnswerReport.model_validate(result))
            case _:
                self._hear_bad_end(asking, event)

    def _hear_text(self, asking: _Asking, text: str) -> None:
        # Not shown as a state: a thousand tokens would draw all columns a thousand times.
        asking.pieces.append(text)
        if len(asking.pieces) == 1:
            self._board.change(asking.column_id, waits_for="")
        if self._board.view is not None:
            self._board.view.append_answer(asking.column_id, text)

    def _hear_begun(self, asking: _Asking, begun: AnswerBegun) -> None:
        prefill = begun.begun.removesuffix(asking.continue_from) if asking.continue_from else begun.begun
        asking.turn = asking.turn.model_copy(
            update={"asked": asked_of(begun.messages), "prefill": prefill, "answer": begun.begun}
        )
        self._board.put_turn(asking.column_id, asking.turn, note=begun.note, begun=begun.begun)
        if self._board.view is not None:
            self._board.view.begin_answer(asking.column_id, begun.begun)

    def _hear_bad_end(self, asking: _Asking, event: JobEvent) -> None:
        """What every job of an answer may say besides its result."""
        match event:
            case Queued(reason=reason) if reason:
                self._board.change(asking.column_id, waits_for=reason)
            case Progressed(label=label) if label and not asking.pieces:
                self._board.change(asking.column_id, waits_for=f"{label}…")
            case Cancelled():
                self._end_stopped(asking)
            case Failed() | Crashed():
                self._end_badly(asking, trouble_of(event, after_crash=_AFTER_CRASH))
            case _:
                pass

    # -- ends ---------------------------------------------------------------------------------------------------------

    def _end_well(self, asking: _Asking, report: AnswerReport) -> None:
        known = {"model_hash": report.model_hash, "adapter_hash": report.completion.adapter_hash}
        extracted = report.extracted
        turn = asking.turn.model_copy(
            update={
                "answer": report.text,
                "completion": _together(asking.before, report.completion, report.text),
                "asked": asked_of(report.messages),
                "answered_by": asking.turn.answered_by.model_copy(update=known),
                "reasoning": extracted.reasoning if asking.prompt.reasoning is not None else "",
                "final_answer": extracted.answer if asking.prompt.reasoning is not None else "",
                "answer_rule": extracted.rule_sentence if asking.prompt.reasoning is not None else "",
                "is_answer_found": extracted.found,
            }
        )
        self._end(asking, turn, context_length=report.context_length, note=report.note)

    def _end_stopped(self, asking: _Asking) -> None:
        self._end(asking, _stopped(asking))

    def _end_badly(self, asking: _Asking, trouble: Trouble) -> None:
        turn = asking.turn.model_copy(
            update={
                "answer": asking.turn.answer + asking.text,
                "problem": trouble.text,
                "hint": trouble.hint,
                "details": trouble.details,
            }
        )
        self._end(asking, turn, offers=trouble.offers)

    def refuse(self, column_id: str, turn: Turn, problem: WorkbenchError) -> None:
        """It cannot even begin: said in this column, the others go on."""
        said = turn.model_copy(update={"problem": problem.message, "hint": problem.hint})
        self._board.put_turn(column_id, said, running="", waits_for="", undone="", note="", offers=())
        self._on_ended(column_id)

    def _end(self, asking: _Asking, turn: Turn, **changes: Any) -> None:
        if self._board.running_turn(asking.column_id, turn.id) is not None:
            del self._askings[asking.column_id]
            self._board.put_turn(asking.column_id, turn, running="", waits_for="", begun="", **changes)
            self._on_ended(asking.column_id)


def _stopped(asking: _Asking) -> Turn:
    """With the text so far. Its completion came before; without one the stop came before the model was loaded."""
    done = asking.completion or Completion(id=asking.turn.id, text=asking.text, finish_reason=FinishReason.CANCELLED)
    text = asking.turn.answer + done.text
    return asking.turn.model_copy(update={"answer": text, "completion": _together(asking.before, done, text)})


def asked_of(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """The user's messages at the end of what was sent, before a prefill: those of the last turn."""
    sent = list(messages)
    while sent and sent[-1].role is Role.ASSISTANT:
        sent.pop()
    start = len(sent)
    while start and sent[start - 1].role is Role.USER:
        start -= 1
    return tuple(sent[start:])


def _together(before: Completion | None, after: Completion, text: str) -> Completion:
    """The completion of a whole answer that came in two parts."""
    if before is None:
        return after.model_copy(update={"text": text})
    usage = Usage(
        prompt_tokens=before.usage.prompt_tokens,
        cached_tokens=before.usage.cached_tokens,
        generated_tokens=before.usage.generated_tokens + after.usage.generated_tokens,
        is_estimate=before.usage.is_estimate or after.usage.is_estimate,
    )
    costs = [one.cost for one in (before, after) if one.cost is not None]
    return after.model_copy(
        update={
            "text": text,
            "usage": usage,
            "seconds": before.seconds + after.seconds,
            "seconds_to_first_token": before.seconds_to_first_token,
            "cost": sum(costs) if costs else None,
        }
    )


def _retrieved(hit: Hit) -> Retrieved:
    """A hit as the model sees it, and where it stands."""
    shown = passage(hit)
    return Retrieved(title=shown.title, text=shown.text, document=hit.document, page=hit.page, score=hit.score)


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


def _rebuild(collections: "CollectionStore", name: str) -> JobSpec | WorkbenchError:
    """Reads all texts of the collection: not on the UI thread."""
    try:
        return rebuild_spec(collections, name)
    except WorkbenchError as problem:
        return problem
