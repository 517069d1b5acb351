"""Results with the table of their answers, made where thousands of answers keep nobody waiting. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypedDict

from workbench.compare.summing_up import summarize_live
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.ui.compare.looking import Looking
from workbench.ui.compare.matrix import AnswerTable, make_table
from workbench.ui.compare.state import Results


@dataclass(frozen=True, slots=True)
class Filled:
    """What a board shows without counting anything."""

    results: Results
    metric: str
    """The score that the table is made of."""
    table: AnswerTable


def fill(results: Results, looking: Looking) -> Filled:
    """The results with their table, by the score that is looked at."""
    metric = looking.metric_of(results.metrics)
    return Filled(results, metric, table_of(results, metric))


def fill_report(report: ComparisonReport, folder: str, looking: Looking) -> Filled:
    """A finished comparison, ready to be shown."""
    return fill(results_of(report, folder), looking)


def fill_so_far(request: CompareRequest, before: Results, trials: tuple[Trial, ...], looking: Looking) -> Filled:
    """A comparison that goes on: what `before` has become with all `trials` so far."""
    return fill(replace(before, **split_repeats(trials), arms=summarize_live(request, trials)), looking)


def table_of(results: Results, metric: str) -> AnswerTable:
    return make_table(
        tuple(arm.name for arm in results.arms),
        results.examples,
        (*results.trials.values(), *results.repeats),
        metric,
        results.leaked_ids,
        frozenset(results.report.excluded if results.report else ()),
    )


def results_of(report: ComparisonReport, folder: str = "") -> Results:
    """What the tab shows of a finished report."""
    return Results(
        name=report.name,
        metrics=report.metrics,
        examples=report.examples,
        arms=report.arms,
        **split_repeats(report.trials),
        verdict=report.verdict,
        verdict_without_leaks=report.verdict_without_leaks,
        leaks=report.leaks,
        folder=folder,
        expectations=report.expectations,
        report=report,
    )


class _Split(TypedDict):
    trials: dict[tuple[str, str], Trial]
    repeats: tuple[Trial, ...]


def split_repeats(trials: Iterable[Trial]) -> _Split:
    """First answers by arm and question, and the further ones."""
    every = tuple(trials)
    first = {(trial.arm, trial.example_id): trial for trial in every if trial.repeat == 0}
    return {"trials": first, "repeats": tuple(trial for trial in every if trial.repeat)}
