"""A tokenizer for tiny models, trained once on a little of the starter model's text."""

import itertools

import pytest

from workbench.finetune.scratch.model import ModelShape
from workbench.finetune.scratch.tokenizer import train_tokenizer
from workbench.finetune.starter.corpus import stream

TINY = ModelShape(layers=2, width=64, heads=2, inner=128, vocabulary=512, context=256)
TEXTS = [turn.text for dialog in itertools.islice(stream(1), 300) for turn in dialog]


@pytest.fixture(scope="session")
def tokenizer() -> object:
    return train_tokenizer(TEXTS, TINY.vocabulary)
