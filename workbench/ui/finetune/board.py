"""What the parts of the Fine-tune tab's presenter share: the state, the view, the stores."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.paths import WorkbenchPaths
from workbench.settings import Settings
from workbench.ui import board
from workbench.ui.finetune.adapters_state import AdapterState
from workbench.ui.finetune.setup_state import SetupState
from workbench.ui.finetune.state import ExportState, FinetuneState
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, Messages, Navigator, at_once

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore
    from workbench.finetune.store import AdapterStore
    from workbench.rag.store import CollectionStore


class View(Protocol):
    def show_state(self, state: FinetuneState) -> None: ...
    def is_seen(self) -> bool:
        """Whether the tab is in front of the others."""
        ...

    def open_folder(self, path: str) -> None:
        """Show a folder in the system's file manager."""
        ...


class TrainingJobs(Protocol):
    """`Jobs`, and what trainings need besides (JobBridge, FakeJobs)."""

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle: ...
    def cancel(self, job_id: str) -> None: ...
    def move_up(self, job_id: str) -> bool: ...
    def send_command(self, job_id: str, name: str, **arguments: Any) -> None: ...


def _keep_nothing(_settings: Settings) -> None:
    """For programs without settings of their own."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the tab is given."""

    jobs: TrainingJobs
    messages: Messages
    navigator: Navigator
    datasets: "DatasetStore"
    adapters: "AdapterStore"
    paths: WorkbenchPaths
    catalog: ModelCatalog
    settings: Callable[[], Settings] = Settings
    change_settings: Callable[[Settings], None] = _keep_nothing
    collections: "CollectionStore | None" = None
    """Whose text can be learned; None: this window has no documents."""
    in_background: Background = at_once
    is_chat_warm: Callable[[], bool] = lambda: False
    """Whether a worker runs that may keep chat models loaded."""


class Board(board.Board[FinetuneState, View]):
    def __init__(self) -> None:
        super().__init__(FinetuneState())

    @property
    def setup(self) -> SetupState:
        return self.state.setup

    def show_setup(self, **changes: Any) -> None:
        self.show(setup=replace(self.state.setup, **changes))

    @property
    def adapter(self) -> AdapterState:
        return self.state.adapter

    def show_adapter(self, **changes: Any) -> None:
        self.show(adapter=replace(self.state.adapter, **changes))

    def show_export(self, **changes: Any) -> None:
        if self.state.export is not None:
            export: ExportState = replace(self.state.export, **changes)
            self.show(export=export)
