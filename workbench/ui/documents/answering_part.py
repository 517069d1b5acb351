"""The job of a turn: what it says goes into the turn, a damaged index is mended and the question asked again. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.llm.types import GenerationConfig
from workbench.rag.answer_types import Answer, AnswerPrompt, StandaloneQuestion
from workbench.rag.indexing import INDEX_DAMAGED, damaged_collection, rebuild_spec
from workbench.rag.search_types import QuestionHits
from workbench.rag.store import CollectionStore
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.asking_requests import AskingRequests
from workbench.ui.documents.asking_state import Phase
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.conversation_state import AskedTurn
from workbench.ui.documents.judging_part import JudgingPart
from workbench.ui.documents.place_part import PlacePart
from workbench.ui.trouble import Trouble, trouble_of


class AnsweringPart:
    """One turn at a time."""

    def __init__(
        self,
        surroundings: Surroundings,
        board: AskingBoard,
        judging: JudgingPart,
        places: PlacePart,
        save: Callable[[], None],
    ) -> None:
        """`save` is called when a turn is over."""
        self._jobs = surroundings.jobs
        self._collections = surroundings.collections
        self._in_background = surroundings.in_background
        self._requests = AskingRequests(surroundings, board)
        self._board, self._judging, self._places, self._save = board, judging, places, save
        self._handle: JobHandle | None = None
        self._listens = 0

    def start(self, turn: AskedTurn, config: GenerationConfig) -> None:
        """Do what the turn asks for; it is shown as running already."""
        self._start(turn.id, lambda: self._requests.spec(turn, config))

    def stop(self) -> None:
        """What was written so far stays."""
        if self._handle is not None:
            self._handle.cancel()

    def leave(self) -> None:
        """The turn is left: its job is stopped and not heard any more."""
        self.stop()
        self._listens += 1
        self._handle = None

    def _start(self, turn_id: str, make_spec: Callable[[], JobSpec], healed: frozenset[str] = frozenset()) -> None:
        """`healed` are the collections whose index was restored for this turn."""
        self._listens += 1
        listens = self._listens
        try:
            spec = make_spec()
        except WorkbenchError as problem:
            self._over(turn_id, trouble_of(problem))
            return

        def heard(event: JobEvent) -> None:
            if listens == self._listens:
                self._on_event(turn_id, event, make_spec, healed)

        self._handle = self._jobs.submit(spec, heard)

    def _on_event(
        self, turn_id: str, event: JobEvent, make_spec: Callable[[], JobSpec], healed: frozenset[str]
    ) -> None:
        match event:
            case Queued(reason=label) | Progressed(label=label) if label:
                self._board.change_turn(turn_id, status=label)
            case Produced(kind=kind, item=item):
                self._on_produced(turn_id, kind, item)
            case Failed(code=code, facts=facts) if code == INDEX_DAMAGED:
                damaged = damaged_collection(self._collections, facts, self._board.state.selected)
                if damaged in healed:
                    self._over(turn_id, trouble_of(event))
                else:
                    self._heal(turn_id, make_spec, damaged, healed)
            case Failed() | Crashed():
                self._over(turn_id, trouble_of(event))
            case Finished() | Cancelled():
                self._over(turn_id)
            case _:
                pass

    def _on_produced(self, turn_id: str, kind: str, item: dict[str, object]) -> None:
        match kind:
            case "StandaloneQuestion":
                found = StandaloneQuestion.model_validate(item)
                rewritten = found.text if found.text != found.asked else ""
                self._board.change_turn(turn_id, standalone=rewritten, remark=found.remark)
            case "QuestionHits":
                hits = QuestionHits.model_validate(item).hits
                self._board.change_turn(turn_id, hits=hits, was_searched=True)
                self._judging.show_verdicts(turn_id)
            case "AnswerPrompt":
                self._board.change_turn(turn_id, prompt=AnswerPrompt.model_validate(item))
            case "TextProduced":
                self._board.append_answer(turn_id, str(item["text"]))
            case "Answer":
                self._show_answer(turn_id, Answer.model_validate(item))

    def _heal(self, turn_id: str, make_spec: Callable[[], JobSpec], damaged: str, healed: frozenset[str]) -> None:
        """An index lost something: restore it from the database, then ask again."""
        listens = self._listens

        def restored(event: JobEvent) -> None:
            if listens != self._listens:
                return
            match event:
                case Finished():
                    self._start(turn_id, make_spec, healed | {damaged})
                case Failed() | Crashed():
                    self._over(turn_id, trouble_of(event))
                case Cancelled():
                    self._over(turn_id)
                case _:
                    pass

        which = "" if damaged == self._board.state.selected else f" of “{damaged}”"
        self._board.change_turn(turn_id, status=f"Mending the index{which}")

        def begin(spec: JobSpec | WorkbenchError) -> None:
            if listens != self._listens:
                return
            if isinstance(spec, WorkbenchError):
                self._over(turn_id, trouble_of(spec))
            else:
                self._handle = self._jobs.submit(spec, restored)

        self._in_background(partial(_rebuild, self._collections, damaged), begin)

    def _show_answer(self, turn_id: str, answer: Answer) -> None:
        trouble = Trouble(answer.problem) if answer.problem else None
        self._board.change_turn(turn_id, answer=answer, answer_text=answer.answer, trouble=trouble)
        if answer.citations:
            self._places.open_place(answer.citations[0])

    def _over(self, turn_id: str, trouble: Trouble | None = None) -> None:
        self._handle = None
        turn = self._board.state.conversation.find(turn_id)
        if turn is None:
            self._board.show(phase=Phase.IDLE)
            return
        ended = replace(turn, is_running=False, status="", trouble=trouble or turn.trouble)
        self._board.put_turn(ended, phase=Phase.IDLE)
        self._save()


def _rebuild(collections: CollectionStore, name: str) -> JobSpec | WorkbenchError:
    """Writes the collection's texts for its job: takes a moment."""
    try:
        return rebuild_spec(collections, name)
    except WorkbenchError as problem:
        return problem
