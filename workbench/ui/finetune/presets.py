"""Three ways to train, as turns of the settings that fit the base and the rows. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.finetune.defaults import suggested_config
from workbench.finetune.types import TrainingConfig

FEWEST_TO_HOLD_OUT = 20
"""Of fewer rows none is held out: two or three measure nothing."""


class Preset(StrEnum):
    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"
    OWN = "own"
    """The person changed single settings."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a preset changes in the suggested settings; everything else stays as suggested."""

    title: str
    about: str
    passes: float = 1.0
    """Of the suggested number, at least one."""
    width: float = 1.0
    """Of the suggested rank, and of alpha with it."""
    rate: float = 1.0
    """Of the suggested learning rate."""
    dropout: float = 0.0
    held_out: float = 0.1


RECIPES = {
    Preset.QUICK: Recipe(
        "Quick",
        "A third of the passes and a narrow adapter: shows whether the rows teach anything.",
        passes=1 / 3,
        width=1 / 2,
        held_out=0.0,
    ),
    Preset.BALANCED: Recipe(
        "Balanced", "As many passes as fit the base and the rows; a tenth is held out and measured. Right for most."
    ),
    Preset.THOROUGH: Recipe(
        "Thorough",
        "Twice the passes, gentler, a wide adapter, dropout: for large or difficult sets.",
        passes=2,
        width=2,
        rate=1 / 2,
        dropout=0.05,
    ),
}


def config_for(preset: Preset, parameters: int, rows: int) -> TrainingConfig:
    """The preset's settings for a base with `parameters` weights (0: unknown) and a set of `rows`."""
    recipe = RECIPES[preset]
    held_out = recipe.held_out if rows >= FEWEST_TO_HOLD_OUT else 0.0
    suggested = suggested_config(parameters, rows - round(rows * held_out))
    return suggested.model_copy(
        update={
            "epochs": max(1, round(suggested.epochs * recipe.passes)),
            "rank": max(1, round(suggested.rank * recipe.width)),
            "alpha": suggested.alpha * recipe.width,
            "learning_rate": suggested.learning_rate * recipe.rate,
            "dropout": recipe.dropout,
            "validation_share": held_out,
        }
    )
