"""From cells to what each combination reached."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean

from workbench.playground.grid.types import CombinationResult, GridReport, GridRequest, Outcome
from workbench.scoring.summarizing import summarize_values, summarize_values_live
from workbench.scoring.types import MetricSummary

_Summarize = Callable[[Sequence[float | None]], MetricSummary]


def summarize(request: GridRequest, outcomes: Mapping[tuple[int, int], Outcome]) -> GridReport:
    """The report on the cells that there are."""
    return _summarize(request, outcomes, summarize_values)


def summarize_live(request: GridRequest, outcomes: Mapping[tuple[int, int], Outcome]) -> GridReport:
    """As `summarize`, quickly: intervals of graded scores are the cautious ones of a proportion."""
    return _summarize(request, outcomes, summarize_values_live)


def _summarize(request: GridRequest, outcomes: Mapping[tuple[int, int], Outcome], summary_of: _Summarize) -> GridReport:
    metrics = tuple(metric.name for metric in request.metrics)
    columns: list[list[Outcome]] = [[] for _ in request.combinations]
    for outcome in outcomes.values():
        columns[outcome.combination].append(outcome)
    return GridReport(
        name=request.name,
        metrics=metrics,
        results=tuple(
            _result(combination.name, column, metrics, summary_of)
            for combination, column in zip(request.combinations, columns, strict=True)
        ),
        rows=len(request.rows),
        done=len(outcomes),
        failed=sum(outcome.has_failed for outcome in outcomes.values()),
    )


def _result(name: str, column: Sequence[Outcome], metrics: Sequence[str], summary_of: _Summarize) -> CombinationResult:
    answered = [outcome for outcome in column if not outcome.has_failed]
    costs = [outcome.cost for outcome in answered if outcome.cost is not None]
    return CombinationResult(
        name=name,
        metrics={
            metric: summary_of([outcome.values[place] for outcome in answered]) for place, metric in enumerate(metrics)
        },
        answered=len(answered),
        failed=len(column) - len(answered),
        cut=sum(outcome.is_cut for outcome in answered),
        prompt_tokens=_mean(outcome.prompt_tokens for outcome in answered),
        generated_tokens=_mean(outcome.generated_tokens for outcome in answered),
        cost=sum(costs) if costs else None,
        model_hash=next((outcome.model_hash for outcome in answered), ""),
        problem=next((outcome.problem for outcome in column if outcome.has_failed), ""),
    )


def _mean(values: Iterable[int]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
