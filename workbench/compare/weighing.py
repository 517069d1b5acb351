"""A finished comparison on other terms: other weights, prices or another margin. Nothing is asked again."""

from collections.abc import Callable

from workbench.compare.cost import costs_of
from workbench.compare.economy import Economy
from workbench.compare.summing_up import decide_on
from workbench.compare.terms import Terms
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict import with_choice
from workbench.compare.verdict_types import Verdict
from workbench.compare.weights import Weights

_VERDICTS = ("verdict", "verdict_without_leaks", "verdict_with_all")


def weighed(report: ComparisonReport, weights: Weights, economy: Economy) -> ComparisonReport:
    """The report with the recommendation of these weights and prices. Quick enough for a slider that is moved."""
    metric = report.verdict.metric
    noise = {result.name: result.noise[metric] for result in report.arms if metric in result.noise}
    terms = Terms(weights=weights, economy=economy, noise=noise)
    costs = costs_of(report.arms)
    changed = report.model_copy(update={"weights": weights, "economy": economy})
    return _with_verdicts(changed, lambda verdict: with_choice(with_means(verdict, report), costs, terms))


def with_means(verdict: Verdict, report: ComparisonReport) -> Verdict:
    """Verdicts of earlier versions have no means: those of the arms stand in."""
    if verdict.means or not verdict.best:
        return verdict
    summaries = {result.name: result.metrics.get(verdict.metric) for result in report.arms}
    known = {name: found for name, found in summaries.items() if found is not None and found.mean is not None}
    means = {name: found.mean for name, found in known.items() if found.mean is not None}
    ranked = dict(sorted(means.items(), key=lambda item: -item[1]))
    return verdict.model_copy(update={"means": ranked, "scored": {name: found.count for name, found in known.items()}})


def can_decide_again(report: ComparisonReport) -> bool:
    """Whether the report holds what another margin needs; those of earlier versions do not."""
    return report.request is not None and bool(report.trials)


def with_margin(report: ComparisonReport, margin: float) -> ComparisonReport:
    """The verdicts for another difference that matters (a share: 0.05 are 5 points), from the scores that there are."""
    request = report.request
    if request is None:
        return report
    terms = {"margin": margin, "weights": report.weights, "economy": report.economy, "examples": report.examples}
    asked = request.model_copy(update=terms)
    everything = [example.id for example in report.examples]
    leaked = {leak.example_id for leak in report.leaks if leak.kind.is_certain}
    kept = [i for i in everything if i not in report.excluded]
    questions = {
        "verdict": kept,
        "verdict_without_leaks": [i for i in kept if i not in leaked],
        "verdict_with_all": everything,
    }
    decided = {
        name: decide_on(asked, report.trials, report.arms, ids)
        for name, ids in questions.items()
        if getattr(report, name) is not None
    }
    kept_request = request.model_copy(update={"margin": margin})
    return report.model_copy(update={**decided, "request": kept_request})


def _with_verdicts(report: ComparisonReport, change: Callable[[Verdict], Verdict]) -> ComparisonReport:
    found = {name: getattr(report, name, None) for name in _VERDICTS}
    return report.model_copy(update={name: change(verdict) for name, verdict in found.items() if verdict is not None})
