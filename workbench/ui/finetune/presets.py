"""Three ways to train, and how they fit the base and the rows. No Qt."""

import math
from dataclasses import dataclass
from enum import StrEnum

from workbench.finetune.types import TrainingConfig

FEWEST_STEPS = 40
"""Below this many optimizer steps an adapter learns next to nothing: a small data set is passed over more often."""
MOST_EPOCHS = 20


class Preset(StrEnum):
    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"
    OWN = "own"
    """The person changed single settings."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a preset means; everything else is as declared in `TrainingConfig`."""

    title: str
    about: str
    epochs: int
    rank: int
    learning_share: float
    """Of the learning rate that fits the size of the base."""
    dropout: float
    validation_share: float


RECIPES = {
    Preset.QUICK: Recipe(
        "Quick", "One pass with a narrow adapter: shows whether the rows teach anything.", 1, 8, 1.0, 0.0, 0.0
    ),
    Preset.BALANCED: Recipe(
        "Balanced", "Three passes; a tenth of the rows is held out and measured. Right for most.", 3, 16, 1.0, 0.0, 0.1
    ),
    Preset.THOROUGH: Recipe(
        "Thorough", "Six gentle passes, a wide adapter, dropout: for large or difficult sets.", 6, 32, 0.5, 0.05, 0.1
    ),
}


def config_for(preset: Preset, parameters: int, rows: int) -> TrainingConfig:
    """The preset's settings for a base with `parameters` weights (0: unknown) and a set of `rows`."""
    recipe = RECIPES[preset]
    batch, accumulation = _batch(parameters, rows)
    trained = rows - round(rows * recipe.validation_share)
    steps_per_epoch = max(1, math.ceil(trained / (batch * accumulation)))
    return TrainingConfig(
        epochs=min(MOST_EPOCHS, max(recipe.epochs, math.ceil(FEWEST_STEPS / steps_per_epoch) if rows else 0)),
        rank=recipe.rank,
        alpha=2.0 * recipe.rank,
        learning_rate=_learning_rate(parameters) * recipe.learning_share,
        dropout=recipe.dropout,
        validation_share=recipe.validation_share if rows >= 20 else 0.0,
        batch_size=batch,
        gradient_accumulation=accumulation,
    )


def _learning_rate(parameters: int) -> float:
    """Small models want more, see `TrainingConfig.learning_rate`."""
    if parameters >= 1_000_000_000:
        return 2e-4
    return 5e-4 if parameters >= 100_000_000 else 2e-3


def _batch(parameters: int, rows: int) -> tuple[int, int]:
    """Rows per forward pass and passes per step: 8 rows a step, fewer at once where the base is large."""
    if parameters >= 1_000_000_000:
        return 1, 8
    if parameters >= 100_000_000:
        return 4, 2
    return (8, 1) if rows >= 64 or rows == 0 else (4, 1)
