"""What the parts of the Documents tab's presenter share: the state, the view, the doors. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.finetune.types import Adapter
from workbench.llm.types import LoadConfig, ModelRef
from workbench.rag.collection_jobs import CollectionJobs
from workbench.rag.store import CollectionStore
from workbench.settings import LlmSettings, Settings
from workbench.ui import board
from workbench.ui.documents.state import DocumentsState
from workbench.ui.protocols import Background, Messages, Navigator


class Catalog(Protocol):
    """The part of `ui.models.catalog.ModelCatalog` that this tab uses."""

    @property
    def answering(self) -> tuple[ModelRef, ...]: ...
    def load_config(self, model: ModelRef, llm: LlmSettings) -> LoadConfig: ...
    def raise_context(self, model: ModelRef, length: int) -> None: ...
    def ensure(self) -> None: ...
    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the tab is given; every page may use it."""

    jobs: CollectionJobs
    messages: Messages
    navigator: Navigator
    collections: CollectionStore
    catalog: Catalog
    settings: Callable[[], Settings]
    in_background: Background
    list_adapters: Callable[[], Sequence[Adapter]] = tuple
    """Those that were trained or imported here."""


class View(Protocol):
    def show_state(self, state: DocumentsState) -> None: ...
    def show_page(self, key: str) -> None:
        """Bring a page to the front."""
        ...


class Board(board.Board[DocumentsState, View]):
    def __init__(self) -> None:
        super().__init__(DocumentsState())

    def show_page(self, key: str) -> None:
        if self.view is not None:
            self.view.show_page(key)
