"""Sizes of models from scratch, and what a bigger one would take.

Training costs about 6 floating-point operations per weight and token (2 forward, 4 backward), and a model of N weights
wants about 20 N tokens (Hoffmann et al. 2022). Weights, gradients and two moments in float32 take 16 bytes a weight.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.finetune.scratch.model import ModelShape

OPERATIONS = 6
TOKENS_PER_WEIGHT = 20
BYTES_PER_WEIGHT = 16
GRAPHICS_CARD_OPERATIONS = 4e14
"""Operations a second that one data-centre graphics card of 2023 keeps up in bfloat16 (about 40 % of what it can)."""
FEWEST_TOKENS = 512
BIG_MODELS = (125_000_000, 1_000_000_000, 7_000_000_000, 70_000_000_000)


class Size(StrEnum):
    TINY = "tiny"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SHAPES = {
    Size.TINY: ModelShape(layers=4, width=128, heads=4, inner=352, vocabulary=1024, context=256),
    Size.SMALL: ModelShape(layers=6, width=256, heads=8, inner=704, vocabulary=2048, context=512),
    Size.MEDIUM: ModelShape(layers=8, width=512, heads=8, inner=1408, vocabulary=8192, context=512),
    Size.LARGE: ModelShape(layers=12, width=768, heads=12, inner=2048, vocabulary=16384, context=1024),
}


class ScratchSettings(Boundary):
    """A small model from scratch: how big, and on how many tokens it is trained."""

    size: Size = Size.SMALL
    vocabulary: int = Field(0, ge=0, le=100_000)
    """Tokens of its own tokenizer, at least `FEWEST_TOKENS`; 0: as fits the size."""
    tokens: int = Field(5_000_000, ge=1000)
    """Tokens that it sees, repeats included."""
    batch_tokens: int = Field(4096, ge=64, le=1_000_000)
    """Tokens of one step."""

    @model_validator(mode="after")
    def _bytes_fit_into_the_vocabulary(self) -> Self:
        if 0 < self.vocabulary < FEWEST_TOKENS:
            raise ValueError(f"a vocabulary has at least {FEWEST_TOKENS} tokens: every byte is one")
        return self

    @property
    def shape(self) -> ModelShape:
        shape = SHAPES[self.size]
        values = shape.as_dict() | ({"vocabulary": self.vocabulary} if self.vocabulary else {})
        return ModelShape(**values)

    @property
    def steps(self) -> int:
        return max(1, self.tokens // self.batch_tokens)

    @property
    def parameters(self) -> int:
        return parameters_of(self.shape)


class BigModel(Boundary):
    """What a model of that many weights would take."""

    parameters: int
    tokens: int
    """That it wants."""
    operations: float
    memory_bytes: int
    """Of weights, gradients and optimizer alone."""
    seconds_here: float
    """On this computer, if it had the memory."""
    card_seconds: float
    """On one data-centre graphics card."""


class ScratchEstimate(Boundary):
    """Measured with a few steps of the chosen size on this computer."""

    parameters: int
    tokens: int
    seconds: float
    """For all tokens."""
    tokens_per_second: float
    operations_per_second: float
    text_tokens: int
    """Of the text, roughly, once."""
    passes: float
    """How often the text is seen."""
    memory_bytes: int
    big: tuple[BigModel, ...]


def parameters_of(shape: ModelShape) -> int:
    """Weights of a model of this shape: embedding, output layer, attention, feed-forward, norms."""
    layer = 4 * shape.width**2 + 3 * shape.width * shape.inner + 2 * shape.width
    return 2 * shape.vocabulary * shape.width + shape.layers * layer + shape.width


def big_models(operations_per_second: float, sizes: Sequence[int] = BIG_MODELS) -> tuple[BigModel, ...]:
    """What models of these many weights would take, here and on one graphics card."""
    found = []
    for parameters in sizes:
        tokens = TOKENS_PER_WEIGHT * parameters
        operations = float(OPERATIONS) * parameters * tokens
        found.append(
            BigModel(
                parameters=parameters,
                tokens=tokens,
                operations=operations,
                memory_bytes=BYTES_PER_WEIGHT * parameters,
                seconds_here=operations / operations_per_second,
                card_seconds=operations / GRAPHICS_CARD_OPERATIONS,
            )
        )
    return tuple(found)
