"""From trials to the report: what each arm reached, and the verdict with and without leaked questions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from workbench.compare.arm_types import Arm, ArmResult, MemoryParts, Timing
from workbench.compare.by_tag import tagged
from workbench.compare.comparable import comparable
from workbench.compare.cost import costs_of
from workbench.compare.failures import count_failures
from workbench.compare.journal import Measured
from workbench.compare.leaks import LeakReport
from workbench.compare.scores import noise, question_scores
from workbench.compare.terms import Terms
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.verdict import decide
from workbench.compare.verdict_types import Verdict
from workbench.scoring.summarizing import summarize_values, summarize_values_live
from workbench.scoring.types import MetricSummary

_STOPPED = "The run was stopped before everything was asked."


def summarize(
    request: CompareRequest,
    trials: Iterable[Trial],
    measured: Measured | None = None,
    leaks: LeakReport | None = None,
) -> ComparisonReport:
    """The report on `trials`, arms and trials in the order of the request. Nothing is asked or measured for it."""
    measured = measured or Measured()
    by_arm = _in_order(request, trials)
    ordered = tuple(trial for own in by_arm.values() for trial in own)
    metrics = tuple(metric.name for metric in request.metrics)
    results = tuple(
        summarize_arm(arm, by_arm[arm.name], metrics, measured, wanted=len(request.examples) * request.repeats_of(arm))
        for arm in request.arms
    )
    leaks = leaks or LeakReport()
    leaked = leaks.certain_ids
    ids = [example.id for example in request.examples]
    unleaked = [i for i in ids if i not in leaked]
    missing = sum(result.missing for result in results)
    return ComparisonReport(
        name=request.name,
        metrics=metrics,
        seed=request.seed,
        repeats=request.repeats,
        waves=request.waves,
        reused=sum(result.reused for result in results),
        missing=missing,
        why_missing=(measured.why_missing or _STOPPED) if missing else "",
        arms=results,
        weights=request.weights,
        economy=request.economy,
        verdict=decide_on(request, ordered, results, ids),
        verdict_without_leaks=decide_on(request, ordered, results, unleaked) if leaked else None,
        leaks=leaks.leaks,
        leak_notes=leaks.notes,
        trials=ordered,
        examples=request.examples,
        expectations=request.expectations,
    )


def summarize_live(request: CompareRequest, trials: Iterable[Trial]) -> tuple[ArmResult, ...]:
    """The arms on the trials made so far, quickly: intervals of graded scores are the cautious ones of a proportion."""
    by_arm: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_arm[trial.arm].append(trial)
    metrics = [metric.name for metric in request.metrics]
    return tuple(_summarize_live(arm, by_arm[arm.name], metrics) for arm in request.arms)


def _summarize_live(arm: Arm, trials: Sequence[Trial], metrics: Sequence[str]) -> ArmResult:
    summaries = {}
    for metric in metrics:
        summary = summarize_values_live(_question_values(arm, trials, metric))
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
        adapter_scale=arm.adapter_scale,
        collection=arm.collection.name if arm.collection else "",
        prompt=prompt_of(arm),
    )


def summarize_arm(
    arm: Arm, trials: Sequence[Trial], metrics: Sequence[str], measured: Measured, *, wanted: int
) -> ArmResult:
    """What one arm reached on the trials made so far, of which `wanted` were to be made."""
    answered = [trial for trial in trials if not trial.has_failed]
    memory = measured.memories.get(arm.name, MemoryParts())
    problem = measured.problems.get(arm.name, "")
    deviations = {metric: noise(answered, metric) for metric in metrics}
    return ArmResult(
        name=arm.name,
        metrics={metric: summarize_metric(arm, answered, metric) for metric in metrics},
        noise={metric: found[arm.name] for metric, found in deviations.items() if arm.name in found},
        timing=measured.timings.get(arm.name, Timing()),
        prompt_tokens=fmean(t.usage.prompt_tokens for t in answered) if answered else None,
        generated_tokens=fmean(t.usage.generated_tokens for t in answered) if answered else None,
        cost=mean_cost(answered),
        memory=memory,
        memory_bytes=memory.total,
        peak_bytes=measured.peaks.get(arm.name),
        answered=len(answered),
        reused=sum(trial.taken_over for trial in answered),
        failed=len(trials) - len(answered),
        missing=wanted - len(trials),
        failures=count_failures(trials),
        problem=problem or next((trial.problem for trial in trials if trial.has_failed), ""),
        model=arm.model.name,
        adapter=arm.adapter_name,
        adapter_scale=arm.adapter_scale,
        collection=arm.collection.name if arm.collection else "",
        prompt=prompt_of(arm),
        training_seconds=arm.training_seconds,
        indexing_seconds=arm.indexing_seconds,
        general=measured.general.get(arm.name),
    )


def summarize_metric(arm: Arm, trials: Sequence[Trial], metric: str) -> MetricSummary:
    """Mean and interval over the questions whose answers the metric could judge."""
    return summarize_values(_question_values(arm, trials, metric))


def prompt_of(arm: Arm) -> str:
    """Name and version of the arm's saved prompt."""
    return f"{arm.prompt_name} {arm.prompt_label}".strip()


def mean_cost(trials: Sequence[Trial]) -> float | None:
    """US dollars per answer; None where none has a price."""
    costs = [trial.cost for trial in trials if trial.cost is not None]
    return fmean(costs) if costs else None


def decide_on(
    request: CompareRequest, trials: Sequence[Trial], results: Sequence[ArmResult], example_ids: Sequence[str]
) -> Verdict:
    """The verdict on these questions alone, as far as arms can be compared on them; says which are left out."""
    metric = request.metrics[0].name
    common = comparable(request, trials, example_ids)
    scores = question_scores(trials, metric)
    return decide(
        {arm: scores.get(arm, {}) for arm in common.arms},
        costs_of(results),
        metric=metric,
        example_ids=common.example_ids,
        terms=terms_of(request, results, common.reasons),
        seed=request.seed,
    )


def terms_of(request: CompareRequest, results: Sequence[ArmResult], notes: Sequence[str] = ()) -> Terms:
    """What the user wants of the verdict, and what is known beside the scores."""
    metric = request.metrics[0].name
    return Terms(
        margin=request.margin,
        weights=request.weights,
        economy=request.economy,
        tags=tagged(request.examples),
        noise={result.name: result.noise[metric] for result in results if metric in result.noise},
        notes=tuple(notes),
    )


def _question_values(arm: Arm, trials: Sequence[Trial], metric: str) -> list[float | None]:
    return list(question_scores(trials, metric).get(arm.name, {}).values())


def _in_order(request: CompareRequest, trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    """The trials of each arm in the order of the questions, repeats of a question together; unknown ones left out."""
    places = {example.id: place for place, example in enumerate(request.examples)}
    found: dict[str, list[Trial]] = {arm.name: [] for arm in request.arms}
    for trial in trials:
        if trial.arm in found and trial.example_id in places:
            found[trial.arm].append(trial)
    for own in found.values():
        own.sort(key=lambda trial: (places[trial.example_id], trial.repeat))
    return found
