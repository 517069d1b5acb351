"""Simulated comparisons through the program's own `decide`, one cell of the table at a time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._simulated_scores import Truth
from workbench.compare.score_table import ScoreTable
from workbench.compare.terms import Terms
from workbench.compare.verdict import decide_on_table
from workbench.compare.verdict_types import Verdict
from workbench.scoring.statistics import mean_interval

DIFFERENCES = (0.0, 0.05, 0.10, 0.20)
QUESTIONS = (30, 100, 300)
ARMS = (2, 5)
TOPS = {"weak": 0.30, "middle": 0.60, "strong": 0.95}
"""Mean of the better arm; of the weak ones the mean of the others, so that no arm is worse than .30."""
LEVELS = (0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is true in one cell of the table."""

    level: str
    graded: bool
    difference: float
    arms: int
    questions: int = 0
    tied: int = 1
    """Arms that share the first place."""
    correlation: float = 0.6

    @property
    def truth(self) -> Truth:
        top = TOPS[self.level] + (self.difference if self.level == "weak" else 0.0)
        means = [top] * self.tied + [round(top - self.difference, 6)] * (self.arms - self.tied)
        return Truth(tuple(means), self.graded, self.correlation)

    @property
    def has_winner(self) -> bool:
        return self.difference > 0 and self.tied == 1

    def describe(self) -> dict[str, Any]:
        return {
            "scores": "graded" if self.graded else "binary",
            "level": self.level,
            "difference": self.difference,
            "arms": self.arms,
            "tied": self.tied,
            "correlation": self.correlation,
            "questions": self.questions,
        }


def cells() -> Iterator[Cell]:
    """Every combination; and with five arms two that share the first place, whose tie must not be broken by chance."""
    for graded in (False, True):
        for level in TOPS:
            for questions in QUESTIONS:
                for arms in ARMS:
                    for difference in DIFFERENCES:
                        yield Cell(level, graded, difference, arms, questions)
                yield Cell(level, graded, 0.20, 5, questions, tied=2)
                for correlation in (0.0, 0.9):
                    for difference in (0.0, 0.10):
                        yield Cell(level, graded, difference, 2, questions, correlation=correlation)


def verdict_on(scores: "np.ndarray[Any, Any]", margin: float = 0.05) -> Verdict:
    """The program's verdict on these scores."""
    arms, questions = (tuple(map(str, range(count))) for count in scores.shape)
    return decide_on_table(ScoreTable(arms, questions, scores), {}, metric="exact_match", terms=Terms(margin=margin))


def simulate(cell: Cell, repeats: int, seed: int) -> dict[str, Any]:
    """Coverage and width of the intervals of differences, and what was said of winners."""
    random = np.random.default_rng(seed)
    truth, kinds = cell.truth, Counter[str]()
    covered, width, pairs, wrong, asked = 0, 0.0, 0, 0, []
    for _ in range(repeats):
        verdict = verdict_on(truth.draw(cell.questions, random), cell.difference or 0.05)
        for pair in verdict.pairs:
            true = truth.means[int(pair.second)] - truth.means[int(pair.first)]
            covered += pair.low - 1e-12 <= true <= pair.high + 1e-12
            width += pair.high - pair.low
            pairs += 1
        kinds[str(verdict.kind)] += 1
        wrong += verdict.winner is not None and not (cell.has_winner and verdict.winner == "0")
        if verdict.questions_needed is not None:
            asked.append(verdict.questions_needed)
    return {
        **cell.describe(),
        "coverage": round(covered / pairs, 4),
        "mean_width": round(width / pairs, 4),
        "winner": round(kinds["winner"] / repeats, 4),
        "wrong_winner": round(wrong / repeats, 4),
        "equivalent": round(kinds["equivalent"] / repeats, 4),
        "asked_for": asked,
    }


def simulate_power(cell: Cell, asked: list[int], repeats: int, seed: int) -> dict[str, Any]:
    """How often the winner is found with as many fresh questions as verdicts on fewer asked for."""
    random = np.random.default_rng(seed)
    wanted = [asked[index * len(asked) // repeats] for index in range(repeats)]
    found = sum(verdict_on(cell.truth.draw(count, random), cell.difference).winner == "0" for count in wanted)
    return {
        **cell.describe(),
        "asked_for_median": int(np.median(wanted)),
        "comparisons": repeats,
        "power": round(found / repeats, 4),
    }


def simulate_means(level: float, graded: bool, questions: int, repeats: int, seed: int) -> dict[str, Any]:
    """Coverage and width of the interval of one arm's mean."""
    random, truth = np.random.default_rng(seed), Truth((level,), graded)
    covered, width = 0, 0.0
    for _ in range(repeats):
        interval = mean_interval(truth.draw(questions, random)[0])
        assert interval is not None
        covered += interval.low - 1e-12 <= level <= interval.high + 1e-12
        width += interval.high - interval.low
    return {
        "scores": "graded" if graded else "binary",
        "mean": level,
        "questions": questions,
        "coverage": round(covered / repeats, 4),
        "mean_width": round(width / repeats, 4),
    }
