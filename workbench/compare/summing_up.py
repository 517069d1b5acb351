"""From trials to the report: what each arm reached, and the verdict with and without leaked questions."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from workbench.compare.cost import Cost
from workbench.compare.failures import count_failures
from workbench.compare.leaks import find_leaks
from workbench.compare.types import (
    Arm,
    ArmResult,
    CompareRequest,
    ComparisonReport,
    MemoryParts,
    Timing,
    Trial,
    Verdict,
)
from workbench.compare.verdict import decide
from workbench.scoring.summarizing import summarize_values, summarize_values_live
from workbench.scoring.types import MetricSummary


def summarize(
    request: CompareRequest,
    trials: Mapping[str, Mapping[str, Trial]],
    timings: Mapping[str, Timing],
    memories: Mapping[str, MemoryParts],
    problems: Mapping[str, str],
) -> ComparisonReport:
    """The report on `trials` (arm to example id to trial), arms and trials in the order of the request."""
    metrics = tuple(metric.name for metric in request.metrics)
    results = tuple(
        summarize_arm(
            arm,
            _in_order(request, trials.get(arm.name, {})),
            metrics,
            timing=timings.get(arm.name, Timing()),
            memory=memories.get(arm.name, MemoryParts()),
            problem=problems.get(arm.name, ""),
        )
        for arm in request.arms
    )
    leaks = find_leaks(request)
    leaked = {leak.example_id for leak in leaks}
    ids = [example.id for example in request.examples]
    return ComparisonReport(
        name=request.name,
        metrics=metrics,
        seed=request.seed,
        arms=results,
        verdict=_decide(request, trials, results, ids),
        verdict_without_leaks=_decide(request, trials, results, [i for i in ids if i not in leaked])
        if leaked
        else None,
        leaks=leaks,
        trials=tuple(t for arm in request.arms for t in _in_order(request, trials.get(arm.name, {}))),
        examples=request.examples,
    )


def summarize_live(request: CompareRequest, trials: Mapping[tuple[str, str], Trial]) -> tuple[ArmResult, ...]:
    """The arms on the trials made so far, quickly: intervals of graded scores are the cautious ones of a proportion."""
    metrics = [metric.name for metric in request.metrics]
    by_arm: dict[str, list[Trial]] = {arm.name: [] for arm in request.arms}
    for trial in trials.values():
        by_arm[trial.arm].append(trial)
    return tuple(_summarize_live(arm, by_arm[arm.name], metrics) for arm in request.arms)


def _summarize_live(arm: Arm, trials: Sequence[Trial], metrics: Sequence[str]) -> ArmResult:
    summaries = {}
    for metric in metrics:
        summary = summarize_values_live([_value(trial, metric) for trial in trials])
        if summary.count:
            summaries[metric] = summary
    return ArmResult(
        name=arm.name,
        metrics=summaries,
        answered=sum(not trial.has_failed for trial in trials),
        failed=sum(trial.has_failed for trial in trials),
        failures=count_failures(trials),
        problem=next((trial.problem for trial in trials if trial.has_failed), ""),
        model=arm.model.name,
        adapter=arm.adapter_name,
        collection=arm.collection.name if arm.collection else "",
    )


def summarize_arm(
    arm: Arm,
    trials: Sequence[Trial],
    metrics: Sequence[str],
    *,
    timing: Timing | None = None,
    memory: MemoryParts | None = None,
    problem: str = "",
) -> ArmResult:
    """What one arm reached on the trials made so far."""
    answered = [trial for trial in trials if not trial.has_failed]
    return ArmResult(
        name=arm.name,
        metrics={metric: summarize_metric(answered, metric) for metric in metrics},
        timing=timing or Timing(),
        prompt_tokens=fmean(t.usage.prompt_tokens for t in answered) if answered else None,
        generated_tokens=fmean(t.usage.generated_tokens for t in answered) if answered else None,
        cost=mean_cost(answered),
        memory=memory or MemoryParts(),
        memory_bytes=(memory or MemoryParts()).total,
        answered=len(answered),
        failed=len(trials) - len(answered),
        failures=count_failures(trials),
        problem=problem or next((trial.problem for trial in trials if trial.has_failed), ""),
        model=arm.model.name,
        adapter=arm.adapter_name,
        collection=arm.collection.name if arm.collection else "",
        training_seconds=arm.training_seconds,
    )


def summarize_metric(trials: Sequence[Trial], metric: str) -> MetricSummary:
    """Mean and interval over the answers that the metric could judge."""
    return summarize_values([_value(trial, metric) for trial in trials])


def mean_cost(trials: Sequence[Trial]) -> float | None:
    """US dollars per answer; None where none has a price."""
    costs = [trial.cost for trial in trials if trial.cost is not None]
    return fmean(costs) if costs else None


def _decide(
    request: CompareRequest,
    trials: Mapping[str, Mapping[str, Trial]],
    results: Sequence[ArmResult],
    example_ids: Sequence[str],
) -> Verdict:
    metric = request.metrics[0].name
    scores = {
        arm.name: {i: _value(trial, metric) for i, trial in trials.get(arm.name, {}).items()} for arm in request.arms
    }
    costs = {
        result.name: Cost(
            result.timing.latency_seconds, result.memory_bytes, result.training_seconds, result.cost or 0.0
        )
        for result in results
    }
    return decide(scores, costs, metric=metric, example_ids=example_ids, seed=request.seed)


def _value(trial: Trial, metric: str) -> float | None:
    judged = trial.scores.get(metric)
    return judged.value if judged else None


def _in_order(request: CompareRequest, trials: Mapping[str, Trial]) -> list[Trial]:
    return [trials[example.id] for example in request.examples if example.id in trials]
