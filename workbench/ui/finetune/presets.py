"""Three ways to train, as turns of the settings that fit the base and the rows. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.finetune.defaults import FULL_RATE, SCRATCH_RATE, suggested_config, suggested_text_config
from workbench.finetune.types import Method, Objective, TrainingConfig

FEWEST_TO_HOLD_OUT = 20
"""Of fewer rows none is held out: two or three measure nothing."""
SCRATCH_SAMPLES_EVERY = 100


class Goal(StrEnum):
    """What shall come out."""

    INSTRUCTIONS = "instructions"
    """A model that answers like the rows."""
    TEXT = "text"
    """A model that knows a text."""
    SCRATCH = "scratch"
    """A small model of one's own."""


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
    about_text: str
    """The same of raw text."""
    passes: float = 1.0
    """Of the suggested number, at least one."""
    width: float = 1.0
    """Of the suggested rank, and of alpha with it."""
    rate: float = 1.0
    """Of the suggested learning rate."""
    dropout: float = 0.0
    held_out: float = 0.1
    samples: int = 0
    """How often the model answers the sample prompts while it learns."""


RECIPES = {
    Preset.QUICK: Recipe(
        "Quick",
        "A third of the passes and a narrow adapter: shows whether the rows teach anything.",
        "One pass and narrow matrices: shows whether the text teaches anything.",
        passes=1 / 3,
        width=1 / 2,
        held_out=0.0,
    ),
    Preset.BALANCED: Recipe(
        "Balanced",
        "As many passes as fit the base and the rows; a tenth is held out and measured. Right for most.",
        "Two passes; a twentieth is held out and measured before and after. Right for most.",
        samples=5,
    ),
    Preset.THOROUGH: Recipe(
        "Thorough",
        "Twice the passes, gentler, a wide adapter, dropout: for large or difficult sets.",
        "Four passes, gentler, wide matrices, dropout: for a small text that matters.",
        passes=2,
        width=2,
        rate=1 / 2,
        dropout=0.05,
        samples=8,
    ),
}


def config_for(
    preset: Preset, parameters: int, rows: int, goal: Goal = Goal.INSTRUCTIONS, method: Method = Method.LORA
) -> TrainingConfig:
    """The preset's settings for a base with `parameters` weights (0: unknown) and a set of `rows`."""
    recipe = RECIPES[preset]
    if goal is Goal.SCRATCH:
        return _from_scratch(recipe)
    held_out = recipe.held_out if rows >= FEWEST_TO_HOLD_OUT else 0.0
    if goal is Goal.TEXT:
        suggested = suggested_text_config(parameters)
        held_out = suggested.validation_share  # perplexity before and after is what is measured
    else:
        suggested = suggested_config(parameters, rows - round(rows * held_out))
    rate = suggested.learning_rate * (FULL_RATE if method is Method.FULL else 1.0)
    epochs = max(1, round(suggested.epochs * recipe.passes))
    steps = epochs * -(-rows // (suggested.batch_size * suggested.gradient_accumulation))
    return suggested.model_copy(
        update={
            "method": method,
            "epochs": epochs,
            "rank": max(1, round(suggested.rank * recipe.width)),
            "alpha": suggested.alpha * recipe.width,
            "learning_rate": rate * recipe.rate,
            "dropout": recipe.dropout,
            "validation_share": held_out,
            "samples_every": max(1, steps // recipe.samples) if recipe.samples else 0,
        }
    )


def _from_scratch(recipe: Recipe) -> TrainingConfig:
    return TrainingConfig(
        objective=Objective.TEXT,
        method=Method.FULL,
        learning_rate=SCRATCH_RATE * recipe.rate,
        validation_share=0.05,
        samples_every=SCRATCH_SAMPLES_EVERY,
    )
