"""Everything that the Fine-tune tab shows. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.datasets.types import Dataset
from workbench.finetune.gguf.architectures import ARCHITECTURES
from workbench.finetune.preflight import Preflight
from workbench.finetune.removal import RemovedAdapter
from workbench.finetune.types import Adapter, StepMetrics, TrainingConfig, TrainReport, TrainRequest
from workbench.llm.types import ModelKind, ModelRef
from workbench.ui.finetune.adapters_state import AdapterState
from workbench.ui.finetune.presets import Preset
from workbench.ui.pace import in_words as duration_in_words
from workbench.ui.sizes import in_words as size_in_words
from workbench.ui.trouble import Trouble

_DEFAULTS = TrainingConfig()
SMOOTHED_FROM = 60
"""Below this many steps the single losses are the curve."""


class Page(StrEnum):
    ADAPTERS = "adapters"
    SETUP = "setup"
    RUN = "run"
    ADAPTER = "adapter"
    """One adapter: before and after, card, lineage."""


class Phase(StrEnum):
    """How a training goes."""

    QUEUED = "queued"
    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Stopped and saved: can go on."""
    CANCELLED = "cancelled"
    FAILED = "failed"


LIVE = frozenset({Phase.QUEUED, Phase.STARTING, Phase.TRAINING, Phase.PAUSED, Phase.STOPPING})


@dataclass(frozen=True, slots=True)
class SetupState:
    """What shall be trained."""

    bases: tuple[ModelRef, ...] = ()
    is_scanning: bool = False
    base: str = ""
    """Name of the chosen base."""
    dataset: str = ""
    name: str = ""
    is_own_name: bool = False
    """Typed, not suggested: stays when another data set is chosen."""
    name_trouble: str = ""
    preset: Preset = Preset.BALANCED
    config: TrainingConfig = _DEFAULTS
    config_trouble: str = ""
    is_expert: bool = False
    wants_estimate: bool = False
    """Something changed since the last estimate."""
    is_estimating: bool = False
    preflight: Preflight | None = None
    trouble: Trouble | None = None
    """Why it cannot be estimated or started."""
    goes_on: bool = False
    """An unfinished training of this name exists."""
    restart: bool = False

    @property
    def chosen_base(self) -> ModelRef | None:
        return next((base for base in self.bases if base.name == self.base), None)

    @property
    def base_trouble(self) -> str:
        base = self.chosen_base
        return why_not_tunable(base) if base is not None else ""

    @property
    def can_start(self) -> bool:
        ready = self.chosen_base is not None and bool(self.dataset) and bool(self.name.strip())
        return ready and not (self.base_trouble or self.name_trouble or self.config_trouble)

    @property
    def preflight_in_words(self) -> str:
        """The line above the start button."""
        if self.is_estimating or (self.wants_estimate and self.can_start):
            return "Estimating memory and time…"
        return preflight_in_words(self.preflight) if self.preflight is not None else ""


@dataclass(frozen=True, slots=True)
class RunState:
    """One training, live or over."""

    request: TrainRequest
    job_id: str = ""
    phase: Phase = Phase.QUEUED
    label: str = ""
    """What it does when it is not stepping: "Loading starter"."""
    steps: tuple[StepMetrics, ...] = ()
    report: TrainReport | None = None
    trouble: Trouble | None = None

    @property
    def name(self) -> str:
        return self.request.name

    @property
    def is_live(self) -> bool:
        return self.phase in LIVE

    @property
    def last(self) -> StepMetrics | None:
        return self.steps[-1] if self.steps else None

    @property
    def eval_loss(self) -> float | None:
        """The newest held-out loss."""
        return next((step.eval_loss for step in reversed(self.steps) if step.eval_loss is not None), None)

    @property
    def can_go_on(self) -> bool:
        """Whether the same training can be taken up again."""
        return self.phase in (Phase.STOPPED, Phase.CANCELLED, Phase.FAILED)

    @property
    def phase_in_words(self) -> str:
        words = {Phase.STOPPING: "stopping", Phase.STOPPED: "stopped, saved"}
        return words.get(self.phase, self.phase.value)

    @property
    def line(self) -> str:
        """One line about the run: "step 34 of 108, loss 0.842, about 2 min left"."""
        if self.phase in (Phase.QUEUED, Phase.STARTING) or self.last is None:
            return self.label or self.phase_in_words
        parts = [f"step {self.last.step} of {self.last.total}", f"loss {self.last.loss:.3f}"]
        if self.phase is Phase.TRAINING and self.last.eta_seconds:
            parts.append(f"about {duration_in_words(self.last.eta_seconds)} left")
        elif self.phase is not Phase.TRAINING:
            parts.append(self.phase_in_words)
        return ", ".join(parts)

    def smoothed(self) -> tuple[tuple[float, float], ...]:
        """(step, loss) with noise evened out: a mean that forgets, over about a fortieth of the steps so far."""
        keep = 1 - 1 / max(1.0, len(self.steps) / 40)
        points: list[tuple[float, float]] = []
        value, weight = 0.0, 0.0
        for step in self.steps:
            value, weight = keep * value + step.loss, keep * weight + 1
            points.append((step.step, value / weight))
        return tuple(points)


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
    removed: tuple[RemovedAdapter, ...] = ()
    """Deleted ones that can come back, the last deleted first."""
    adapter: AdapterState = field(default_factory=AdapterState)
    """The page of the selected adapter."""
    datasets: tuple[Dataset, ...] = ()
    setup: SetupState = SetupState()
    runs: tuple[RunState, ...] = ()
    """Of this start and re-attached ones, oldest first."""
    shown_run: str = ""
    export: ExportState | None = None

    @property
    def selected_adapter(self) -> Adapter | None:
        return next((adapter for adapter in self.adapters if adapter.name == self.selected), None)

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


def why_not_tunable(base: ModelRef) -> str:
    """The reason in a sentence why this model cannot be the base of a training; empty when it can."""
    if base.problem:
        return base.problem
    if base.kind is not ModelKind.CHAT:
        return f"{base.name} is no chat model but {_article(base.kind.value)}."
    if base.architecture and base.file_format == "gguf" and base.architecture not in ARCHITECTURES:
        families = ", ".join(ARCHITECTURES)
        return f"{base.name} is of the family “{base.architecture}”; those that can be tuned are {families}."
    return ""


def preflight_in_words(found: Preflight) -> str:
    """ "108 steps, about 3 min. Needs about 812 MB of memory (14.2 GB free) and 12 MB of disk." """
    steps = "1 step" if found.steps == 1 else f"{found.steps:,} steps"
    held_out = f" ({found.held_out:,} more are held out)" if found.held_out else ""
    return (
        f"{steps} over {found.rows:,} rows{held_out}, about {duration_in_words(found.seconds)}. "
        f"Needs about {size_in_words(found.memory_bytes)} of memory ({size_in_words(found.free_memory_bytes)} free) "
        f"and {size_in_words(found.disk_bytes)} of disk."
    )


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"
