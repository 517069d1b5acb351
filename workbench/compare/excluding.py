"""A comparison without the questions that the user excluded: everything is told anew from its trials."""

from collections.abc import Iterable, Sequence

from workbench.compare.arm_types import Arm, ArmResult
from workbench.compare.failures import count_failures
from workbench.compare.next_actions import arm_from
from workbench.compare.scores import noise
from workbench.compare.summing_up import decide_on, summarize_metric
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.scoring.types import MetricChoice


def with_excluded(report: ComparisonReport, excluded: Iterable[str]) -> ComparisonReport:
    """The report whose verdict and means are without these questions; with none, it is as it was measured.

    The trials stay, all of them: whatever is excluded can be taken back.
    """
    wanted = set(excluded)
    left_out = tuple(example.id for example in report.examples if example.id in wanted)
    kept = [example.id for example in report.examples if example.id not in wanted]
    terms = {"margin": report.verdict.margin, "weights": report.weights, "economy": report.economy}
    request = request_of(report).model_copy(update=terms)
    everything = _results(report, request, report.trials)
    own = set(kept)
    results = _results(report, request, [trial for trial in report.trials if trial.example_id in own])
    every_id = [example.id for example in report.examples]
    return report.model_copy(
        update={
            "excluded": left_out,
            "arms": results,
            "verdict": decide_on(request, report.trials, results, kept),
            "verdict_with_all": decide_on(request, report.trials, everything, every_id) if left_out else None,
        }
    )


def request_of(report: ComparisonReport) -> CompareRequest:
    """What was asked for, with its questions; of a report of an earlier version as much as it says."""
    if report.request is not None:
        return report.request.model_copy(update={"examples": report.examples})
    return CompareRequest(
        name=report.name,
        examples=report.examples,
        metrics=tuple(MetricChoice(name=name) for name in report.metrics or (report.verdict.metric,)),
        arms=tuple(map(arm_from, report.arms)),
        seed=report.seed,
    )


def _results(report: ComparisonReport, request: CompareRequest, trials: Sequence[Trial]) -> tuple[ArmResult, ...]:
    """The arms' scores and failures on these trials; what was measured beside them stays."""
    arms = {arm.name: arm for arm in request.arms}
    return tuple(
        _result(result, arms[result.name], [trial for trial in trials if trial.arm == result.name], report.metrics)
        for result in report.arms
    )


def _result(result: ArmResult, arm: Arm, trials: Sequence[Trial], metrics: Sequence[str]) -> ArmResult:
    answered = [trial for trial in trials if not trial.has_failed]
    deviations = {metric: noise(answered, metric) for metric in metrics}
    return result.model_copy(
        update={
            "metrics": {metric: summarize_metric(arm, answered, metric) for metric in metrics},
            "noise": {metric: found[arm.name] for metric, found in deviations.items() if arm.name in found},
            "failures": count_failures(trials),
        }
    )
