"""Training from scratch: the tokenizer, the loss mask, batches, and a loss that falls."""

import itertools
import random
from pathlib import Path

import pytest

from workbench.finetune.pretraining import (
    IGNORE,
    Encoded,
    PretrainingConfig,
    StepReport,
    Trainer,
    batches,
    encode,
    load_checkpoint,
    pretrain,
    rate_factor,
    save_checkpoint,
)
from workbench.finetune.pretraining_model import ModelShape, build_model
from workbench.finetune.pretraining_tokenizer import train_tokenizer
from workbench.finetune.starter_corpus import stream
from workbench.finetune.starter_turns import Turn

TINY = ModelShape(layers=2, width=64, heads=2, inner=128, vocabulary=512, context=256)
TEXTS = [turn.text for dialog in itertools.islice(stream(1), 300) for turn in dialog]


def _examples(tokenizer: object, seed: int = 1) -> "itertools.chain[Encoded]":
    return itertools.chain(encode(dialog, tokenizer) for dialog in stream(seed, lambda: 0.1))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return train_tokenizer(TEXTS, TINY.vocabulary)


def test_that_the_tokenizer_gives_back_every_text(tokenizer: object) -> None:
    for text in [*TEXTS[:200], "Grüße, 3 °C\n\n\t\u4e2d\u6587 KX-204", "  two  spaces "]:
        assert tokenizer.decode(tokenizer.encode(text).ids) == text  # type: ignore[attr-defined]


def test_that_a_name_has_the_same_tokens_after_a_space(tokenizer: object) -> None:
    alone = tokenizer.encode("Hollendorf").tokens  # type: ignore[attr-defined]
    assert tokenizer.encode("the Hollendorf").tokens[-len(alone) :] == alone  # type: ignore[attr-defined]


def test_that_digits_are_single_tokens(tokenizer: object) -> None:
    assert tokenizer.encode("2048").tokens == list("2048")  # type: ignore[attr-defined]


def test_that_only_the_assistants_words_are_learned(tokenizer: object) -> None:
    dialog = (Turn("user", "Repeat: pump"), Turn("assistant", "pump"), Turn("user", "Again."), Turn("assistant", "oak"))
    targets = [t for t in encode(dialog, tokenizer).targets if t != IGNORE]  # type: ignore[arg-type]
    assert tokenizer.decode(targets, skip_special_tokens=False) == "pump<|end|>oak<|end|>"  # type: ignore[attr-defined]


def test_that_batches_keep_to_their_size_and_lose_long_examples_only() -> None:
    examples = (Encoded((1,) * n, (2,) * n) for n in itertools.cycle([10, 30, 50, 200]))
    for batch in itertools.islice(batches(examples, 300, 100, random.Random(1)), 30):
        longest = max(len(example.ids) for example in batch)
        assert longest <= 100
        assert longest * len(batch) <= 300


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
