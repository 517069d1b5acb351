"""Intervals and paired tests that hold for small sets of questions; how many questions it takes: planning.py.

Scores lie between 0 and 1. Where every score is 0 or 1 the methods for proportions are used, else those for graded
scores. Why these methods: docs/decisions/0006-intervals-for-few-questions.md.
Everything random is seeded: the same scores give the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from workbench.scoring.permutation import sign_flip_tests

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]

CONFIDENCE = 0.95
_NORMAL = NormalDist()
_RESAMPLES = 1999
_FEW_CARRY_IT = 8.0
"""Kurtosis from which a few questions carry the whole spread."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the ends of its confidence interval."""

    estimate: float
    low: float
    high: float

    def lies_within(self, margin: float) -> bool:
        """Whether every plausible value is closer to 0 than `margin`."""
        return -margin <= self.low and self.high <= margin


def is_binary(values: Sequence[float]) -> bool:
    """Whether every value is 0 or 1."""
    import numpy as np

    found = np.asarray(values, dtype=float)
    return bool(((found == 0.0) | (found == 1.0)).all())


def mean_interval(values: Sequence[float], *, confidence: float = CONFIDENCE, seed: int = 0) -> Interval | None:
    """Mean of scores in 0..1 with its interval; None for no values."""
    if len(values) == 0:
        return None
    if is_binary(values):
        return proportion_interval(sum(values), len(values), confidence=confidence)
    return _graded_mean_interval(values, confidence, seed)


def proportion_interval(successes: float, count: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Agresti & Coull 1998, "Approximate is better than 'exact' for interval estimation of binomial proportions".

    Centred like Wilson's interval and as narrow on average, but where Wilson's covers 92 % (30 answers, share .88) this
    one covers 93.4 %. A sum of graded scores may be given for `successes`: their variance is never larger than that of
    right / wrong scores with the same mean.
    """
    z = _quantile(confidence)
    centre = (successes + z * z / 2) / (count + z * z)
    half = z * sqrt(centre * (1 - centre) / (count + z * z))
    return Interval(successes / count, max(0.0, centre - half), min(1.0, centre + half))


def _graded_mean_interval(values: Sequence[float], confidence: float, seed: int) -> Interval:
    """Bootstrap-t (Efron & Tibshirani 1993, chapter 12), never wider than the interval of a proportion.

    The cap holds for any scores in 0..1 (their variance is at most m(1 - m)) and tames the bootstrap where nearly all
    answers are right: at mean .95 with 30 answers it was 0.9 wide, capped 0.19 with 96 % coverage.
    """
    import numpy as np

    sample = np.asarray(values, dtype=float)
    cap = proportion_interval(float(sample.sum()), len(sample), confidence=confidence)
    spread = float(sample.std(ddof=1)) if len(sample) > 1 else 0.0
    if spread < 1e-12:
        return cap
    lower_t, upper_t = _bootstrap_t_quantiles(sample, confidence, seed)
    mean, error = float(sample.mean()), spread / sqrt(len(sample))
    low, high = max(mean - upper_t * error, cap.low), min(mean - lower_t * error, cap.high)
    return Interval(mean, min(low, mean), max(high, mean))


def _bootstrap_t_quantiles(sample: "Vector", confidence: float, seed: int) -> tuple[float, float]:
    import numpy as np

    count = len(sample)
    weights = _resamples(count, seed)
    means = weights @ sample / count
    variances = np.maximum(weights @ sample**2 / count - means**2, 0.0) * count / (count - 1)
    errors, shifts = np.sqrt(variances / count), means - sample.mean()
    # A resample of equal values has no error: it stands beyond every finite t.
    beyond = np.sign(shifts) * 1e9
    ratios = np.divide(shifts, errors, out=beyond, where=errors > 1e-12)
    low, high = np.quantile(ratios, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


@lru_cache(maxsize=2)
def _resamples(count: int, seed: int) -> "NDArray[float64]":
    """How often each of `count` answers is drawn; arms of one comparison share the draws."""
    import numpy as np

    return np.random.default_rng(seed).multinomial(count, [1 / count] * count, _RESAMPLES).astype(float)


def difference_interval(first: Sequence[float], second: Sequence[float], *, confidence: float = CONFIDENCE) -> Interval:
    """Mean of `second - first` over the same questions, with its interval. Needs at least one question."""
    _check_paired(first, second)
    if is_binary(first) and is_binary(second):
        gained, lost = _discordant(first, second)
        return paired_proportions_interval(gained, lost, len(first), confidence=confidence)
    return graded_difference_interval(_differences(first, second), confidence=confidence)


def paired_proportions_interval(gained: int, lost: int, count: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Bonett & Price 2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
    data".

    `gained` questions are right only in the second arm, `lost` only in the first, of `count` in all. One imaginary
    question is added to each of both kinds, which keeps the coverage for few questions.
    """
    up, down = (gained + 1) / (count + 2), (lost + 1) / (count + 2)
    half = _quantile(confidence) * sqrt((up + down - (up - down) ** 2) / (count + 2))
    return Interval((gained - lost) / count, max(-1.0, up - down - half), min(1.0, up - down + half))


def graded_difference_interval(differences: "Sequence[float] | Vector", *, confidence: float = CONFIDENCE) -> Interval:
    """The mean of one difference per question, with its interval.

    Student's t with the idea of Bonett & Price: two imaginary questions, as far from the mean as the farthest real.
    Where a few questions carry the whole spread (a kurtosis far above the normal distribution's 3), nobody has seen
    what others like them hold: the imaginary ones are then up to a whole point away.

    Simulated with 10 to 300 questions and arms from .3 to .99 that agree on nearly everything, on some and on nothing:
    this covers at least 93.6 % with 10 questions and 95 % from 20 on, as wide as plain t where that holds; plain t 60 %
    and 75 %, the bootstrap-t 86 % with 30 and the percentile bootstrap less, because most differences are 0 there and
    resamples have no spread.
    """
    import numpy as np
    from scipy.special import stdtrit

    sample = np.asarray(differences, dtype=float)
    count, mean = len(sample), float(sample.mean())
    if count < 2:
        return Interval(mean, -1.0, 1.0)
    squares = (sample - mean) ** 2
    total = float(squares.sum())
    far = _farthest(float(squares.max()), count * float((squares**2).sum()) / total**2 if total > 1e-18 else inf)
    half = float(stdtrit(count - 1, (1 + confidence) / 2)) * sqrt((total + 2 * far**2) / (count + 1) / (count + 2))
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half))


def _farthest(largest_square: float, kurtosis: float) -> float:
    """How far the imaginary questions are from the mean; equal differences tell nothing about their spread."""
    return max(sqrt(largest_square), min(1.0, (kurtosis / _FEW_CARRY_IT) ** 2))


def paired_test(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> float:
    """Two-sided p-value for "both arms are equally good" over the same questions."""
    _check_paired(first, second)
    if is_binary(first) and is_binary(second):
        gained, lost = _discordant(first, second)
        return mcnemar_mid_p(gained, lost)
    return sign_flip_tests(_differences(first, second)[:, None], seed=seed)[0]


def mcnemar_mid_p(gained: int, lost: int) -> float:
    """McNemar's mid-p test: exact binomial, half of the observed outcome's probability counted.

    Fagerland, Lydersen & Laake 2013, "The McNemar test for binary matched-pairs data: mid-p and asymptotic are better
    than exact conditional".
    """
    from scipy.special import bdtr

    count, fewer = gained + lost, min(gained, lost)
    if count == 0 or gained == lost:
        return 1.0
    below = float(bdtr(fewer - 1, count, 0.5)) if fewer > 0 else 0.0
    return min(1.0, float(bdtr(fewer, count, 0.5)) + below)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for testing them all (Holm 1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, worst = [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = worst
    return corrected


def _discordant(first: Sequence[float], second: Sequence[float]) -> tuple[int, int]:
    """Questions that only the second arm has right, and those that only the first has."""
    differences = _differences(first, second)
    return int((differences > 0).sum()), int((differences < 0).sum())


def _differences(first: Sequence[float], second: Sequence[float]) -> "Vector":
    import numpy as np

    found: Vector = np.asarray(second, dtype=float) - np.asarray(first, dtype=float)
    return found


def _quantile(confidence: float) -> float:
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def _check_paired(first: Sequence[float], second: Sequence[float]) -> None:
    if len(first) != len(second) or len(first) == 0:
        raise ValueError(f"paired scores need the same questions: {len(first)} and {len(second)} given")
