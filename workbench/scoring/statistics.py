"""Intervals, paired tests and sample sizes that hold for small sets of questions.

Scores lie between 0 and 1. Where every score is 0 or 1 the methods for proportions are used, else those for graded
scores. Why these methods: docs/decisions/0006-intervals-for-few-questions.md.
Everything random is seeded: the same scores give the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]

CONFIDENCE = 0.95
_NORMAL = NormalDist()
_RESAMPLES = 1999
_FLIPS = 9999
_ENUMERATE_UP_TO = 13
"""Non-zero differences up to which all sign patterns are tried (8,192) instead of a sample."""


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
    return all(value in (0.0, 1.0) for value in values)


def mean_interval(values: Sequence[float], *, confidence: float = CONFIDENCE, seed: int = 0) -> Interval | None:
    """Mean of scores in 0..1 with its interval; None for no values."""
    if not values:
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
    weights = np.random.default_rng(seed).multinomial(count, [1 / count] * count, _RESAMPLES)
    means = weights @ sample / count
    variances = np.maximum(weights @ sample**2 / count - means**2, 0.0) * count / (count - 1)
    errors, shifts = np.sqrt(variances / count), means - sample.mean()
    # A resample of equal values has no error: it stands beyond every finite t.
    beyond = np.sign(shifts) * 1e9
    ratios = np.divide(shifts, errors, out=beyond, where=errors > 1e-12)
    low, high = np.quantile(ratios, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def difference_interval(first: Sequence[float], second: Sequence[float], *, confidence: float = CONFIDENCE) -> Interval:
    """Mean of `second - first` over the same questions, with its interval. Needs at least one question."""
    _check_paired(first, second)
    if is_binary(first) and is_binary(second):
        gained = sum(b > a for a, b in zip(first, second, strict=True))
        lost = sum(b < a for a, b in zip(first, second, strict=True))
        return paired_proportions_interval(gained, lost, len(first), confidence=confidence)
    return _graded_difference_interval([b - a for a, b in zip(first, second, strict=True)], confidence)


def paired_proportions_interval(gained: int, lost: int, count: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Bonett & Price 2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
    data".

    `gained` questions are right only in the second arm, `lost` only in the first, of `count` in all. One imaginary
    question is added to each of both kinds, which keeps the coverage for few questions.
    """
    up, down = (gained + 1) / (count + 2), (lost + 1) / (count + 2)
    half = _quantile(confidence) * sqrt((up + down - (up - down) ** 2) / (count + 2))
    return Interval((gained - lost) / count, max(-1.0, up - down - half), min(1.0, up - down + half))


def _graded_difference_interval(differences: Sequence[float], confidence: float) -> Interval:
    """Student's t with the idea of Bonett & Price: two imaginary questions, as far from the mean as the farthest real.

    Simulated with 30 questions and strong arms (.95): this covers at least 94.7 %, plain t 93.5 %, the bootstrap-t 86 %
    and the percentile bootstrap less, because most differences are 0 there and resamples have no spread.
    """
    import numpy as np
    from scipy.stats import t

    sample = np.asarray(differences, dtype=float)
    count, mean = len(sample), float(sample.mean())
    if count < 2:
        return Interval(mean, -1.0, 1.0)
    # Equal differences tell nothing about their spread: the imaginary questions then differ by a whole point.
    far = float(np.abs(sample - mean).max()) or 1.0
    variance = (float(((sample - mean) ** 2).sum()) + 2 * far**2) / (count + 1)
    half = float(t.ppf((1 + confidence) / 2, count - 1)) * sqrt(variance / (count + 2))
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half))


def paired_test(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> float:
    """Two-sided p-value for "both arms are equally good" over the same questions."""
    _check_paired(first, second)
    if is_binary(first) and is_binary(second):
        gained = sum(b > a for a, b in zip(first, second, strict=True))
        lost = sum(b < a for a, b in zip(first, second, strict=True))
        return mcnemar_mid_p(gained, lost)
    return sign_flip_test([b - a for a, b in zip(first, second, strict=True)], seed=seed)


def mcnemar_mid_p(gained: int, lost: int) -> float:
    """McNemar's mid-p test: exact binomial, half of the observed outcome's probability counted.

    Fagerland, Lydersen & Laake 2013, "The McNemar test for binary matched-pairs data: mid-p and asymptotic are better
    than exact conditional".
    """
    count, fewer = gained + lost, min(gained, lost)
    if count == 0 or gained == lost:
        return 1.0
    tail = sum(comb(count, k) for k in range(fewer + 1))
    return float(min(1.0, (2 * tail - comb(count, fewer)) / 2**count))


def sign_flip_test(differences: Sequence[float], *, seed: int = 0) -> float:
    """Paired permutation test on the mean: each difference may as well have the other sign (Fisher 1935, section 21).

    All patterns where they are few, else a seeded sample, counted as (hits + 1) / (sample + 1) so that no p is 0
    (Phipson & Smyth 2010).
    """
    import numpy as np

    sample = np.asarray([d for d in differences if d != 0], dtype=float)
    if not len(sample):
        return 1.0
    observed = abs(sample.sum()) - 1e-12 * np.abs(sample).sum()
    if len(sample) <= _ENUMERATE_UP_TO:
        bits = (np.arange(2 ** len(sample))[:, None] >> np.arange(len(sample))) & 1
        return float((np.abs((1 - 2 * bits) @ sample) >= observed).mean())
    signs = np.random.default_rng(seed).integers(0, 2, (_FLIPS, len(sample)), dtype=np.int8)
    hits = int((np.abs((1.0 - 2.0 * signs) @ sample) >= observed).sum())
    return (hits + 1) / (_FLIPS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for testing them all (Holm 1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, worst = [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = worst
    return corrected


def paired_deviation(first: Sequence[float], second: Sequence[float]) -> float:
    """Standard deviation of `second - first` per question, for planning; never 0.

    For right / wrong scores with the two imaginary questions of Bonett & Price, so that few questions that all agree do
    not promise certainty.
    """
    _check_paired(first, second)
    differences = [b - a for a, b in zip(first, second, strict=True)]
    if len(differences) < 2 or (is_binary(first) and is_binary(second)) or len(set(differences)) == 1:
        differences = [*differences, 1.0, -1.0]
    mean = sum(differences) / len(differences)
    return sqrt(sum((d - mean) ** 2 for d in differences) / len(differences))


def questions_needed(deviation: float, *, difference: float = 0.05, power: float = 0.80, alpha: float = 0.05) -> int:
    """How many questions in all find a true mean difference with this power in a two-sided paired test.

    Normal approximation: n = ((z(1 - alpha / 2) + z(power)) * deviation / difference) ** 2.
    """
    z = _NORMAL.inv_cdf(1 - alpha / 2) + _NORMAL.inv_cdf(power)
    return max(1, ceil((z * deviation / difference) ** 2))


def _quantile(confidence: float) -> float:
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def _check_paired(first: Sequence[float], second: Sequence[float]) -> None:
    if len(first) != len(second) or not first:
        raise ValueError(f"paired scores need the same questions: {len(first)} and {len(second)} given")
