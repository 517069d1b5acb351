"""Questions that a model writes, into the test set that is shown; they wait for a look. No Qt."""

from collections.abc import Callable, Sequence

from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobHandle
from workbench.rag.evaluation.generating import GenerateReport, GenerateRequest
from workbench.rag.evaluation.running import generate_job
from workbench.rag.evaluation.types import EvaluationQuestion
from workbench.ui.board import Running
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_state import Shown
from workbench.ui.trouble import trouble_of


class GeneratingPart:
    """Methods are named after what the user did."""

    def __init__(
        self,
        board: MeasureBoard,
        doors: Doors,
        adding: Callable[[Sequence[EvaluationQuestion]], Callable[[], tuple[str, int]]],
        refresh: Callable[[Callable[[], None] | None], None],
        show_waiting: Callable[[], None],
    ) -> None:
        """`adding` gives what adds questions to the chosen test set, or to a new one, off the UI thread; `refresh`
        reads it anew and then does what it is given, `show_waiting` opens the first question that waits for a look."""
        self._board, self._doors = board, doors
        self._adding, self._refresh, self._show_waiting = adding, refresh, show_waiting
        self._job: JobHandle | None = None
        self._is_stopped = False

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
        load, adding = around.catalog.load_config(model, around.settings().llm), self._adding(())
        self._is_stopped = False
        self._board.show(generating=Running("Opening the model"), trouble=None)

        def prepare() -> GenerateRequest:
            return GenerateRequest(
                collection=around.collections.ref(state.collection),
                test_set=adding()[0],
                model=model,
                load=load,
                count=state.wanted,
                seed=len(state.questions),
                known=tuple(question.text for question in state.questions),
            )

        self._board.off_thread(prepare, self._submit, failed=lambda _: self._board.show(generating=None))

    def _submit(self, request: GenerateRequest) -> None:
        name = request.collection.name
        if name != self._board.state.collection:
            return  # another one is shown by now, and nothing was begun
        self._board.show(set_name=request.test_set)
        if self._is_stopped:
            self._end_generating()
            return
        self._job = self._doors.around.jobs.submit(
            generate_job(request), lambda event: self._on_generated(name, request.model.name, event)
        )

    def stop_generating(self) -> None:
        """What was written so far stays."""
        self._is_stopped = True
        if self._job is not None:
            self._job.cancel()

    def _on_generated(self, collection: str, model: str, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(generating=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(generating=Running(label, done, total))
                if collection == self._board.state.collection:
                    self._refresh(None)
            case Finished(result=result):
                report = GenerateReport.model_validate(result)
                self._tell(report, model)
                self._board.show(shown=Shown.WAITING if report.written else Shown.ALL)
                self._end_generating(self._show_waiting)
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

    def _end_generating(self, then: Callable[[], None] | None = None) -> None:
        self._job = None
        self._board.show(generating=None)
        self._refresh(then)
