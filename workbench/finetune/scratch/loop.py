"""The training loop of a small model: settings, steps, checkpoints."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.finetune.scratch.examples import Encoded, tensors
from workbench.finetune.scratch.model import ModelShape, build_model
from workbench.finetune.scratch.optimizer import MuonAdamW
from workbench.finetune.scratch.team import Team

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class PretrainingConfig:
    """How a small model is trained from scratch."""

    shape: ModelShape = field(default_factory=ModelShape)
    minutes: float = 95.0
    """Time budget; the learning rate falls to zero at its end."""
    steps: int = 0
    """Number of steps instead of a time budget; 0 means the time decides."""
    batch_tokens: int = 4096
    """Tokens in one step, padding included."""
    rate: float = 3e-3
    warmup: float = 0.01
    """Share of the training in which the learning rate rises."""
    cooldown: float = 0.3
    """Share at the end in which it falls."""
    threads: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did."""

    step: int
    progress: float
    loss: float
    tokens: int
    seconds: float


def rate_factor(progress: float, config: PretrainingConfig) -> float:
    """Warm up, stay, cool down to zero (so that a stopped training can go on from before the cooldown)."""
    rising = min(1.0, (progress + 1e-4) / config.warmup) if config.warmup else 1.0
    falling = min(1.0, max(0.0, 1.0 - progress) / config.cooldown) if config.cooldown else 1.0
    return rising * falling


class Trainer:
    """The training loop with everything a checkpoint holds."""

    def __init__(self, model: "torch.nn.Module", config: PretrainingConfig, team: Team | None = None) -> None:
        self.model, self.config, self.team = model, config, team
        self.optimizer = MuonAdamW(model, rate=config.rate)
        self.step, self.seconds, self.tokens = 0, 0.0, 0

    @property
    def progress(self) -> float:
        """0 at the start, 1 at the end of the budget."""
        if self.config.steps:
            return self.step / self.config.steps
        return self.seconds / (self.config.minutes * 60)

    def train(self, source: Iterable[Sequence[Encoded]], on_step: Callable[[StepReport], None]) -> None:
        """Steps until the budget is used up."""
        import torch

        torch.set_num_threads(self.config.threads)
        parameters = list(self.model.parameters())
        spent = 0.0
        for batch in source:
            if self.progress >= 1:
                return
            started = time.monotonic()
            ids, targets = tensors(batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = self.model(ids, targets)
            loss.backward()
            said, tokens = float(loss.detach()), float(ids.numel())
            if self.team is not None:
                # All count the same seconds, so that all learn at the same rate and end at the same step.
                said, tokens, spent = self.team.average(parameters, (said, tokens, spent))
                tokens *= self.team.size
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            self.optimizer.step(rate_factor(self.progress, self.config))
            self.step += 1
            self.seconds += spent  # of the step before: this one is not over
            self.tokens += int(tokens)
            if self.team is not None:
                self.team.level(parameters, self.step)
            on_step(StepReport(self.step, self.progress, said, self.tokens, self.seconds))
            spent = time.monotonic() - started


def pretrain(
    config: PretrainingConfig, source: Iterable[Sequence[Encoded]], on_step: Callable[[StepReport], None]
) -> "torch.nn.Module":
    """A model trained from scratch on batches of encoded examples."""
    trainer = Trainer(build_model(config.shape, config.seed), config)
    trainer.train(source, on_step)
    return trainer.model


def save_checkpoint(trainer: Trainer, path: Path) -> None:
    """Weights, optimizer and counters, complete or not at all."""
    import torch

    partial = path.with_suffix(".partial")
    state = {
        "model": trainer.model.state_dict(),
        "opt": trainer.optimizer.state_dict(),
        "shape": trainer.config.shape.as_dict(),
        "step": trainer.step,
        "seconds": trainer.seconds,
        "tokens": trainer.tokens,
    }
    torch.save(state, partial)
    partial.replace(path)


def load_checkpoint(trainer: Trainer, path: Path) -> None:
    """Goes on where `save_checkpoint` was."""
    import torch

    state = torch.load(path, weights_only=True)
    trainer.model.load_state_dict(state["model"])
    trainer.optimizer.load_state_dict(state["opt"])
    trainer.step, trainer.seconds, trainer.tokens = state["step"], state["seconds"], state["tokens"]
