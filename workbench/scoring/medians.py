"""The interval of a median, for times: they have no common form, so nothing is assumed about it."""

from collections.abc import Sequence
from math import comb


def median_interval(values: Sequence[float], *, confidence: float = 0.95) -> tuple[float, float] | None:
    """The ends of the median's interval in the values' unit; None where they are too few for this confidence.

    From the k-th smallest to the k-th largest value, the largest k that covers the median with `confidence`: the number
    of values below the median is binomial with p = 1/2 (Thompson 1936, "On confidence ranges for the median"). Six
    values are the fewest for 95 %; of ten, the second and the ninth cover 97.9 %.
    """
    ordered, count = sorted(values), len(values)
    outside, place = 0.0, 0
    while place < count // 2:
        outside += 2 * comb(count, place) / 2**count
        if outside > 1 - confidence:
            break
        place += 1
    return (ordered[place - 1], ordered[count - place]) if place else None
