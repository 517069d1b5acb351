"""How many questions it takes: published formulas and simulation with a seed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from workbench.scoring.planning import paired_deviation, questions_needed, questions_to_win
from workbench.scoring.statistics import holm, mcnemar_mid_p


def test_that_the_number_of_questions_is_the_published_formula() -> None:
    # Connor 1987, formula for the paired design: n = (z_a * sqrt(p) + z_b * sqrt(p - d * d)) ** 2 / d ** 2 with
    # p = .30 discordant and d = .05: (1.07352 + .45905) ** 2 / .0025 = 939.5
    deviation = (0.30 - 0.05**2) ** 0.5
    assert questions_needed(deviation) == 940
    # p = .20 and d = .10: (.87652 + .36686) ** 2 / .01 = 154.6
    assert questions_needed((0.20 - 0.01) ** 0.5, difference=0.1) == 155
    assert questions_needed(0.5, alpha=0.005) > questions_needed(0.5)


@pytest.mark.parametrize(("discordant", "difference"), [(0.30, 0.05), (0.12, 0.10), (0.5, 0.20)])
def test_that_the_number_of_questions_gives_the_promised_power(discordant: float, difference: float) -> None:
    random = np.random.default_rng(15)
    needed = questions_needed((discordant - difference**2) ** 0.5, difference=difference)
    chances = [(discordant + difference) / 2, (discordant - difference) / 2, 1 - discordant]
    draws = random.multinomial(needed, chances, 800)
    found = sum(mcnemar_mid_p(int(gained), int(lost)) < 0.05 for gained, lost, _ in draws)
    assert 0.75 <= found / 800 <= 0.90


def _four_rivals(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Right / wrong answers of five arms to the same questions, the first 10 points better than the others."""
    hard = random.normal(size=(count, 1))
    latent = 0.7**0.5 * hard + 0.3**0.5 * random.normal(size=(count, 5))
    answers = latent < np.array([0.5244, 0.2533, 0.2533, 0.2533, 0.2533])  # quantiles of .7 and .6
    return np.asarray(answers, dtype=float)


def test_that_a_winner_over_four_rivals_is_found_as_often_as_promised() -> None:
    random = np.random.default_rng(2)
    seen = _four_rivals(random, 4000)
    needed = questions_to_win(seen[:, :1] - seen[:, 1:], [0.1] * 4, pairs=10)
    found, repeats = 0, 300
    for _ in range(repeats):
        answers = _four_rivals(random, needed)
        raw = []
        for better in range(5):
            for worse in range(better + 1, 5):
                differences = answers[:, better] - answers[:, worse]
                raw.append(mcnemar_mid_p(int((differences > 0).sum()), int((differences < 0).sum())))
        found += all(p < 0.05 for p in holm(raw)[:4])
    assert 0.75 <= found / repeats <= 0.90


def test_that_several_rivals_need_more_questions_than_one() -> None:
    random = np.random.default_rng(4)
    seen = _four_rivals(random, 200)
    one = questions_to_win(seen[:, :1] - seen[:, 1:2], [0.1], pairs=1)
    assert questions_to_win(seen[:, :1] - seen[:, 1:], [0.1] * 4, pairs=10) > 1.3 * one


def test_that_agreement_on_few_questions_promises_no_certainty() -> None:
    assert paired_deviation([1.0] * 5, [1.0] * 5) > 0.25
    assert paired_deviation([0.5] * 5, [0.5] * 5) > 0.25
    assert questions_to_win(np.zeros((1, 1)), [0.05], pairs=1) > 100


def test_that_arms_that_never_differ_are_planned_with_the_least_difference_there_can_be() -> None:
    """5 points between right / wrong answers mean that at least 5 in 100 differ."""
    assert questions_to_win(np.zeros((10_000, 1)), [0.05], pairs=1) >= 100


def test_that_scores_of_different_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="same questions"):
        paired_deviation([1.0], [1.0, 0.0])
