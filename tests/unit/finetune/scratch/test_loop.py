"""Training from scratch: the learning rate, a loss that falls, and a checkpoint that goes on."""

import itertools
import random
from pathlib import Path

import pytest

from tests.unit.finetune.scratch.conftest import TINY
from workbench.finetune.scratch.examples import Encoded, batches, encode
from workbench.finetune.scratch.loop import (
    PretrainingConfig,
    StepReport,
    Trainer,
    load_checkpoint,
    pretrain,
    rate_factor,
    save_checkpoint,
)
from workbench.finetune.scratch.model import build_model
from workbench.finetune.starter.corpus import stream


def _examples(tokenizer: object, seed: int = 1) -> "itertools.chain[Encoded]":
    return itertools.chain(encode(dialog, tokenizer) for dialog in stream(seed, lambda: 0.1))  # type: ignore[arg-type]


def test_that_the_learning_rate_rises_stays_and_falls_to_zero() -> None:
    config = PretrainingConfig(warmup=0.1, cooldown=0.2)
    assert rate_factor(0.0, config) < 0.01 < rate_factor(0.05, config) < rate_factor(0.5, config) == 1.0
    assert rate_factor(0.9, config) == pytest.approx(0.5)
    assert rate_factor(1.0, config) == 0.0


def test_that_the_loss_falls_in_thirty_steps(tokenizer: object) -> None:
    seen: list[StepReport] = []
    config = PretrainingConfig(TINY, steps=30, batch_tokens=1024, threads=1)
    pretrain(config, batches(_examples(tokenizer), 1024, 256, random.Random(1)), seen.append)
    assert len(seen) == 30
    assert sum(s.loss for s in seen[-5:]) < 0.8 * sum(s.loss for s in seen[:5])


def test_that_a_checkpoint_goes_on_with_the_same_weights_and_counters(tokenizer: object, tmp_path: Path) -> None:
    import torch

    config = PretrainingConfig(TINY, steps=4, batch_tokens=512, threads=1)
    first = Trainer(build_model(TINY, 1), config)
    first.train(batches(_examples(tokenizer), 512, 256, random.Random(1)), lambda _: None)
    save_checkpoint(first, tmp_path / "checkpoint.pt")
    second = Trainer(build_model(TINY, 2), config)
    load_checkpoint(second, tmp_path / "checkpoint.pt")
    assert (second.step, second.tokens) == (first.step, first.tokens)
    ids = torch.tensor([[1, 2, 3, 4]])
    assert torch.equal(first.model.logits(ids), second.model.logits(ids))  # type: ignore[operator]
