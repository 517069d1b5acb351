"""Questions go to the test sets of Compare, and come from them. No Qt."""

from collections.abc import Callable

from workbench.datasets.test_sets.store import TestSetStore
from workbench.errors import WorkbenchError
from workbench.rag.asked_questions import to_retrieval_set
from workbench.rag.evaluation.importing import DocumentFinder, Imported
from workbench.rag.indexing_types import DocumentStatus
from workbench.ui.documents.measure_board import Doors, MeasureBoard

_Result = Imported | WorkbenchError


class ExchangePart:
    """Methods are named after what the user did. `take` puts questions into the shown set."""

    def __init__(self, board: MeasureBoard, doors: Doors, take: Callable[[_Result], None]) -> None:
        self._board, self._doors, self._take = board, doors, take
        self._sets = TestSetStore(doors.around.collections.database)

    def list_test_sets(self) -> tuple[str, ...]:
        """Those of Compare, by name."""
        return tuple(entry.name for entry in self._sets.list_sets())

    def use_in_compare(self) -> None:
        """The shown set becomes a test set; who answers right is for somebody to write there."""
        state = self._board.state
        if state.set_name:
            self._doors.around.navigator.open_tab("compare", collection=state.collection, retrieval_set=state.set_name)

    def take_test_set(self, name: str) -> None:
        """Questions whose sources are documents of this collection."""
        collection, store = self._board.state.collection, self._doors.around.collections

        def work() -> _Result:
            try:
                documents = store.documents.of(collection)
                names = [d.name for d in documents if d.status is DocumentStatus.INDEXED]
                finder = DocumentFinder([*names, *store.members.names(collection)])
                found = to_retrieval_set(self._sets.questions(name), collection, finder)
            except WorkbenchError as problem:
                return problem
            if found.questions:
                return found
            return WorkbenchError(
                f"No question of “{name}” names a document of this collection as its source.",
                hint="Name the sources on the Compare tab, or choose another collection.",
            )

        self._doors.around.in_background(work, self._take)
