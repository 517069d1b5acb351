"""Does a metric judge as a person does? Kappa and tau with intervals that hold for few ratings.

Which interval, and how well it covers: docs/decisions/0022-how-far-a-judge-is-trusted.md.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from workbench.scoring.statistics import Interval

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]

FEWEST_RATINGS = 30
"""Below this number the interval of kappa is so wide (about 0.5 at a kappa of 0.6) that it tells nothing."""
_NOTHING = 1e-12
_ENDS = (0.025, 0.975)
_DRAWS, _FEWER_DRAWS = 1000, 400
_MANY = 300
"""Judgements from which on fewer draws are made: their intervals are narrow, and tau costs their square."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two judgements of the same answers go together."""

    count: int
    kappa: Interval | None
    """Cohen's kappa with quadratic weights; None where either side says always the same."""
    tau: Interval | None
    """Kendall's tau-b; None where either side says always the same."""


def agreement(ours: Sequence[float], theirs: Sequence[float], groups: Sequence[Hashable] | None = None) -> Agreement:
    """Kappa and tau of paired judgements in 0..1, each with its 95 % interval.

    `groups` tells which belong together (answers to one question): they are drawn together.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} judgements against {len(theirs)}")
    x, y = _vector(ours), _vector(theirs)
    if len(x) < 2:
        return Agreement(len(x), None, None)
    drawn = _Draws(x, y, groups if groups is not None else range(len(x)))
    return Agreement(len(x), drawn.interval(_kappa(x, y), _kappas), drawn.interval(_tau(x, y), _taus))


def weighted_kappa(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968, "Weighted kappa"); None where it is not defined.

    One minus the mean squared difference, divided by the one that chance would give: the mean over all pairs of a
    judgement of ours with one of theirs. Of right / wrong judgements this is Cohen's plain kappa; it needs no
    categories, so grades of 1 to 5, three steps and shares can be held against each other.
    """
    return _kappa(_vector(ours), _vector(theirs))


def tau_b(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Kendall's tau-b (Kendall 1945, "The treatment of ties in ranking problems"); None where it is not defined."""
    return _tau(_vector(ours), _vector(theirs))


def _vector(values: Sequence[float]) -> "Vector":
    import numpy as np

    return np.asarray(values, dtype=float)


def _kappa(x: "Vector", y: "Vector") -> float | None:
    import numpy as np

    return _known(_kappas(x, y, np.ones((1, len(x))))) if len(x) else None


def _tau(x: "Vector", y: "Vector") -> float | None:
    import numpy as np

    return _known(_taus(x, y, np.ones((1, len(x))))) if len(x) else None


def _known(found: "Vector") -> float | None:
    return None if isnan(found[0]) else float(found[0])


def _kappas(x: "Vector", y: "Vector", weights: "Vector") -> "Vector":
    """Kappa for every row of weights; NaN where either side says always the same."""
    import numpy as np

    shares = weights / weights.sum(axis=1, keepdims=True)
    mean_x, mean_y, square_x, square_y = shares @ x, shares @ y, shares @ x**2, shares @ y**2
    chance = square_x + square_y - 2 * mean_x * mean_y
    varied = (square_x - mean_x**2 > _NOTHING) & (square_y - mean_y**2 > _NOTHING)
    kappas = np.full(len(weights), np.nan)
    kappas[varied] = 1 - (shares @ (x - y) ** 2)[varied] / chance[varied]
    return kappas


def _taus(x: "Vector", y: "Vector", weights: "Vector") -> "Vector":
    """Tau-b for every row of weights; NaN where either side says always the same."""
    import numpy as np

    signs_x, signs_y = np.sign(x[:, None] - x[None, :]), np.sign(y[:, None] - y[None, :])

    def total(matrix: "Vector") -> "Vector":
        sums: Vector = ((weights @ matrix) * weights).sum(axis=1)
        return sums

    untied = total(signs_x**2) * total(signs_y**2)
    taus = np.full(len(weights), np.nan)
    varied = untied > _NOTHING
    taus[varied] = total(signs_x * signs_y)[varied] / np.sqrt(untied[varied])
    return taus


class _Draws:
    """The Bayesian bootstrap (Rubin 1981): every group gets a random weight instead of being drawn or not.

    It is drawn twice. Once with four imaginary judgements of half a weight each at the corners of what was said (both
    low, both high, and the two contradictions): of right / wrong judgements that is Jeffreys' prior for the table of
    two by two. They keep an interval from shrinking to a point where few judgements all agree, but pull that of grades
    which nearly agree too far down; so it is drawn without them too, and an interval reaches as far as both do.
    """

    def __init__(self, x: "Vector", y: "Vector", groups: Sequence[Hashable]) -> None:
        import numpy as np

        low, high = min(x.min(), y.min()), max(x.max(), y.max())
        self._x, self._y = np.append(x, (low, low, high, high)), np.append(y, (low, high, low, high))
        numbers: dict[Hashable, int] = {}
        owners = np.asarray([numbers.setdefault(group, len(numbers)) for group in groups])
        chance = np.random.default_rng(0)
        draws = _DRAWS if len(x) <= _MANY else _FEWER_DRAWS
        own = chance.gamma(1.0, size=(draws, len(numbers)))[:, owners]
        corners = chance.gamma(0.5, size=(draws, 4))
        self._weights = tuple(np.concatenate([own, corners * share], axis=1) for share in (1.0, 0.0))

    def interval(self, estimate: float | None, statistic: Callable[..., "Vector"]) -> Interval | None:
        """From the lowest to the highest of both 95 % intervals; it holds the estimate."""
        import numpy as np

        if estimate is None:
            return None
        drawn = [statistic(self._x, self._y, weights) for weights in self._weights]
        ends = [np.quantile(known, _ENDS) for one in drawn if len(known := one[~np.isnan(one)])]
        low, high = min(float(end[0]) for end in ends), max(float(end[1]) for end in ends)
        return Interval(estimate, max(-1.0, min(low, estimate)), min(1.0, max(high, estimate)))
