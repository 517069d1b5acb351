"""Do verdicts hold: do the intervals cover the truth, are winners real, and are the questions asked for enough?

2,000 simulated comparisons for every combination of difference, scores, questions, arms and level, judged by the
program's own `decide`. Scores of arms are correlated, as they are on the same questions. Where a verdict is undecided,
comparisons with as many questions as it asks for are simulated, too.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks._verdict_runs import LEVELS, QUESTIONS, cells, simulate, simulate_means, simulate_power
from benchmarks.report import Goal, Report
from workbench.llm.llamacpp_engine import physical_cores

COMPARISONS, QUICK_COMPARISONS = 2000, 200
POWER_COMPARISONS, QUICK_POWER_COMPARISONS = 800, 100
_FEWEST_ASKING = 25
"""Verdicts that ask for more questions in a cell, for its power to be simulated."""


def run(quick: bool) -> Report:
    started = time.perf_counter()
    repeats = QUICK_COMPARISONS if quick else COMPARISONS
    count = QUICK_POWER_COMPARISONS if quick else POWER_COMPARISONS
    levels = [(graded, level, questions) for graded in (False, True) for level in LEVELS for questions in QUESTIONS]
    # Each has a seed of its own: the figures are the same on any number of cores.
    with ProcessPoolExecutor(physical_cores()) as pool:
        means = [
            pool.submit(simulate_means, level, graded, questions, repeats, seed)
            for seed, (graded, level, questions) in enumerate(levels)
        ]
        simulated = [(cell, pool.submit(simulate, cell, repeats, seed)) for seed, cell in enumerate(cells(), 1000)]
        found, powers = [], []
        for seed, (cell, future) in enumerate(simulated, 6000):
            result = future.result()
            asked = result.pop("asked_for")
            found.append(result)
            if cell.has_winner and len(asked) >= _FEWEST_ASKING:
                powers.append(pool.submit(simulate_power, cell, asked, count, seed))
        of_means, of_power = ([future.result() for future in futures] for futures in (means, powers))
    measured = {
        "comparisons_per_cell": repeats,
        "cells": found,
        "means": of_means,
        "power": of_power,
        "seconds": round(time.perf_counter() - started, 1),
    }
    return Report("verdict", measured, tuple(_goals(found, of_means, of_power)))


def _goals(found: list[dict[str, Any]], means: list[dict[str, Any]], powers: list[dict[str, Any]]) -> list[Goal]:
    """The bounds are for 2,000 comparisons; with fewer, chance widens what the worst of many cells shows."""
    slack = 0.0 if powers[0]["comparisons"] >= POWER_COMPARISONS else 0.05
    even = [cell for cell in found if cell["difference"] == 0]
    tied = [cell for cell in found if cell["tied"] > 1]
    uneven = [cell for cell in found if cell["difference"] > 0 and cell["tied"] == 1]
    covers, false, low, high = (
        f">= {0.93 - slack:.2f}",
        f"<= {0.06 + slack:.2f}",
        f">= {0.75 - 2 * slack:.2f}",
        f"<= {0.9 + slack:.2f}",
    )
    return [
        Goal("lowest coverage of an arm's mean", min(cell["coverage"] for cell in means), covers),
        Goal("lowest coverage of a difference", min(cell["coverage"] for cell in found), covers),
        Goal("most false winners where no arm is better", max(cell["wrong_winner"] for cell in even), false),
        Goal("most false winners where two share the first place", max(c["wrong_winner"] for c in tied), false),
        Goal("most wrong winners where one is better", max(cell["wrong_winner"] for cell in uneven), false),
        Goal("lowest power of the questions asked for", min(cell["power"] for cell in powers), low),
        Goal("highest power of the questions asked for", max(cell["power"] for cell in powers), high),
    ]
