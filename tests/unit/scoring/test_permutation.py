"""The sign-flip test in its three ways of counting: all patterns, a sample, an expansion."""

import numpy as np
import pytest

from workbench.scoring.permutation import _expanded, _sampled, sign_flip_test, sign_flip_tests


def _exact(differences: list[float]) -> float:
    """Every pattern of signs, by hand."""
    sums = np.array([0.0])
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return float((np.abs(sums) >= abs(sum(differences)) - 1e-9).mean())


@pytest.mark.parametrize("seed", range(6))
def test_that_the_sample_agrees_with_all_patterns(seed: int) -> None:
    differences = [float(x) for x in np.random.default_rng(seed).normal(0.15, 0.3, 18)]
    assert sign_flip_test(differences) == pytest.approx(_exact(differences), abs=0.012)


@pytest.mark.parametrize("seed", range(6))
def test_that_the_expansion_agrees_with_a_large_sample(seed: int) -> None:
    random = np.random.default_rng(seed)
    differences = random.normal(0.06, 0.3, 90) * random.choice([0.2, 1.0], 90)
    signs = 1.0 - 2.0 * random.integers(0, 2, (100_000, 90))
    seen = float((np.abs(signs @ differences) >= abs(differences.sum()) - 1e-9).mean())
    assert _expanded(differences) == pytest.approx(seen, abs=0.004)  # two errors of the sample, and 0.001


def test_that_many_pairs_at_once_are_as_one_by_one() -> None:
    random = np.random.default_rng(2)
    columns = random.normal(0.05, 0.3, (40, 5)) * (random.random((40, 5)) < [0.1, 0.3, 0.5, 0.9, 1.0])
    together = sign_flip_tests(columns)
    alone = [sign_flip_test(columns[:, place].tolist()) for place in range(5)]
    assert together == pytest.approx(alone, abs=0.015)


def test_that_a_missing_question_changes_nothing() -> None:
    differences = [0.3, -0.1, 0.4, 0.2, 0.5, -0.05]
    assert sign_flip_test([*differences, 0.0, 0.0]) == sign_flip_test(differences)


def test_that_the_same_differences_give_the_same_p_value() -> None:
    column = np.random.default_rng(4).normal(0.1, 0.4, (22, 1))
    assert _sampled(column, 0) == _sampled(column, 0)


def test_that_no_p_value_is_zero() -> None:
    assert 0 < sign_flip_test([1.0] * 13) < 0.001
    assert 0 < sign_flip_test([1.0] * 20) < 0.001
    assert 0 < sign_flip_test([1.0] * 3000) < 1e-9
