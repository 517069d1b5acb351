"""What the parts of the Fine-tune tab's presenter share: the state, the view, the stores."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed
from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.paths import WorkbenchPaths
from workbench.ui.finetune.state import ExportState, FinetuneState, SetupState
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Messages, Navigator
from workbench.ui.trouble import Trouble

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore
    from workbench.finetune.store import AdapterStore


class View(Protocol):
    def show_state(self, state: FinetuneState) -> None: ...
    def open_folder(self, path: str) -> None:
        """Show a folder in the system's file manager."""
        ...


class TrainingJobs(Protocol):
    """`Jobs`, and what trainings need besides (JobBridge, FakeJobs)."""

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle: ...
    def cancel(self, job_id: str) -> None: ...
    def send_command(self, job_id: str, name: str, **arguments: Any) -> None: ...


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


class Board:
    """The state in force; every change is shown."""

    def __init__(self) -> None:
        self.state = FinetuneState()
        self.view: View | None = None

    def put_up(self, view: View) -> None:
        self.view = view
        view.show_state(self.state)

    def show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if self.view is not None:
            self.view.show_state(self.state)

    @property
    def setup(self) -> SetupState:
        return self.state.setup

    def show_setup(self, **changes: Any) -> None:
        self.show(setup=replace(self.state.setup, **changes))

    def show_export(self, **changes: Any) -> None:
        if self.state.export is not None:
            export: ExportState = replace(self.state.export, **changes)
            self.show(export=export)


def trouble_of(problem: Failed | Crashed | WorkbenchError) -> Trouble:
    """A bad end in words for people."""
    match problem:
        case Failed(message=message, hint=hint, details=details):
            return Trouble(message, hint, details)
        case Crashed(message=message, stderr_tail=tail):
            return Trouble(message or "The worker process stopped unexpectedly.", "", tail)
        case WorkbenchError():
            return Trouble(problem.message, problem.hint, problem.details)
