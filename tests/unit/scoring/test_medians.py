"""The interval of a median covers it as often as it says."""

import random
from statistics import median

import pytest

from workbench.scoring.medians import median_interval


def test_that_five_values_are_too_few_and_six_are_enough() -> None:
    assert median_interval([1, 2, 3, 4, 5]) is None
    assert median_interval([6, 1, 2, 5, 3, 4]) == (1, 6)
    assert median_interval([]) is None


def test_that_ten_values_give_the_second_and_the_ninth() -> None:
    assert median_interval([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) == (2, 9)


@pytest.mark.parametrize("count", [6, 10, 11, 25])
def test_that_the_median_is_within_it_at_least_95_times_in_100(count: int) -> None:
    luck = random.Random(0)
    true = median(luck.lognormvariate(0, 1) for _ in range(20_001))
    hits = 0
    for _ in range(2000):
        found = median_interval([luck.lognormvariate(0, 1) for _ in range(count)])
        assert found is not None
        hits += found[0] <= true <= found[1]
    assert hits >= 0.95 * 2000 - 20
