"""Questions that a model writes, into the test set that is shown; they wait for a look. No Qt."""

from collections.abc import Callable

from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobHandle
from workbench.rag.evaluation.generating import GenerateReport, GenerateRequest
from workbench.rag.evaluation.running import generate_job
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
        make_set: Callable[[], None],
        refresh: Callable[[Callable[[], None] | None], None],
        show_waiting: Callable[[], None],
    ) -> None:
        """`make_set` makes a test set where there is none, `refresh` reads it anew and then does what it is given,
        `show_waiting` opens the first question that waits for a look."""
        self._board, self._doors = board, doors
        self._make_set, self._refresh, self._show_waiting = make_set, refresh, show_waiting
        self._job: JobHandle | None = None

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
        self._make_set()
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
