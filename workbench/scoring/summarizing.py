"""From the scores of many answers to a mean with its interval."""

from collections.abc import Sequence

from workbench.scoring.statistics import Interval, mean_interval, proportion_interval
from workbench.scoring.types import MetricSummary


def summarize_values(values: Sequence[float | None]) -> MetricSummary:
    """Mean and 95 % interval over the answers that the metric could judge; None stands for one that it could not."""
    judged = [value for value in values if value is not None]
    return _summary(len(judged), len(values), mean_interval(judged))


def summarize_values_live(values: Sequence[float | None]) -> MetricSummary:
    """As `summarize_values` while answers come in: quick, and its interval of graded scores is never too narrow."""
    judged = [value for value in values if value is not None]
    return _summary(len(judged), len(values), proportion_interval(sum(judged), len(judged)) if judged else None)


def _summary(judged: int, answers: int, interval: Interval | None) -> MetricSummary:
    if interval is None:
        return MetricSummary(unscored=answers)
    return MetricSummary(
        mean=interval.estimate, low=interval.low, high=interval.high, count=judged, unscored=answers - judged
    )
