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
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.loss import mean_loss
from workbench.finetune.types import StepMetrics, TrainingConfig

TAIL_SHARE = 10
"""The loss of a training is the mean of its last tenth of steps."""


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
    """The PEFT model."""
    rows: Sequence[EncodedRow]
    held_out: Sequence[EncodedRow]
    schedule: Schedule
    config: TrainingConfig
    folder: Path
    """Where checkpoints lie."""
    control: Control
    check_cancelled: Callable[[], None]
    report: Callable[[StepMetrics], None]
    resumed: Callable[[int], Sequence[StepMetrics]] = lambda step: ()
    """Called with the step of the checkpoint that it goes on from; gives the figures of the steps before."""


@dataclass(slots=True)
class StepWatch:
    """What happens between two steps: figures, held-out loss, cancel, stop, pause, when to save."""

    job: TrainingJob
    started: float
    step: int = 0
    first_step: int = 0
    eval_loss: float | None = None
    last_saved: float = field(default_factory=time.monotonic)
    losses: list[float] = field(default_factory=list)
    tokens: int = 0
    """Since `begun`."""
    earlier_tokens: int = 0
    """Of the steps before the checkpoint that it goes on from."""
    measuring_seconds: float = 0.0
    begun: float = 0.0
    """When the first step began; loading does not count."""

    def before_training(self) -> None:
        self.begun = self.last_saved = time.monotonic()

    def after_step(self, step: int, control: Any) -> None:
        """`control` is the Trainer's: this decides whether it saves or stops."""
        self.step = step
        if not self.job.control.is_terminating:
            self.job.check_cancelled()
        while self.job.control.paused and not self.job.control.stop_and_save:
            time.sleep(0.2)
            self.job.check_cancelled()
        config, steps = self.job.config, self.job.schedule.steps
        due = time.monotonic() - self.last_saved >= config.checkpoint_seconds
        if self.job.control.stop_and_save and step < steps:
            control.should_save = control.should_training_stop = True
        elif due or step >= steps:
            control.should_save = True
        if control.should_save:
            self.last_saved = time.monotonic()

    def after_log(self, model: Any, step: int, logs: dict[str, float]) -> None:
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise not_a_number(step)
        self.losses.append(loss)
        self.tokens += self._tokens_of(step)
        eval_loss = self._measure(model) if self._is_epoch_end(step) else None
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
                memory_bytes=_resident_bytes(),
            )
        )

    def tokens_per_second(self) -> float:
        spent = time.monotonic() - self.begun - self.measuring_seconds
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

    def _is_epoch_end(self, step: int) -> bool:
        return bool(self.job.held_out) and step % max(1, self.job.schedule.steps_per_epoch) == 0

    def _measure(self, model: Any) -> float:
        began = time.monotonic()
        self.eval_loss = mean_loss(model, self.job.held_out, self.job.config.batch_size)
        self.measuring_seconds += time.monotonic() - began
        return self.eval_loss

    def _eta(self, step: int) -> float:
        done = step - self.first_step
        left = self.job.schedule.steps - step
        return (time.monotonic() - self.begun) / done * left if done else 0.0


def not_a_number(step: int) -> WorkbenchError:
    return WorkbenchError(
        f"The training went out of bounds at step {step}: the loss is no longer a number.",
        hint="Start it again with a smaller learning rate.",
        code="loss_not_finite",
    )


def _resident_bytes() -> int:
    import psutil

    return int(psutil.Process(os.getpid()).memory_info().rss)
