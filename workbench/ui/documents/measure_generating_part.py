"""Questions that a model writes, into the test set that is shown; they wait for a look. No Qt."""

from collections.abc import Callable, Sequence
from functools import partial

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.rag.evaluation.generating import GenerateReport, GenerateRequest
from workbench.rag.evaluation.running import generate_job
from workbench.rag.evaluation.types import EvaluationQuestion
from workbench.ui.board import Running
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_state import Shown
from workbench.ui.documents.under_way import UnderWay
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried


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
        self._under_way: dict[str, UnderWay] = {}
        """By collection."""

    def show_running(self) -> None:
        """Another collection is shown: what is being written for it, if anything."""
        writing = self._under_way.get(self._board.state.collection)
        self._board.show(generating=writing.running if writing is not None else None)

    def choose_model(self, name: str) -> None:
        self._board.show(model=name)

    def choose_wanted(self, count: int) -> None:
        self._board.show(wanted=count)

    def generate(self) -> None:
        """Have the chosen model write questions; they wait for a look."""
        state, around = self._board.state, self._doors.around
        model = next((model for model in state.models if model.name == state.model), None)
        if model is None or state.collection in self._under_way or not state.has_chunks:
            return
        load, adding = around.catalog.load_config(model, around.settings().llm), self._adding(())
        writing = self._under_way[state.collection] = UnderWay(Running("Opening the model"))
        self._board.show(generating=writing.running, trouble=None)

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

        around.in_background(partial(tried, prepare), partial(self._submit, state.collection, writing))

    def _submit(self, name: str, writing: UnderWay, request: GenerateRequest | WorkbenchError) -> None:
        if isinstance(request, WorkbenchError):
            self._end_generating(name)
            self._board.say(name, trouble_of(request))
            return
        self._board.show_on(name, set_name=request.test_set)
        if writing.is_stopped:
            self._end_generating(name)
            return
        writing.job = self._doors.around.jobs.submit(
            generate_job(request), lambda event: self._on_generated(name, request.model.name, writing, event)
        )

    def stop_generating(self) -> None:
        """What was written so far stays."""
        writing = self._under_way.get(self._board.state.collection)
        if writing is not None:
            writing.stop()

    def _on_generated(self, collection: str, model: str, writing: UnderWay, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                writing.running = Running(reason)
                self._board.show_on(collection, generating=writing.running)
            case Progressed(done=done, total=total, label=label):
                writing.running = Running(label, done, total)
                self._board.show_on(collection, generating=writing.running)
                if collection == self._board.state.collection:
                    self._refresh(None)
            case Finished(result=result):
                report = GenerateReport.model_validate(result)
                self._tell(report, model)
                self._board.show_on(collection, shown=Shown.WAITING if report.written else Shown.ALL)
                self._end_generating(collection, self._show_waiting)
            case Failed() | Crashed():
                self._end_generating(collection)
                self._board.say(collection, trouble_of(event))
            case Cancelled():
                self._end_generating(collection)
            case _:
                pass

    def _tell(self, report: GenerateReport, model: str) -> None:
        messages = self._doors.around.messages
        if report.written:
            messages.info(report.in_words(model))
        else:
            messages.warning(report.in_words(model))

    def _end_generating(self, collection: str, then: Callable[[], None] | None = None) -> None:
        del self._under_way[collection]
        if collection == self._board.state.collection:
            self._board.show(generating=None)
            self._refresh(then)
