"""What a verdict is given on, beside the scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.compare.economy import Economy
from workbench.compare.weights import Weights

MARGIN = 0.05
"""A difference that matters, unless the user says otherwise: 5 points."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user wants of a verdict, and what is known beside the scores."""

    margin: float = MARGIN
    weights: Weights = field(default_factory=Weights)
    """What the recommendation goes by."""
    economy: Economy = field(default_factory=Economy)
    """What costs are counted with."""
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Kinds of questions that have a verdict of their own: tag to example ids."""
    noise: Mapping[str, float] = field(default_factory=dict)
    """Standard deviation of an arm's scores within a question, where it answered several times."""
    notes: tuple[str, ...] = ()
    """What is left out of the verdict, and why: said at its end."""
