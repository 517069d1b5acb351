"""A small language model from scratch: tokenizer, shape, training loop, checkpoint, GGUF.

The starter model is made with one command (about an hour and a half on two CPU cores):

    python -m workbench.finetune.pretraining starter --out resources/models/starter.gguf
"""

import argparse
import logging
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.finetune.pretraining_model import ModelShape
from workbench.finetune.starter_turns import Dialog

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

IGNORE = -100
"""Target of a token that is read but not learned."""


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
class Encoded:
    """A conversation as tokens, with the targets of the tokens that are learned."""

    ids: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did."""

    step: int
    progress: float
    loss: float
    tokens: int
    seconds: float


def encode(dialog: Dialog, tokenizer: "Tokenizer", *, learn_all: bool = False) -> Encoded:
    """Tokens in the chat format; only the assistant's words and their end are learned."""
    ids: list[int] = []
    learned: list[bool] = []
    for turn in dialog:
        head = tokenizer.encode(f"<|{turn.role}|>\n").ids
        body = tokenizer.encode(turn.text.strip()).ids + tokenizer.encode("<|end|>").ids
        ids += head + body + tokenizer.encode("\n").ids
        learned += [False] * len(head) + [turn.role == "assistant" or learn_all] * len(body) + [False]
    targets = [following if learn else IGNORE for following, learn in zip(ids[1:], learned[1:], strict=True)]
    return Encoded(tuple(ids[:-1]), tuple(targets))


def batches(
    examples: Iterator[Encoded], batch_tokens: int, longest: int, rng: random.Random
) -> Iterator[list[Encoded]]:
    """Examples of similar length together, at most `batch_tokens` with padding."""
    while True:
        pool: list[Encoded] = []
        total = 0
        while total < batch_tokens * 6:
            example = next(examples)
            if len(example.ids) <= longest:
                pool.append(example)
                total += len(example.ids)
        groups: list[list[Encoded]] = [[]]
        for example in sorted(pool, key=lambda e: len(e.ids)):
            if (len(groups[-1]) + 1) * len(example.ids) > batch_tokens and groups[-1]:
                groups.append([])
            groups[-1].append(example)
        if len(groups) > 1:
            groups = groups[:-1] if sum(len(e.ids) for e in groups[-1]) < batch_tokens // 2 else groups
        rng.shuffle(groups)
        yield from groups


def tensors(batch: Sequence[Encoded]) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Ids and targets, padded on the right."""
    import torch

    length = max(len(example.ids) for example in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    targets = torch.full((len(batch), length), IGNORE, dtype=torch.long)
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        targets[row, : len(example.targets)] = torch.tensor(example.targets)
    return ids, targets


def rate_factor(progress: float, config: PretrainingConfig) -> float:
    """Warm up, stay, cool down to zero (so that a stopped training can go on from before the cooldown)."""
    rising = min(1.0, (progress + 1e-4) / config.warmup) if config.warmup else 1.0
    falling = min(1.0, max(0.0, 1.0 - progress) / config.cooldown) if config.cooldown else 1.0
    return rising * falling


class Trainer:
    """The training loop with everything a checkpoint holds."""

    def __init__(self, model: "torch.nn.Module", config: PretrainingConfig) -> None:
        from workbench.finetune.pretraining_optimizer import MuonAdamW

        self.model, self.config = model, config
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
        for batch in source:
            if self.progress >= 1:
                return
            started = time.monotonic()
            ids, targets = tensors(batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = self.model(ids, targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step(rate_factor(self.progress, self.config))
            self.step += 1
            self.seconds += time.monotonic() - started
            self.tokens += ids.numel()
            on_step(StepReport(self.step, self.progress, float(loss.detach()), self.tokens, self.seconds))


def pretrain(
    config: PretrainingConfig, source: Iterable[Sequence[Encoded]], on_step: Callable[[StepReport], None]
) -> "torch.nn.Module":
    """A model trained from scratch on batches of encoded examples."""
    from workbench.finetune.pretraining_model import build_model

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


def main(arguments: Sequence[str]) -> int:
    """The command line of the recipe."""
    from workbench.finetune.starter_recipe import StarterRun, export_checkpoint, make_starter, starter_config

    parser = argparse.ArgumentParser(prog="python -m workbench.finetune.pretraining", description=__doc__)
    parser.add_argument("model", choices=["starter"])
    parser.add_argument("--out", type=Path, required=True, help="the GGUF file to write")
    parser.add_argument("--work", type=Path, default=Path("starter-run"), help="folder for tokenizer and checkpoints")
    parser.add_argument("--minutes", type=float, default=91.0, help="training time without pauses")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export-only", action="store_true", help="write the last checkpoint and stop")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    run = StarterRun(given.out, given.work, starter_config(given.minutes, given.seed))
    if given.export_only:
        export_checkpoint(run)
    else:
        make_starter(run)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
