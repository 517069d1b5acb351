"""What the parts of the Models tab's presenter share. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.jobs.spec import Jobs
from workbench.llm.fit import free_memory
from workbench.settings import Settings
from workbench.ui import board
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.models.state import ModelsState
from workbench.ui.protocols import Messages, Navigator

if TYPE_CHECKING:
    from workbench.finetune.types import Adapter

Background = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Does work that would stall the window; the second callable gets its result on the UI thread."""


class View(Protocol):
    def show_state(self, state: ModelsState) -> None: ...
    def open_folder(self, path: str) -> None:
        """Show a folder in the system's file manager."""
        ...


def at_once(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
    """Where nobody waits: tests, and programs without a window."""
    then(work())


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
    known_hash: Callable[[Path], str] = _unknown
    """The SHA-256 of a file as it lies there, "" when it was not computed yet."""
    adapters: "Callable[[], Sequence[Adapter]]" = _no_adapters
    in_background: Background = at_once
    free_bytes: Callable[[], int] = free_memory


class Board(board.Board[ModelsState, View]):
    def __init__(self) -> None:
        super().__init__(ModelsState())
