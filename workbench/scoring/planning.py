"""How many questions it takes to find a difference: sample sizes for the paired tests of statistics.py and
permutation.py.

Both tests compare the sum of the differences with the root of the sum of their squares. For a true mean difference `d`
and a deviation `s` of the differences that is about normal, with the mean d * sqrt(n / m) and, for small differences,
the variance s**2 / m, where m = s**2 + d**2 (Miettinen 1968, "The matched pairs design in the case of all-or-none
responses"; Connor 1987, "Sample size for testing differences in proportions for the paired-sample design").
"""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]
    Matrix = NDArray[float64]

POWER = 0.80
_NORMAL = NormalDist()
_POOLED = 30.0
"""Questions whose weight the mean of all rivals has in what is planned for one of them."""
_DRAWS = 1000
"""Simulated statistics for several rivals: their power is then known to 1.3 points."""
_ROUNDS = 2
"""After which the number stays the same but for a question or two."""
_MOST = 10_000_000
"""Questions that nobody will ever ask."""
_IMAGINARY, _IMAGINARY_GRADED = 0.4, 0.25
"""Weight of each of the two imaginary questions (one gained, one lost) that few questions are planned with."""
_ONE_WAY = 1.06
"""Least number of right / wrong answers that differ, as a multiple of their mean difference."""
_STEPS, _STEPS_GRADED = 0.02, 0.0
"""Power that is planned above what is promised: deviations come from few questions, p-values of right / wrong answers
in steps."""


def paired_deviation(first: Sequence[float], second: Sequence[float]) -> float:
    """Standard deviation of `second - first` per question, for planning; never 0.

    Two imaginary questions of less than half a question's weight, one as far up as the farthest and one as far down, so
    that few questions which all agree do not promise certainty. It is the idea of Bonett & Price 2012 with less weight:
    with whole questions, 30 that rarely differ ask for so many that the power is 97 % instead of 80 %.
    """
    import numpy as np

    if len(first) != len(second) or len(first) == 0:
        raise ValueError(f"paired scores need the same questions: {len(first)} and {len(second)} given")
    return deviation_of(np.asarray(second, dtype=float) - np.asarray(first, dtype=float))


def deviation_of(differences: "Vector") -> float:
    """`paired_deviation` of differences, one per question."""
    mean = float(differences.mean())
    seen = float(((differences - mean) ** 2).sum())
    far = 1.0 if len(differences) < 2 or seen < 1e-12 else float(abs(differences).max())
    return sqrt((seen + 2 * _IMAGINARY * far**2) / (len(differences) + 2 * _IMAGINARY))


def questions_needed(deviation: float, *, difference: float = 0.05, power: float = POWER, alpha: float = 0.05) -> int:
    """How many questions in all find a true mean difference with this power in a two-sided paired test.

    n = ((z(1 - alpha / 2) * sqrt(s**2 + d**2) + z(power) * s) / d) ** 2.
    """
    both = sqrt(deviation**2 + difference**2)
    z = _NORMAL.inv_cdf(1 - alpha / 2) * both + _NORMAL.inv_cdf(power) * deviation
    return max(1, ceil((z / difference) ** 2))


def questions_to_win(
    differences: "Matrix", margins: Sequence[float], *, pairs: int, power: float = POWER, alpha: float = 0.05
) -> int:
    """How many questions in all find one arm better than *every* rival, if it is, with this power after Holm's
    correction.

    `differences` has a row for each question seen and a column for each rival: the better arm's score less the
    rival's. `margins` are the true differences that are to be found, `pairs` the number of all pairs that are tested.
    Holm rejects the rivals' pairs one after the other at alpha / pairs, alpha / (pairs - 1), ...: the others, between
    rivals, are counted as never rejected. For one rival that is a formula, for several it is simulated with the
    correlation of the differences.
    """
    import numpy as np

    # Rivals are much alike: what few questions say of one is pooled with what they say of the others.
    plans = np.array([_plan(differences[:, column], margin) for column, margin in enumerate(margins)])
    pooled = _POOLED / (_POOLED + len(differences))
    slopes, spreads = ((1 - pooled) * plans + pooled * plans.mean(axis=0)).T
    power += _STEPS if _is_right_or_wrong(differences) else _STEPS_GRADED
    limits = np.array([_NORMAL.inv_cdf(1 - alpha / (2 * (pairs - place))) for place in range(len(margins))])
    if len(margins) == 1:
        root = float((limits[0] + _NORMAL.inv_cdf(power) * spreads[0]) / slopes[0])
        return _whole(root)
    noise = _correlated(differences) * spreads
    root = 0.0
    for _ in range(_ROUNDS):
        # The strongest statistic must meet the strictest limit, and so on; their order depends on the number.
        places = np.argsort(np.argsort(-(slopes * root + noise), axis=1), axis=1)
        enough = ((limits[places] - noise) / slopes).max(axis=1)
        root = float(np.quantile(enough, power))
    return _whole(root)


def _is_right_or_wrong(differences: "Matrix | Vector") -> bool:
    """Whether all are 0 or whole points."""
    return bool(((differences == 0.0) | (abs(differences) == 1.0)).all())


def _whole(root: float) -> int:
    return max(1, min(_MOST, ceil(root**2))) if root > 0 else 1


def _plan(differences: "Vector", margin: float) -> tuple[float, float]:
    """Mean per root of n, and standard deviation, of the statistic sum(d) / sqrt(sum(d**2)) if the mean difference is
    `margin` and questions differ as often and as much as those seen.

    The variance is that of the delta method: the denominator is random, too, and where nearly all differences go one
    way (5 points between arms that differ on 6 questions of 100) it takes most of the numerator's chance with it.
    The third moment assumes that large and small differences favour the better arm alike.
    """
    sizes = abs(differences)
    far = float(sizes.max()) if len(sizes) > 1 and float(sizes.max()) > 0 else 1.0

    one_way, imaginary = (_ONE_WAY, 2 * _IMAGINARY) if _is_right_or_wrong(sizes) else (1.0, 2 * _IMAGINARY_GRADED)

    def mean_power(exponent: int) -> float:
        return float((sizes**exponent).sum() + imaginary * far**exponent) / (len(sizes) + imaginary)

    # The variance seen, around another mean. A mean of `margin` needs at least so much difference, and right / wrong
    # answers seldom differ all one way.
    around = 1.0 + (margin**2 - float(differences.mean()) ** 2) / mean_power(2)
    more = max(around, one_way * margin / mean_power(1))
    second, fourth = more * mean_power(2), more * mean_power(4)
    third = margin * mean_power(3) / mean_power(1)
    ratio = margin / second
    variance = second - margin**2 - ratio * (third - margin * second) + ratio**2 / 4 * (fourth - second**2)
    return margin / sqrt(second), sqrt(max(variance, 0.0) / second)


def _correlated(differences: "Matrix") -> "Matrix":
    """Normal draws (seeded) with the correlation of the columns, which one imaginary question of each kind tempers."""
    import numpy as np

    count, rivals = differences.shape
    centred = differences - differences.mean(axis=0)
    # The better arm is in every pair: equal spreads of independent arms have a correlation of one half.
    prior = 0.5 + 0.5 * np.eye(rivals)
    covariance = centred.T @ centred + 1e-6 * np.eye(rivals)
    spread = np.sqrt(np.diag(covariance))
    correlation = (count * covariance / np.outer(spread, spread) + 2 * prior) / (count + 2)
    found: Matrix = _normal_draws(rivals) @ np.linalg.cholesky(correlation).T
    return found


@lru_cache(maxsize=8)
def _normal_draws(columns: int) -> "Matrix":
    import numpy as np

    return np.random.default_rng(0).standard_normal((_DRAWS, columns))
