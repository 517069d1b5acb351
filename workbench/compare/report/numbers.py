"""Measured values as the report, the window and the command line write them."""

from collections.abc import Sequence

from workbench.compare.arm_types import ArmResult
from workbench.compare.trial_types import Trial
from workbench.compare.wording import percent
from workbench.scoring.types import MetricSummary

MARKS = {"✓": "right", "◐": "partly right", "✗": "wrong", "!": "no answer", "–": "not judged", "": "not asked"}
"""What the signs of `mark_of` mean."""


def summary_text(summary: MetricSummary | None) -> str:
    """ "84 % (75-91)" or "-"."""
    if summary is None or summary.mean is None or summary.low is None or summary.high is None:
        return "-"
    return f"{percent(summary.mean)} ({100 * summary.low:.0f}–{100 * summary.high:.0f})"


def has_prices(results: Sequence[ArmResult]) -> bool:
    """Whether any arm costs money."""
    return any(result.cost is not None for result in results)


def mark_of(trial: Trial | None, metric: str) -> str:
    """One sign for an answer that needs no colour: ✓ ◐ ✗ ! –."""
    if trial is None:
        return ""
    if trial.has_failed:
        return "!"
    judged = trial.scores.get(metric)
    if judged is None or judged.value is None:
        return "–"
    return "✓" if judged.value >= 1.0 else "✗" if judged.value <= 0.0 else "◐"


def whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
