"""What the parts of the page "Measure" share: the state, the view, the doors. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.ui import board
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.measure_state import MeasureState


class MeasureView(Protocol):
    def show_state(self, state: MeasureState) -> None: ...


class MeasureBoard(board.Board[MeasureState, MeasureView]):
    def __init__(self) -> None:
        super().__init__(MeasureState())


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
