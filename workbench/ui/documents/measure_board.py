"""What the parts of the page "Measure" share: the state, the view, the doors. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from workbench.errors import WorkbenchError
from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.ui import board
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.measure_state import MeasureState
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tell, tried

T = TypeVar("T")


class MeasureView(Protocol):
    def show_state(self, state: MeasureState) -> None: ...


def _keep(_problem: WorkbenchError) -> None:
    """Nothing was changed on the page."""


class MeasureBoard(board.Board[MeasureState, MeasureView]):
    def __init__(self, around: Surroundings) -> None:
        super().__init__(MeasureState())
        self._around = around

    def show_on(self, collection: str, **changes: Any) -> None:
        """Change these fields, if the page shows that collection."""
        if collection == self.state.collection:
            self.show(**changes)

    def say(self, collection: str, trouble: Trouble) -> None:
        """What went wrong with a collection: on the page, or in the message bar where that shows another one."""
        if collection == self.state.collection:
            self.show(trouble=trouble)
        else:
            self._around.messages.error(trouble.text, trouble.hint, trouble.details)

    def off_thread(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        *,
        failed: Callable[[WorkbenchError], None] = _keep,
    ) -> None:
        """Do it off the UI thread, then what follows. What goes wrong is said: on the page, or in the message bar where
        that shows another collection by then; `failed` puts back what the page showed as done already."""
        collection = self.state.collection

        def done(found: T | WorkbenchError) -> None:
            if not isinstance(found, WorkbenchError):
                then(found)
            elif self.state.collection != collection:
                tell(self._around.messages, found)
            else:
                failed(found)
                self.show(trouble=trouble_of(found))

        self._around.in_background(partial(tried, work), done)


@dataclass(frozen=True, slots=True)
class Doors:
    """What the page works with."""

    around: Surroundings
    sets: QuestionSetStore
    measurements: MeasurementStore
    search: Callable[[], SearchSettings]
    """How the collection is searched on the page "Ask"."""
    change_search: Callable[[RetrievalMode, str], None]
    """Have it searched in another way there: by that mode, with that reranker (or none)."""
    switched: Callable[[], None]
    """The collection is searched by another index now."""
