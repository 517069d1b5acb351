"""The starter model's recipe: generated text -> tokenizer -> training with checkpoints -> one GGUF file.

A stopped run goes on from its last checkpoint when the command is given again with the same `--work` folder.
"""

import itertools
import json
import logging
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.finetune.gguf.writer import ModelCard, write_gguf
from workbench.finetune.scratch.examples import Encoded, batches, encode
from workbench.finetune.scratch.loop import (
    PretrainingConfig,
    StepReport,
    Trainer,
    load_checkpoint,
    save_checkpoint,
)
from workbench.finetune.scratch.model import ModelShape, build_model
from workbench.finetune.scratch.team import Team, joined, team
from workbench.finetune.scratch.tokenizer import load_tokenizer, train_tokenizer
from workbench.finetune.starter.corpus import stream

if TYPE_CHECKING:
    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

LONGEST = 1600
"""Longest training conversation, in tokens; longer ones are left out."""
_SAVE_SECONDS = 240.0
_SEEDS_APART = 1_000_003
_TOKENIZER_STAGES = (0.1, 0.4, 0.9)
_TOKENIZER_DIALOGS = 4000
CARD = ModelCard(
    "LLM Workbench Starter 6M",
    description="A small model for learning the program: answers from numbered sources, follows shown formats.",
)


@dataclass(frozen=True, slots=True)
class StarterRun:
    """One making of the starter model."""

    out: Path
    work: Path
    """Tokenizer and checkpoints."""
    config: PretrainingConfig
    processes: int = 1
    """Processes that train together, one thread each."""


def make_starter(run: StarterRun) -> None:
    """Trains (or goes on training) and writes the GGUF file."""
    run.work.mkdir(parents=True, exist_ok=True)
    tokenizer = starter_tokenizer(run.work / "tokenizer.json", run.config.shape.vocabulary)
    with team(run.processes, run.work / "meeting-point", partial(_start_helper, run)) as first:
        trainer, checkpoint = _trainer(run, first), run.work / "checkpoint.pt"
        trainer.train(_source(trainer, tokenizer), _Watch(trainer, checkpoint))
    save_checkpoint(trainer, checkpoint)
    write_gguf(run.out, trainer.model.state_dict(), run.config.shape, tokenizer, CARD)


def _start_helper(run: StarterRun, rank: int) -> "subprocess.Popen[bytes]":
    plan = run.work / "plan.json"
    plan.write_text(json.dumps({"processes": run.processes, "config": asdict(run.config)}), encoding="utf-8")
    return subprocess.Popen([sys.executable, "-m", "workbench.finetune.starter.helper", str(run.work), str(rank)])


def help_to_train(work: Path, rank: int) -> None:
    """What the other processes do: the same steps on other text; only the first one saves."""
    plan = json.loads((work / "plan.json").read_text(encoding="utf-8"))
    shape = ModelShape(**plan["config"].pop("shape"))
    run = StarterRun(Path(), work, PretrainingConfig(shape=shape, **plan["config"]), plan["processes"])
    tokenizer = load_tokenizer(work / "tokenizer.json")
    with joined(rank, run.processes, work / "meeting-point") as member:
        trainer = _trainer(run, member)
        trainer.train(_source(trainer, tokenizer), lambda _: None)


def _trainer(run: StarterRun, member: Team | None) -> Trainer:
    trainer = Trainer(build_model(run.config.shape, run.config.seed), run.config, member)
    checkpoint = run.work / "checkpoint.pt"
    if checkpoint.exists():
        load_checkpoint(trainer, checkpoint)
    return trainer


def export_checkpoint(run: StarterRun) -> None:
    """The best so far as a GGUF file, while the training goes on."""
    trainer = Trainer(build_model(run.config.shape, run.config.seed), run.config)
    load_checkpoint(trainer, run.work / "checkpoint.pt")
    tokenizer = load_tokenizer(run.work / "tokenizer.json")
    write_gguf(run.out, trainer.model.state_dict(), run.config.shape, tokenizer, CARD)


def starter_tokenizer(path: Path, vocabulary: int) -> "Tokenizer":
    """The tokenizer of a run, trained when it is not there yet."""
    if path.exists():
        return load_tokenizer(path)
    texts = [
        turn.text
        for stage in _TOKENIZER_STAGES
        # mypy cannot tell the type of a lambda with a default, which binds the stage of this turn.
        for dialog in itertools.islice(stream(7, lambda stage=stage: stage), _TOKENIZER_DIALOGS)  # type: ignore[misc]
        for turn in dialog
    ]
    answers = (t for d in itertools.islice(stream(8), _TOKENIZER_DIALOGS) for t in d if t.role == "assistant")
    tokenizer = train_tokenizer(texts, vocabulary, {turn.text.split()[0] for turn in answers if turn.text})
    tokenizer.save(str(path))
    return tokenizer


def _source(trainer: Trainer, tokenizer: "Tokenizer") -> Iterator[list[Encoded]]:
    """Batches; a continued run draws new text (the seed moves with the step), and so does each process."""
    seed = trainer.config.seed + trainer.step + _SEEDS_APART * (trainer.team.rank if trainer.team else 0)
    examples = (encode(dialog, tokenizer) for dialog in stream(seed, lambda: trainer.progress))
    return batches(examples, trainer.config.batch_tokens, LONGEST, random.Random(seed))


class _Watch:
    """Logs every twentieth step and saves a checkpoint every few minutes."""

    def __init__(self, trainer: Trainer, checkpoint: Path) -> None:
        self._trainer, self._checkpoint = trainer, checkpoint
        self._losses: list[float] = []
        self._saved = time.monotonic()

    def __call__(self, report: StepReport) -> None:
        self._losses.append(report.loss)
        if report.step % 20 == 0:
            mean = sum(self._losses) / len(self._losses)
            log.info("step %d, %.1f %%, loss %.3f, %d tokens", report.step, 100 * report.progress, mean, report.tokens)
            self._losses.clear()
        if time.monotonic() - self._saved > _SAVE_SECONDS:
            save_checkpoint(self._trainer, self._checkpoint)
            self._saved = time.monotonic()


def starter_config(minutes: float = 91.0, seed: int = 1, threads: int = 2) -> PretrainingConfig:
    """The starter model's size and training."""
    shape = replace(ModelShape(), vocabulary=2048)
    return PretrainingConfig(shape=shape, minutes=minutes, batch_tokens=8192, threads=threads, seed=seed)
