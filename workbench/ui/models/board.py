"""What the parts of the Models tab's presenter share. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbench.jobs.spec import Jobs
from workbench.llm.fit import available_memory
from workbench.settings import Settings
from workbench.ui import board
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.models.state import ModelsState
from workbench.ui.protocols import Background, Messages, Navigator, at_once

if TYPE_CHECKING:
    from workbench.finetune.types import Adapter


class View(Protocol):
    def show_state(self, state: ModelsState) -> None: ...
    def open_folder(self, path: str) -> None:
        """Show a folder in the system's file manager."""
        ...


def _no_adapters() -> "Sequence[Adapter]":
    return ()


def _unknown(_path: Path) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the tab is given."""

    catalog: ModelCatalog
    jobs: Jobs
    messages: Messages
    navigator: Navigator
    settings: Callable[[], Settings]
    change_settings: Callable[[Settings], None]
    """Puts them in force; the catalog hears of it (`ModelCatalog.follow_preferences`)."""
    known_hash: Callable[[Path], str] = _unknown
    """The SHA-256 of a file as it lies there, "" when it was not computed yet."""
    adapters: "Callable[[], Sequence[Adapter]]" = _no_adapters
    in_background: Background = at_once
    free_bytes: Callable[[], int] = available_memory


class Board(board.Board[ModelsState, View]):
    def __init__(self) -> None:
        super().__init__(ModelsState())
