"""Why answers are wrong: totals per arm, what follows, and the evidence."""

from workbench.compare.failures import NEXT_STEP
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, folded, one_line, row_head, safe, table
from workbench.compare.trial_types import FailureReason, Trial
from workbench.compare.types import ComparisonReport

_CASES = 200
"""Cases that are listed for one reason; every answer says its own further below."""


def failures_section(report: ComparisonReport) -> Section:
    results = report.arms
    reasons = [reason for reason in FailureReason if any(result.failures.get(reason) for result in results)]
    if not reasons:
        return Section("failures", "Why answers are wrong", "")
    rows = [
        row_head(safe(reason))
        + cells(str(result.failures.get(reason, 0) or "–") for result in results)
        + f'<td class="muted">{safe(NEXT_STEP[reason])}</td>'
        for reason in reasons
    ]
    heads = ["Reason", *(f"<bdi>{safe(result.name)}</bdi>" for result in results), "What follows"]
    return Section("failures", "Why answers are wrong", table(heads, rows) + _cases(report, reasons))


def _cases(report: ComparisonReport, reasons: list[FailureReason]) -> str:
    numbers = {example.id: number for number, example in enumerate(report.examples)}
    parts = []
    for reason in reasons:
        trials = [trial for trial in report.trials if trial.failure is reason]
        rows = [_case(trial, numbers.get(trial.example_id)) for trial in trials[:_CASES]]
        more = f'<p class="muted">{len(trials) - _CASES} more below.</p>' if len(trials) > _CASES else ""
        if rows:
            content = table(["Question", "Arm", "Evidence"], rows) + more
            parts.append(folded(f"{safe(reason)}: {len(trials)} answers", content))
    return "".join(parts)


def _case(trial: Trial, number: int | None) -> str:
    name = one_line(trial.example_id, 60)
    link = name if number is None else f'<a href="#q{number}">{name}</a>'
    return row_head(link) + cells([f"<bdi>{safe(trial.arm)}</bdi>", one_line(trial.failure_evidence, 400)])
