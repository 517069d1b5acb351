"""What happens between two steps: figures, held-out loss, cancel, stop, pause, and when to save."""

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.finetune.batching import Schedule
from workbench.finetune.disk_patience import DiskPatience
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.loss import mean_loss
from workbench.finetune.out_of_memory import slower
from workbench.finetune.sampling import Sampler
from workbench.finetune.types import (
    RunCondition,
    RunStatus,
    StepMetrics,
    TrainingConfig,
    TrainingSample,
    TrainRequest,
)

TAIL_SHARE = 10
"""The loss of a training is the mean of its last tenth of steps."""
_LISTEN_SECONDS = 0.2


@dataclass(slots=True)
class Control:
    """What the person asked of a running training. Set from other threads, read between steps."""

    stop_and_save: bool = False
    paused: bool = False
    is_terminating: bool = False
    """The system ends the session: save at once, then let the cancel that follows take effect."""

    def command(self, name: str, _arguments: dict[str, Any]) -> None:
        """Listens to "stop", "terminate", "pause" and "resume"; anything else is not for a training."""
        match name:
            case "stop":
                self.stop_and_save = True
            case "terminate":
                self.is_terminating = self.stop_and_save = True
            case "pause":
                self.paused = True
            case "resume":
                self.paused = False


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """Everything for one training, loaded and encoded."""

    model: Any
    """The PEFT model, or the whole one where every weight is trained."""
    rows: Sequence[EncodedRow]
    held_out: Sequence[EncodedRow]
    schedule: Schedule
    config: TrainingConfig
    folder: Path
    """Where checkpoints lie."""
    control: Control
    check_cancelled: Callable[[], None]
    report: Callable[[StepMetrics], None]
    tell: Callable[[RunStatus | TrainingSample], None] = lambda told: None
    """Hears samples, and that the training stands still or goes on."""
    patience: DiskPatience = field(default_factory=lambda: DiskPatience(lambda status: None))
    """For everything that is written while it runs."""
    request: TrainRequest | None = None
    """Where it comes from: a way out of a failure is offered as another one."""
    sampler: Sampler | None = None
    resumed: Callable[[int], Sequence[StepMetrics]] = lambda step: ()
    """Called with the step of the checkpoint that it goes on from; gives the figures of the steps before."""


@dataclass(slots=True)
class StepWatch:
    """What happens between two steps: figures, held-out loss, samples, cancel, stop, pause, when to save or end."""

    job: TrainingJob
    started: float
    step: int = 0
    first_step: int = 0
    evaluations: list[tuple[int, float]] = field(default_factory=list)
    """(step, held-out loss) so far, also of the steps before a resume."""
    last_saved: float = field(default_factory=time.monotonic)
    losses: list[float] = field(default_factory=list)
    tokens: int = 0
    """Since `begun`."""
    earlier_tokens: int = 0
    """Of the steps before the checkpoint that it goes on from."""
    aside_seconds: float = 0.0
    """Spent on measuring, samples and pauses: no training."""
    begun: float = 0.0
    """When the first step began; loading does not count."""

    def before_training(self, model: Any) -> None:
        if self.first_step == 0:
            self._sample(model, 0)
        self.begun = self.last_saved = time.monotonic()
        self.aside_seconds = 0.0

    def after_step(self, step: int, control: Any) -> None:
        """`control` is the Trainer's: this decides whether it saves or stops."""
        self.step = step
        if not self.job.control.is_terminating:
            self.job.check_cancelled()
        config, steps = self.job.config, self.job.schedule.steps
        due = time.monotonic() - self.last_saved >= config.checkpoint_seconds
        if self.job.control.stop_and_save and step < steps:
            control.should_save = control.should_training_stop = True
        elif due or step >= steps or self.job.control.paused:
            control.should_save = True

    def after_log(self, model: Any, step: int, logs: dict[str, float], control: Any) -> None:
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise not_a_number(step, self.job.request)
        self.losses.append(loss)
        self.tokens += self._tokens_of(step)
        eval_loss = self._measure(model) if self._is_due(step, self.job.config.evaluate_every) else None
        if eval_loss is not None and self.job.config.patience:
            is_over = self.is_over
            control.should_save = control.should_save or self.best_step == step or is_over
            control.should_training_stop = control.should_training_stop or is_over
        self.job.report(
            StepMetrics(
                step=step,
                total=self.job.schedule.steps,
                epoch=step / max(1, self.job.schedule.steps_per_epoch),
                loss=loss,
                eval_loss=eval_loss,
                learning_rate=float(logs.get("learning_rate", 0.0)),
                tokens_per_second=self.tokens_per_second(),
                tokens=self.earlier_tokens + self.tokens,
                eta_seconds=self._eta(step),
                memory_bytes=resident_bytes(),
            )
        )
        every = self.job.config.samples_every
        if every and (step % every == 0 or step == self.job.schedule.steps):
            self._sample(model, step)

    def after_save(self, control: Any) -> None:
        """Everything so far is on the disk: the moment to stand still, when that was asked for."""
        self.last_saved = began = time.monotonic()
        asked = self.job.control
        if not asked.paused or asked.stop_and_save or self.step >= self.job.schedule.steps:
            return
        self.job.tell(RunStatus(condition=RunCondition.PAUSED, message=f"Paused after step {self.step}; it is saved."))
        while asked.paused and not asked.stop_and_save:
            time.sleep(_LISTEN_SECONDS)
            self.job.check_cancelled()
        self.job.tell(RunStatus(condition=RunCondition.TRAINING))
        control.should_training_stop = control.should_training_stop or asked.stop_and_save
        self.aside_seconds += time.monotonic() - began
        self.last_saved = time.monotonic()

    @property
    def eval_loss(self) -> float | None:
        """Of the weights that are kept: the best measured where early stopping looks for it, else the newest."""
        if not self.evaluations:
            return None
        if self.job.config.patience:
            return min(loss for _, loss in self.evaluations)
        return self.evaluations[-1][1]

    @property
    def best_step(self) -> int:
        """The step with the smallest held-out loss so far (the first of equals); 0 where early stopping is off."""
        if not self.job.config.patience or not self.evaluations:
            return 0
        return min(self.evaluations, key=lambda measured: (measured[1], measured[0]))[0]

    @property
    def is_over(self) -> bool:
        """Whether the held-out loss did not get better often enough to stop."""
        patience = self.job.config.patience
        since = [step for step, _ in self.evaluations if step > self.best_step]
        return bool(patience) and len(since) >= patience

    def tokens_per_second(self) -> float:
        spent = self._seconds()
        return self.tokens / spent if self.begun and spent > 0 else 0.0

    def tail_loss(self) -> float | None:
        if not self.losses:
            return None
        tail = self.losses[-max(1, self.job.schedule.steps // TAIL_SHARE) :]
        return sum(tail) / len(tail)

    def _tokens_of(self, step: int) -> int:
        per_step = self.job.schedule.accumulation
        batches = self.job.schedule.batches[(step - 1) * per_step : step * per_step]
        return sum(len(self.job.rows[index].ids) for batch in batches for index in batch)

    def _is_due(self, step: int, every: int) -> bool:
        """Whether the held-out rows are measured after this step: every so many, or after each pass; at the end too."""
        steps = self.job.schedule.steps
        return bool(self.job.held_out) and (
            step % (every or max(1, self.job.schedule.steps_per_epoch)) == 0 or step == steps
        )

    def _measure(self, model: Any) -> float:
        began = time.monotonic()
        loss = mean_loss(model, self.job.held_out, self.job.config.batch_size)
        if not math.isfinite(loss):
            raise not_a_number(self.step, self.job.request)
        self.evaluations.append((self.step, loss))
        self.aside_seconds += time.monotonic() - began
        return loss

    def _sample(self, model: Any, step: int) -> None:
        if self.job.sampler is not None:
            began = time.monotonic()
            self.job.sampler.sample(model, step, self.job.tell)
            self.aside_seconds += time.monotonic() - began

    def _seconds(self) -> float:
        return time.monotonic() - self.begun - self.aside_seconds

    def _eta(self, step: int) -> float:
        done = step - self.first_step
        left = self.job.schedule.steps - step
        return self._seconds() / done * left if done else 0.0


def not_a_number(step: int, request: TrainRequest | None) -> WorkbenchError:
    remedy = slower(request) if request is not None else None
    return WorkbenchError(
        f"The training went out of bounds at step {step}: the loss is no longer a number.",
        hint=remedy.advice if remedy else "Start it again with a smaller learning rate.",
        code="loss_not_finite",
        facts={"remedy": remedy.model_dump(mode="json")} if remedy else {},
    )


def resident_bytes() -> int:
    """Resident memory of this process."""
    import psutil

    return int(psutil.Process(os.getpid()).memory_info().rss)
