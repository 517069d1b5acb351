"""Decides what happens on the page "Measure". No Qt."""

from collections.abc import Callable

from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.purged import Purged
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.measure_board import Doors, MeasureBoard, MeasureView
from workbench.ui.documents.measure_compare_part import ComparePart
from workbench.ui.documents.measure_forgetting import without_purged
from workbench.ui.documents.measure_questions_part import QuestionsPart
from workbench.ui.documents.measure_state import MeasureState, Part
from workbench.ui.documents.measure_using_part import UsingPart
from workbench.ui.documents.state import DocumentsState
from workbench.ui.widgets.model_choice import can_answer


class MeasurePresenter:
    """`questions` holds what happens with test sets, `comparing` what happens with settings, `using` what is done
    with what was found."""

    def __init__(
        self,
        around: Surroundings,
        *,
        search: Callable[[], SearchSettings],
        change_search: Callable[[RetrievalMode, str], None],
        switched: Callable[[], None],
    ) -> None:
        database = around.collections.database
        doors = Doors(around, QuestionSetStore(database), MeasurementStore(database), search, change_search, switched)
        self._board = MeasureBoard(around)
        self._around = around
        self.questions = QuestionsPart(self._board, doors)
        self.comparing = ComparePart(self._board, doors)
        self.using = UsingPart(self._board, doors, self.comparing.show_history)

    @property
    def state(self) -> MeasureState:
        return self._board.state

    def start(self, view: MeasureView) -> None:
        """The page is shown for the first time."""
        self._board.put_up(view)
        self._around.jobs.on_purge(self.forget_documents)
        self._around.catalog.subscribe(self._show_models)
        self._show_models()

    def show_collection(self, tab: DocumentsState) -> None:
        """The tab shows a collection; nothing happens where the page shows it already."""
        if tab.selected == self.state.collection:
            if tab.has_chunks != self.state.has_chunks:
                self._board.show(has_chunks=tab.has_chunks)
            return
        self._board.show(
            collection=tab.selected,
            has_chunks=tab.has_chunks,
            set_name="",
            draft=None,
            hits=(),
            report=None,
            outcomes=(),
            setting=-1,
            question="",
            trouble=None,
            mapping=None,
            can_undo=False,
        )
        # What runs goes on, and is shown when the collection is selected again.
        self.questions.generating.show_running()
        self.comparing.show_running()
        self.questions.show_sets()
        self.comparing.show_history()

    def forget_documents(self, purged: Purged) -> None:
        """These documents are gone for good, and with them what names or quotes them."""
        if purged.collection == self.state.collection:
            self.questions.leave_search()
            self.comparing.leave_reading()
            self._board.show(**without_purged(self.state, purged))
            self.questions.show_sets()
            self.comparing.show_history()

    def show_part(self, part: str) -> None:
        self._board.show(part=Part(part))

    def _show_models(self) -> None:
        models = tuple(model for model in self._around.catalog.answering if can_answer(model))
        names = [model.name for model in models]
        chosen = self.state.model if self.state.model in names else (names[0] if names else "")
        self._board.show(models=models, model=chosen)
