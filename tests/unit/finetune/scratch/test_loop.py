"""Training from scratch: the learning rate, a loss that falls, and a checkpoint that goes on."""

import itertools
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

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
from workbench.finetune.starter.recipe import StarterRun, make_starter
from workbench.llm.library import describe_gguf


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


@pytest.mark.slow
def test_that_two_processes_train_one_model(tokenizer: Any, tmp_path: Path) -> None:
    config = PretrainingConfig(TINY, steps=6, batch_tokens=1024, threads=1)
    work = tmp_path / "work"
    work.mkdir()
    tokenizer.save(str(work / "tokenizer.json"))
    make_starter(StarterRun(tmp_path / "starter.gguf", work, config, processes=2))
    trained = Trainer(build_model(TINY, 1), config)
    load_checkpoint(trained, work / "checkpoint.pt")
    assert trained.step == 6
    assert trained.tokens > 6 * 1200, "the tokens of both count"
    assert describe_gguf(tmp_path / "starter.gguf").problem == ""
    assert not (work / "meeting-point").exists()


_MEMBER = """
import sys, torch
from pathlib import Path
from workbench.finetune.scratch.team import joined
rank, folder = int(sys.argv[1]), Path(sys.argv[2])
with joined(rank, 2, folder / "meeting-point") as member:
    weight = torch.nn.Parameter(torch.zeros(3))
    weight.grad = torch.full((3,), float(rank))
    numbers = member.average([weight], (10.0 * rank,))
    (folder / f"{rank}.txt").write_text(f"{weight.grad.tolist()} {numbers}")
"""


def test_that_gradients_and_numbers_become_the_mean_of_all(tmp_path: Path) -> None:
    members = [subprocess.Popen([sys.executable, "-c", _MEMBER, str(rank), str(tmp_path)]) for rank in (0, 1)]
    assert [member.wait(120) for member in members] == [0, 0]
    assert (tmp_path / "0.txt").read_text() == (tmp_path / "1.txt").read_text() == "[0.5, 0.5, 0.5] [5.0]"
