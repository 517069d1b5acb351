"""What the parts of the presenter share: the state, the view, the doors. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.settings import Settings
from workbench.ui import board
from workbench.ui.hub.state import HubState
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, Messages, Navigator


class View(Protocol):
    def show_state(self, state: HubState) -> None: ...
    def is_seen(self) -> bool:
        """Whether the user has it before their eyes."""
        ...


class HubJobs(Protocol):
    """`Jobs`, and what downloads need besides (JobBridge, FakeJobs)."""

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle: ...
    def send_command(self, job_id: str, name: str, **arguments: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the presenter is given."""

    jobs: HubJobs
    messages: Messages
    navigator: Navigator
    catalog: ModelCatalog
    models_folder: Path
    settings: Callable[[], Settings]
    in_background: Background


class Board(board.Board[HubState, View]):
    """Knows besides whether somebody looks."""

    @property
    def is_seen(self) -> bool:
        return self.view is not None and self.view.is_seen()
