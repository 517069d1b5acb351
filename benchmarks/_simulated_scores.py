"""Scores as arms have them, drawn from a known truth: right / wrong ones, and graded ones with many 0s and 1s."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]

_GRID = 4001
_EXACT = 0.6
"""Share of graded scores that are exactly right or wrong."""
_CONCENTRATION = 2.0
"""Of the beta distribution of the scores in between: nearly even, as word F1 is."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the arms of a simulated comparison."""

    means: tuple[float, ...]
    graded: bool
    correlation: float = 0.6
    """Of what makes a question hard for one arm and for another (of normal variables, before they become scores)."""

    def draw(self, questions: int, random: np.random.Generator) -> "Scores":
        """A row of scores for each arm, on the same questions."""
        from scipy.special import ndtr

        common = random.standard_normal(questions)
        own = random.standard_normal((len(self.means), questions))
        ability = ndtr(self.correlation**0.5 * common + (1 - self.correlation) ** 0.5 * own)
        if not self.graded:
            return np.asarray(ability > 1 - np.asarray(self.means)[:, None], dtype=float)
        grid = np.linspace(0, 1, _GRID)
        return np.stack(
            [np.interp(row, grid, _graded_quantiles(mean)) for row, mean in zip(ability, self.means, strict=True)]
        )


@lru_cache(maxsize=64)
def _graded_quantiles(mean: float) -> "Scores":
    """Inverse distribution function: exactly wrong, a beta distribution with the same mean, exactly right."""
    from scipy.special import betaincinv

    wrong, right = (1 - mean) * _EXACT, mean * _EXACT
    inside = (np.linspace(0, 1, _GRID) - wrong) / (1 - wrong - right)
    between = betaincinv(_CONCENTRATION * mean, _CONCENTRATION * (1 - mean), np.clip(inside, 0, 1))
    return np.where(inside <= 0, 0.0, np.where(inside >= 1, 1.0, between))
