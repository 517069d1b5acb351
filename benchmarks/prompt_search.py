"""Does the search for a better prompt find the best of 64, cheaply, and is the score that it reports unbiased?

A generated task with scripted answers: every candidate has an ability, every question a difficulty, and a pair has a
leaning of its own, so that scores of one question are correlated over the candidates, as they are with real prompts.
The answer of a pair is drawn once, as a model at temperature 0 answers the same every time. The best candidate leads by
exactly 10 points of expected score. The search is the product's own (`playground.search.search`); a generation is one
answer, and those on the held-out questions count as well.

Beside the goal's task a flat one is measured, where the other 63 are all equally good: the hardest field there is.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, sqrt
from statistics import fmean, stdev
from typing import Any

from benchmarks.report import Goal, Report
from workbench.playground.search.scoring_table import Allowance, Pair, ScoreTable
from workbench.playground.search.search import SearchResult, search

CANDIDATES = 64
QUESTIONS, HELD_OUT = 200, 100
SEEDS = 20
LEAD = 0.10
SHARE = 0.35
_POPULATION = 4000
"""Questions on which expected scores are computed."""


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


@dataclass(slots=True)
class Task:
    """Candidates and questions by their numbers as text; implements `Evaluator`."""

    seed: int
    spread: float
    """Standard deviation of the candidates' abilities, in logits."""
    abilities: dict[str, float] = field(default_factory=dict)
    answered: int = 0

    def __post_init__(self) -> None:
        chance = random.Random(f"abilities {self.seed}")
        names = [f"c{number}" for number in range(CANDIDATES)]
        self.abilities = {name: chance.gauss(0, self.spread) for name in names}
        best = max(names, key=lambda name: self.abilities[name])
        second = max(self.expected(name) for name in names if name != best)
        self.abilities[best] = self._ability_for(second + LEAD)

    @property
    def best(self) -> str:
        return max(self.abilities, key=lambda name: self.abilities[name])

    def expected(self, candidate: str) -> float:
        """Mean success probability over the population of questions."""
        return _population_mean(self.abilities[candidate])

    def score(self, pairs: Sequence[Pair]) -> list[float]:
        self.answered += len(pairs)
        return [self._answer(candidate, question) for candidate, question in pairs]

    def _answer(self, candidate: str, question: str) -> float:
        difficulty = random.Random(f"question {self.seed} {question}").gauss(0, 1.5)
        chance = random.Random(f"pair {self.seed} {candidate} {question}")
        leaning = chance.gauss(0, 0.5)
        return float(chance.random() < _sigmoid(self.abilities[candidate] - difficulty + leaning))

    @staticmethod
    def _ability_for(wanted: float) -> float:
        low, high = -10.0, 10.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if _population_mean(middle) < wanted else (low, middle)
        return (low + high) / 2


_grid = [(i + 0.5) / _POPULATION for i in range(_POPULATION)]


def _population_mean(ability: float) -> float:
    """Expected score of an ability over difficulties and leanings: their sum is normal with these variances."""
    from statistics import NormalDist

    spread = NormalDist(0, sqrt(1.5**2 + 0.5**2))
    if not _quantiles:
        _quantiles.extend(spread.inv_cdf(share) for share in _grid)
    return fmean(_sigmoid(ability - shift) for shift in _quantiles)


_quantiles: list[float] = []


def search_once(task: Task) -> SearchResult:
    """The search over the generated task, with `SHARE` of the grid's generations to spend."""
    chance = random.Random(f"order {task.seed}")
    names = list(task.abilities)
    chance.shuffle(names)
    allowance = Allowance(generations=int(SHARE * CANDIDATES * QUESTIONS))
    return search(
        names,
        start=next(name for name in names if name != task.best),
        questions=[f"q{number}" for number in range(QUESTIONS)],
        held_out=[f"h{number}" for number in range(HELD_OUT)],
        table=ScoreTable(task, allowance),
    )


def measure(spread: float, seeds: int) -> dict[str, Any]:
    found, shares, errors = 0, [], []
    for seed in range(seeds):
        task = Task(seed, spread)
        result = search_once(task)
        found += result.winner == task.best
        shares.append(task.answered / (CANDIDATES * QUESTIONS))
        if result.held_out is not None:
            errors.append(result.held_out.winner.estimate - task.expected(result.winner))
    return {
        "found": found,
        "seeds": seeds,
        "largest_share_of_grid": max(shares),
        "mean_share_of_grid": fmean(shares),
        "held_out_mean_error": fmean(errors),
        "held_out_standard_error": stdev(errors) / sqrt(len(errors)),
    }


def run(quick: bool) -> Report:
    """`quick` leaves the flat field out."""
    goal_task = measure(0.5, SEEDS)
    measured = {"task": goal_task, "grid": CANDIDATES * QUESTIONS}
    if not quick:
        measured["flat"] = measure(0.0, SEEDS)
    error = abs(goal_task["held_out_mean_error"]) / goal_task["held_out_standard_error"]
    return Report(
        benchmark="prompt_search",
        measured=measured,
        goals=(
            Goal("seeds of 20 in which the best is found", goal_task["found"], ">= 16"),
            Goal("largest share of the grid's generations", goal_task["largest_share_of_grid"], f"<= {SHARE}"),
            Goal("mean error of the held-out score, in standard errors", error, "<= 2"),
        ),
    )
