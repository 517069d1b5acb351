"""Questions that a model writes out of documents. No Qt."""

from dataclasses import replace
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.rag.asked_questions import WriteQuestionsRequest, write_questions_job
from workbench.rag.evaluation.generating import GenerateReport
from workbench.ui.board import Running
from workbench.ui.compare.questions_board import SetsBoard
from workbench.ui.compare.questions_editing_part import QuestionsEditingPart
from workbench.ui.compare.questions_part import QuestionsPart
from workbench.ui.trouble import trouble_of
from workbench.ui.widgets.model_choice import can_answer


class QuestionsWritingPart:
    """At most one model writes at a time; what it wrote waits for a look."""

    def __init__(self, board: SetsBoard, shown: QuestionsPart, editing: QuestionsEditingPart) -> None:
        self._board, self._shown, self._editing = board, shown, editing
        self._job_id = ""

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
        try:
            name = state.name if state.can_edit else rooms.sets.create(rooms.sets.free_name(writing.collection))
            request = WriteQuestionsRequest(
                collection=rooms.collections.ref(writing.collection),
                test_set=name,
                model=model,
                load=rooms.load(model),
                count=writing.count,
                seed=len(rooms.sets.questions(name)),
                known=tuple(question.question for question in rooms.sets.questions(name)),
            )
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        if not state.can_edit:
            self._shown.open(f"set:{name}")
        self._show(running=Running(f"{model.name} reads passages"))
        job = write_questions_job(request)
        self._job_id = self._board.jobs.submit(job, lambda event: self._hear(name, model.name, event)).id

    def stop(self) -> None:
        """What was written stays."""
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
