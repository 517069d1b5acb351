"""What the Fine-tune tab shows of one training, live or over. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.finetune.out_of_memory import Remedy
from workbench.finetune.sweeps import SweepReport, SweepRequest, SweepTrial, combinations
from workbench.finetune.types import StepMetrics, TrainingSample, TrainReport, TrainRequest
from workbench.naming import duration_in_words
from workbench.ui.trouble import Trouble

SMOOTHED_FROM = 60
"""Below this many steps the single losses are the curve."""


class Phase(StrEnum):
    """How a training goes."""

    QUEUED = "queued"
    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    WAITING = "waiting"
    """For space on the disk."""
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Stopped and saved: can go on."""
    CANCELLED = "cancelled"
    FAILED = "failed"


LIVE = frozenset({Phase.QUEUED, Phase.STARTING, Phase.TRAINING, Phase.PAUSED, Phase.WAITING, Phase.STOPPING})


@dataclass(frozen=True, slots=True)
class RunState:
    """One training, live or over."""

    request: TrainRequest
    job_id: str = ""
    phase: Phase = Phase.QUEUED
    label: str = ""
    """What it does when it is not stepping: "Loading starter"."""
    steps: tuple[StepMetrics, ...] = ()
    samples: tuple[TrainingSample, ...] = ()
    sweep: SweepRequest | None = None
    """The sweep whose trainings these are, one after the other."""
    trials: tuple[SweepTrial, ...] = ()
    trial: int = 0
    """The training of the sweep that runs now, from 1."""
    sweep_report: SweepReport | None = None
    report: TrainReport | None = None
    trouble: Trouble | None = None
    remedy: Remedy | None = None
    """Another start that may succeed where this one failed."""
    standing: str = ""
    """Why it stands still, when nobody asked for that."""

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
        words = {Phase.STOPPED: "stopped, saved", Phase.WAITING: "disk full"}
        return words.get(self.phase, self.phase.value)

    @property
    def line(self) -> str:
        """One line about the run: "step 34 of 108, loss 0.842, about 2 min left"."""
        if self.phase in (Phase.QUEUED, Phase.STARTING) or self.last is None:
            return self.label or self.phase_in_words
        parts = [f"step {self.last.step} of {self.last.total}", f"loss {self.last.loss:.3f}"]
        if self.sweep is not None:
            parts.insert(0, f"training {self.trial} of {len(combinations(self.sweep))}")
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
