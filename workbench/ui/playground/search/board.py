"""What the parts of the page's presenter share: the state in force, the view, and what lies around. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.ui import board
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.prompt_source import PromptSource
from workbench.ui.playground.search.state import SearchState
from workbench.ui.protocols import Background, Messages, Navigator, StoppableJobs

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore
    from workbench.paths import WorkbenchPaths
    from workbench.playground.prompt_store import PromptStore
    from workbench.playground.search.store import PromptSearchStore
    from workbench.settings import Settings


class View(Protocol):
    def show_state(self, state: SearchState) -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page works with."""

    jobs: StoppableJobs
    messages: Messages
    navigator: Navigator
    source: PromptSource
    catalog: ModelCatalog
    data_sets: "DatasetStore"
    prompts: "PromptStore"
    searches: "PromptSearchStore"
    paths: "WorkbenchPaths"
    settings: "Callable[[], Settings]"
    in_background: Background


class Board(board.Board[SearchState, View]):
    def __init__(self) -> None:
        super().__init__(SearchState())

    def set_up(self, **changes: Any) -> None:
        """Change these fields of what the user chose."""
        self.show(setup=replace(self.state.setup, **changes))
