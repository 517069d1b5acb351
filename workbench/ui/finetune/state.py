"""Everything that the Fine-tune tab shows. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.datasets.types import Dataset
from workbench.finetune.removal import RemovedAdapter
from workbench.finetune.types import Adapter, MadeModel
from workbench.ui.finetune.adapters_state import AdapterState, ImportState
from workbench.ui.finetune.curves_state import CurvesState
from workbench.ui.finetune.run_state import RunState
from workbench.ui.finetune.setup_state import SetupState
from workbench.ui.trouble import Trouble


class Page(StrEnum):
    ADAPTERS = "adapters"
    SETUP = "setup"
    RUN = "run"
    ADAPTER = "adapter"
    """One adapter: before and after, card, lineage."""
    CURVES = "curves"
    """Losses of several trainings over each other."""


@dataclass(frozen=True, slots=True)
class ExportState:
    """An adapter on its way to another program."""

    adapter: str
    is_running: bool = True
    label: str = ""
    done: float = 0.0
    total: float = 0.0
    result: str = ""
    path: str = ""
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class FinetuneState:
    page: Page = Page.ADAPTERS
    adapters: tuple[Adapter, ...] = ()
    selected: str = ""
    made: tuple[MadeModel, ...] = ()
    """Models that trainings made, the newest first."""
    selected_made: str = ""
    removed: tuple[RemovedAdapter, ...] = ()
    """Deleted ones that can come back, the last deleted first."""
    adapter: AdapterState = field(default_factory=AdapterState)
    """The page of the selected adapter."""
    curves: CurvesState = field(default_factory=CurvesState)
    importing: ImportState | None = None
    datasets: tuple[Dataset, ...] = ()
    setup: SetupState = field(default_factory=SetupState)
    runs: tuple[RunState, ...] = ()
    """Of this start and re-attached ones, oldest first."""
    shown_run: str = ""
    export: ExportState | None = None

    @property
    def selected_adapter(self) -> Adapter | None:
        return next((adapter for adapter in self.adapters if adapter.name == self.selected), None)

    @property
    def made_model(self) -> MadeModel | None:
        """The selected one of `made`."""
        return next((made for made in self.made if made.name == self.selected_made), None)

    @property
    def run(self) -> RunState | None:
        """The run that the run page shows."""
        return next((run for run in self.runs if run.name == self.shown_run), None)

    @property
    def live_runs(self) -> tuple[RunState, ...]:
        return tuple(run for run in self.runs if run.is_live)

    @property
    def chosen_dataset(self) -> Dataset | None:
        return next((dataset for dataset in self.datasets if dataset.name == self.setup.dataset), None)
