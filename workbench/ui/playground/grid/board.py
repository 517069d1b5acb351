"""What the parts of the page's presenter share: the state in force, the view, and what is around it. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from workbench.playground.types import PromptVersion
from workbench.ui import board
from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.playground.prompt_source import PromptSource
from workbench.ui.protocols import Background, Messages, StoppableJobs

if TYPE_CHECKING:
    from workbench.datasets.types import Dataset
    from workbench.finetune.types import Adapter
    from workbench.paths import WorkbenchPaths
    from workbench.playground.grid.grid_store import GridStore
    from workbench.settings import Settings
    from workbench.ui.models.catalog import ModelCatalog


class SavedPrompts(Protocol):
    """`playground.prompt_store.PromptStore`, for reading."""

    def prompt_names(self) -> list[str]: ...
    def versions(self, prompt_name: str) -> list[PromptVersion]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page works with."""

    jobs: StoppableJobs
    messages: Messages
    catalog: "ModelCatalog"
    prompts: SavedPrompts
    source: PromptSource | None
    """The editor; None where there is none."""
    list_data_sets: "Callable[[], Sequence[Dataset]]"
    list_adapters: "Callable[[], Sequence[Adapter]]"
    store: "GridStore"
    paths: "WorkbenchPaths"
    settings: "Callable[[], Settings]"
    in_background: Background


class View(Protocol):
    def show_state(self, state: GridPageState) -> None: ...


class Board(board.Board[GridPageState, View]):
    def __init__(self) -> None:
        super().__init__(GridPageState())
