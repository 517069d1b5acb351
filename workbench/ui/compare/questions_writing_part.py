"""Questions that a model writes out of documents. No Qt."""

from dataclasses import replace
from functools import partial
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.rag.asked_questions import WriteQuestionsRequest, write_questions_job
from workbench.rag.evaluation.generating import GenerateReport
from workbench.ui.board import Running
from workbench.ui.compare.questions_board import SetsBoard
from workbench.ui.compare.questions_editing_part import QuestionsEditingPart
from workbench.ui.compare.questions_part import QuestionsPart
from workbench.ui.compare.sets_state import SetsState
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried
from workbench.ui.widgets.model_choice import can_answer


class QuestionsWritingPart:
    """At most one model writes at a time; what it wrote waits for a look."""

    def __init__(self, board: SetsBoard, shown: QuestionsPart, editing: QuestionsEditingPart) -> None:
        self._board, self._shown, self._editing = board, shown, editing
        self._job_id = ""
        self._is_stopped = False

    def open(self, is_open: bool = True) -> None:
        """Show what has to be chosen."""
        if not is_open:
            self._show(is_open=False)
            return
        rooms, writing = self._board.rooms, self._board.state.writing
        models = tuple(model for model in rooms.models() if can_answer(model))
        collections = tuple(rooms.collections.names())
        names = [model.name for model in models]
        self._show(
            is_open=True,
            collections=collections,
            collection=writing.collection if writing.collection in collections else next(iter(collections), ""),
            models=models,
            model=writing.model if writing.model in names else next(iter(names), ""),
        )

    def take_models(self) -> None:
        """Models came or went."""
        if self._board.state.writing.is_open:
            self.open()

    def choose(self, field: str, value: Any) -> None:
        """`field` is one of `Writing`."""
        self._show(**{field: value})

    def write(self) -> None:
        """Begin. What is written goes into the shown set, or into a new one named after the collection."""
        writing, rooms, state = self._board.state.writing, self._board.rooms, self._board.state
        model = next((each for each in writing.models if each.name == writing.model), None)
        if writing.not_ready or model is None:
            return
        load = rooms.load(model)
        self._is_stopped = False
        self._show(running=Running(f"{model.name} reads passages"))

        def prepare() -> WriteQuestionsRequest:
            collection = rooms.collections.ref(writing.collection)
            name = state.name if state.can_edit else rooms.sets.create(rooms.sets.free_name(writing.collection))
            known = rooms.sets.questions(name)
            return WriteQuestionsRequest(
                collection=collection,
                test_set=name,
                model=model,
                load=load,
                count=writing.count,
                seed=len(known),
                known=tuple(question.question for question in known),
            )

        self._board.in_background(partial(tried, prepare), partial(self._submit, state))

    def _submit(self, before: SetsState, request: WriteQuestionsRequest | WorkbenchError) -> None:
        """`before` is what was shown when it began."""
        if isinstance(request, WorkbenchError):
            self._end()
            self._board.show(trouble=trouble_of(request))
            return
        name = request.test_set
        if not before.can_edit and _shown(self._board.state) == _shown(before):  # else something else is looked at
            self._shown.open(f"set:{name}")
        if self._is_stopped:
            self._end()
            return
        heard = partial(self._hear, name, request.model.name)
        self._job_id = self._board.jobs.submit(write_questions_job(request), heard).id

    def stop(self) -> None:
        """What was written stays."""
        self._is_stopped = True
        if self._job_id:
            self._board.jobs.cancel(self._job_id)

    def _hear(self, name: str, model: str, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._show(running=Running(label, done, total))
            case Produced(kind="SetQuestion"):
                if self._board.state.name == name and self._board.state.can_edit:
                    self._board.show_questions(self._board.rooms.sets.questions(name))
            case Finished(result=result):
                self._end()
                self._tell(name, model, GenerateReport.model_validate(result))
            case Failed() | Crashed():
                self._end()
                self._board.show(trouble=trouble_of(event))
            case Cancelled():
                self._end()
            case _:
                pass

    def _tell(self, name: str, model: str, report: GenerateReport) -> None:
        said = report.in_words(model)
        if not report.written:
            self._board.messages.warning(said)
            return
        self._board.messages.info(said)
        self._show(is_open=False)
        if self._board.state.name == name and self._board.state.draft is None:
            self._editing.look_through()

    def _end(self) -> None:
        self._job_id = ""
        self._show(running=None)

    def _show(self, **changes: Any) -> None:
        self._board.show(writing=replace(self._board.state.writing, **changes))


def _shown(sets: SetsState) -> tuple[str, str, str]:
    """Which questions are shown."""
    return sets.name, sets.file, sets.version
