"""Settings that fit a base and a number of rows, where nobody chose any.

Measured with the starter model (6M parameters) on 200 to 288 rows of a house format: batch 8, rate 2e-3, 3 passes (108
steps) 2 % exact; batch 4, rate 3e-3, 4 passes (288 steps) 13 %; batch 4, rate 2e-3, 10 passes (500 steps) 53 % on
generated messages. What counts is the number of steps; bigger bases need fewer and gentler ones.
"""

import math
from dataclasses import dataclass

from workbench.finetune.types import Method, Objective, TrainingConfig, TrainRequest


@dataclass(frozen=True, slots=True)
class _Fit:
    """What fits bases from `parameters` on."""

    parameters: int
    learning_rate: float
    batch_size: int
    gradient_accumulation: int
    steps: int
    """A small set of rows is passed over until about this many optimizer steps are made."""


_FITS = (
    _Fit(1_000_000_000, 2e-4, 1, 8, 60),
    _Fit(100_000_000, 5e-4, 4, 2, 120),
    _Fit(0, 2e-3, 4, 1, 500),
)
FEWEST_EPOCHS, MOST_EPOCHS = 3, 10


def usual_steps(parameters: int) -> int:
    """Optimizer steps that a small set of rows is passed over for, of a base with that many weights (0: unknown)."""
    return _fit(parameters).steps


def suggested_config(parameters: int, rows: int) -> TrainingConfig:
    """The settings for a base with that many weights (0: unknown, taken as small) and that many rows."""
    fit = _fit(parameters)
    steps_per_epoch = max(1, math.ceil(rows / (fit.batch_size * fit.gradient_accumulation)))
    return TrainingConfig(
        epochs=min(MOST_EPOCHS, max(FEWEST_EPOCHS, math.ceil(fit.steps / steps_per_epoch))),
        batch_size=fit.batch_size,
        gradient_accumulation=fit.gradient_accumulation,
        learning_rate=fit.learning_rate,
    )


def _fit(parameters: int) -> _Fit:
    return next(fit for fit in _FITS if parameters >= fit.parameters)


FULL_RATE = 0.1
"""Of a LoRA learning rate: what fits when every weight is trained."""
SCRATCH_RATE = 3e-3
"""Of a model from scratch (Muon's and AdamW's, see `scratch.optimizer`)."""
_TEXT_RATES = ((1_000_000_000, 1e-4), (100_000_000, 3e-4), (0, 1e-3))
TEXT_RANK = 64
"""Continued pre-training teaches more than a format, so its adapter is wider before it is merged."""


def suggested_text_config(parameters: int) -> TrainingConfig:
    """The settings for raw text on a base with that many weights (0: unknown, taken as small)."""
    rate = next(rate for least, rate in _TEXT_RATES if parameters >= least)
    return TrainingConfig(
        objective=Objective.TEXT,
        epochs=2,
        batch_size=4,
        gradient_accumulation=2,
        learning_rate=rate,
        rank=TEXT_RANK,
        alpha=2.0 * TEXT_RANK,
        validation_share=0.05,
    )


def usual_rate(request: TrainRequest) -> float:
    """The learning rate that fits what this training changes, whatever it was given."""
    if request.scratch is not None:
        return SCRATCH_RATE
    parameters, config = request.base.parameters, request.config
    is_text = config.objective is Objective.TEXT
    suggested = suggested_text_config(parameters) if is_text else suggested_config(parameters, 0)
    return suggested.learning_rate * (FULL_RATE if config.method is Method.FULL else 1.0)
