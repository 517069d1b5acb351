"""Statistics against published numbers, scipy, and simulation with a seed."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.scoring.permutation import sign_flip_test
from workbench.scoring.statistics import (
    difference_interval,
    graded_difference_interval,
    holm,
    mcnemar_mid_p,
    mean_interval,
    paired_proportions_interval,
    paired_test,
    proportion_interval,
)

# Airway hyper-responsiveness before and after stem cell transplantation (Bentur et al. 2009), as analysed by Fagerland,
# Lydersen & Laake 2014: 21 children, 1 positive only before, 7 only after.
AHR = {"gained": 7, "lost": 1, "count": 21}


def test_that_the_paired_interval_of_the_published_example_is_found() -> None:
    interval = paired_proportions_interval(**AHR)
    assert (round(interval.estimate, 3), round(interval.low, 3), round(interval.high, 3)) == (0.286, 0.013, 0.508)


def test_that_the_mid_p_value_of_the_published_example_is_found() -> None:
    assert round(mcnemar_mid_p(AHR["gained"], AHR["lost"]), 4) == 0.0391


def test_that_arms_with_equally_many_gains_and_losses_do_not_differ() -> None:
    assert mcnemar_mid_p(4, 4) == 1.0
    assert mcnemar_mid_p(0, 0) == 1.0


def test_that_the_mid_p_value_agrees_with_scipy() -> None:
    from scipy.stats import binom, binomtest

    for gained, lost in ((3, 9), (12, 1), (30, 41)):
        exact = binomtest(gained, gained + lost).pvalue
        observed = binom.pmf(gained, gained + lost, 0.5)
        assert mcnemar_mid_p(gained, lost) == pytest.approx(exact - observed)


def test_that_the_proportion_interval_is_that_of_agresti_and_coull() -> None:
    # 0 of 20 and 10 of 10: two more of each kind (z squared is about 4), as in the paper's rule.
    z2 = 1.959964**2
    interval = proportion_interval(8, 40)
    centre = (8 + z2 / 2) / (40 + z2)
    assert (interval.low + interval.high) / 2 == pytest.approx(centre, abs=1e-6)
    assert proportion_interval(0, 20).low == 0.0
    assert proportion_interval(0, 20).high > 0.13
    assert proportion_interval(10, 10).high == 1.0


@pytest.mark.parametrize("count", [30, 100])
def test_that_the_proportion_interval_covers_93_percent_everywhere(count: int) -> None:
    from scipy.stats import binom

    successes = np.arange(count + 1)
    ends = [proportion_interval(int(k), count) for k in successes]
    low, high = np.array([e.low for e in ends]), np.array([e.high for e in ends])
    for share in np.linspace(0.3, 0.95, 131):
        covered = binom.pmf(successes, count, share)[(low <= share) & (share <= high)].sum()
        assert covered >= 0.93, share


def _like_word_f1(random: np.random.Generator, mean: float, count: int) -> list[float]:
    """Many exact answers, many empty ones, some in between."""
    kind = random.random(count)
    right, wrong = mean * 0.6, (1 - mean) * 0.6
    between = (mean - right) / (1 - right - wrong)
    partly = random.beta(between * 2, (1 - between) * 2, count)
    return [float(x) for x in np.where(kind < right, 1.0, np.where(kind < right + wrong, 0.0, partly))]


@pytest.mark.parametrize("means", [(0.3, 0.3), (0.5, 0.6), (0.9, 0.95), (0.95, 0.95), (0.3, 0.95)])
def test_that_the_graded_difference_interval_covers(means: tuple[float, float]) -> None:
    random = np.random.default_rng(11)
    hits, repeats = 0, 600
    for _ in range(repeats):
        interval = difference_interval(_like_word_f1(random, means[0], 30), _like_word_f1(random, means[1], 30))
        hits += interval.low <= means[1] - means[0] <= interval.high
    assert hits / repeats >= 0.93


def _rarely_different(random: np.random.Generator, count: int) -> tuple[list[float], float]:
    """Strong arms that meet the same hardness: most differences are 0, a few are large. And their true mean."""
    shared = random.random(count)
    sizes = np.where(shared < 0.08, np.minimum(1.0, random.exponential(0.6, count)), 0.0)
    return [float(x) for x in sizes], 0.08 * 0.6 * (1 - float(np.exp(-1 / 0.6)))


@pytest.mark.parametrize("count", [20, 30, 100])
def test_that_the_interval_covers_where_a_few_questions_carry_the_whole_difference(count: int) -> None:
    random = np.random.default_rng(21)
    hits, repeats = 0, 800
    for _ in range(repeats):
        differences, true = _rarely_different(random, count)
        interval = graded_difference_interval(differences)
        hits += interval.low <= true <= interval.high
    assert hits / repeats >= 0.93


def test_that_small_differences_on_all_questions_keep_a_narrow_interval() -> None:
    """Scores of similarity differ by a few points everywhere: nobody has to fear a whole point there."""
    differences = [float(x) for x in np.random.default_rng(22).normal(0.02, 0.05, 30)]
    interval = graded_difference_interval(differences)
    assert interval.high - interval.low < 0.06


def _tango(gained: int, lost: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Tango 1998, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design", inverted by bisection.
    """

    def statistic(delta: float) -> float:
        b = -(gained + lost) + (2 * count - gained + lost) * delta
        c = -lost * delta * (1 - delta)
        share = ((b * b - 8 * count * c) ** 0.5 - b) / (4 * count)
        variance = count * (2 * share + delta * (1 - delta))
        return float((gained - lost - count * delta) / variance**0.5)

    def bound(target: float, low: float, high: float) -> float:
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if statistic(middle) > target else (low, middle)
        return low

    return bound(z, -0.9999, 0.9999), bound(-z, -0.9999, 0.9999)


@pytest.mark.parametrize(
    ("gained", "lost", "count"), [(7, 1, 21), (9, 3, 60), (12, 20, 100), (2, 1, 30), (40, 25, 300)]
)
def test_that_the_paired_interval_is_near_the_score_interval(gained: int, lost: int, count: int) -> None:
    low, high = _tango(gained, lost, count)
    interval = paired_proportions_interval(gained, lost, count)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.03)


@pytest.mark.parametrize("mean", [0.3, 0.8, 0.95])
def test_that_the_graded_mean_interval_covers(mean: float) -> None:
    random = np.random.default_rng(12)
    hits, repeats = 0, 300
    for _ in range(repeats):
        interval = mean_interval(_like_word_f1(random, mean, 30))
        assert interval is not None
        hits += interval.low <= mean <= interval.high
    assert hits / repeats >= 0.92  # 93 % less the noise of 300 repeats


@pytest.mark.parametrize("shares", [(0.3, 0.3), (0.9, 0.95), (0.5, 0.7)])
def test_that_the_binary_difference_interval_covers(shares: tuple[float, float]) -> None:
    random = np.random.default_rng(13)
    hits, repeats = 0, 1500
    for _ in range(repeats):
        hardness = random.random(30)  # paired: both arms see the same hard questions
        first = [float(x) for x in hardness < shares[0]]
        second = [float(x) for x in np.where(random.random(30) < 0.5, hardness, random.random(30)) < shares[1]]
        interval = difference_interval(first, second)
        hits += interval.low <= shares[1] - shares[0] <= interval.high
    assert hits / repeats >= 0.93


@pytest.mark.parametrize("graded", [False, True])
def test_that_equal_arms_are_told_apart_in_at_most_6_percent(graded: bool) -> None:
    random = np.random.default_rng(14)
    false, repeats = 0, 600
    for seed in range(repeats):
        arms = [
            _like_word_f1(random, 0.6, 30) if graded else [float(x) for x in random.random(30) < 0.6] for _ in range(2)
        ]
        false += paired_test(*arms, seed=seed) < 0.05
    assert false / repeats <= 0.065  # 5 % and two errors of 600 repeats


def test_that_the_sign_flip_test_agrees_with_scipy() -> None:
    from scipy.stats import permutation_test

    random = np.random.default_rng(3)
    few = [float(x) for x in random.normal(0.2, 0.3, 9)]
    expected = permutation_test((np.array(few),), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flip_test(few) == pytest.approx(expected)
    many = [float(x) for x in random.normal(0.1, 0.3, 40)]
    sampled = permutation_test((np.array(many),), np.mean, permutation_type="samples", n_resamples=99_999, rng=1).pvalue
    assert sign_flip_test(many) == pytest.approx(sampled, abs=0.008)


def test_that_no_difference_at_all_is_no_evidence() -> None:
    assert sign_flip_test([0.0] * 20) == 1.0
    assert paired_test([0.5, 0.2], [0.5, 0.2]) == 1.0


def test_that_holm_corrects_as_in_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_that_one_question_says_nothing() -> None:
    interval = difference_interval([0.25], [0.75])
    assert (interval.estimate, interval.low, interval.high) == (0.5, -1.0, 1.0)
    assert mean_interval([]) is None


def test_that_scores_of_different_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="same questions"):
        paired_test([1.0], [1.0, 0.0])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(max_examples=60)
def test_that_an_interval_always_holds_its_mean_and_stays_in_range(values: list[float]) -> None:
    interval = mean_interval(values)
    assert interval is not None
    assert 0.0 <= interval.low <= interval.estimate + 1e-9
    assert interval.estimate - 1e-9 <= interval.high <= 1.0
    assert interval.estimate == pytest.approx(fmean(values))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
@settings(max_examples=60)
def test_that_swapping_the_arms_mirrors_the_difference(pairs: list[tuple[float, float]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    forth, back = difference_interval(first, second), difference_interval(second, first)
    assert forth.low == pytest.approx(-back.high)
    assert forth.high == pytest.approx(-back.low)
