"""How a budget is divided before anything is asked: how many candidates, how many held-out questions."""

from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.playground.search.search import FEWEST_ANSWERS_EACH
from workbench.playground.search.types import SearchBudget
from workbench.playground.search.writing import ANGLES

REWRITING_SHARE = 0.35
"""Of what is left after the held-out questions, for a search with a writer."""
SMALLEST = 80
"""Generations: two candidates on a handful of questions, and a look at held-out ones."""


@dataclass(frozen=True, slots=True)
class Plan:
    candidates: int
    """That take part at most."""
    written: int
    """Instructions that the writer writes before the race."""
    rewrites: bool
    """Whether some are rewritten after it."""


def plan_search(budget: SearchBudget, *, held_out: int, most_candidates: int, has_writer: bool) -> Plan:
    """Raises WorkbenchError for a budget with which nothing can be found out."""
    if not budget.generations:  # the pace is not known yet: the race sees to it that the time is enough
        return Plan(most_candidates, len(ANGLES) if has_writer else 0, has_writer)
    if budget.generations < SMALLEST:
        raise WorkbenchError(
            f"{budget.generations} generations are too few to search with.",
            hint=f"Allow at least {SMALLEST}: every candidate has to answer several questions.",
            code="budget_too_small",
        )
    kept_back = min(2 * held_out, budget.generations // 3)
    room = (budget.generations - kept_back) * (1 - REWRITING_SHARE if has_writer else 1)
    affordable = max(2, int(room / FEWEST_ANSWERS_EACH))
    # Rewriting a few answers at a time needs some dozens of them.
    rewrites = has_writer and budget.generations >= 3 * SMALLEST
    return Plan(min(most_candidates, affordable), len(ANGLES) if has_writer else 0, rewrites)
