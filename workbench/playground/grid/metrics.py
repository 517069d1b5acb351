"""Which metrics can score a grid: those that look at the answer alone, not at what retrieval found."""

from workbench.errors import WorkbenchError
from workbench.scoring.metrics import METRICS, Metric, find_metric

GRID_METRICS: tuple[Metric, ...] = tuple(
    metric for metric in METRICS.values() if metric.judges_answer or metric.name == "json_valid"
)


def find_grid_metric(name: str) -> Metric:
    """The metric of that name. WorkbenchError when there is none, or when it judges retrieval."""
    metric, _ = find_metric(name)
    if metric not in GRID_METRICS:
        raise WorkbenchError(
            f"{metric.title} judges what retrieval found, and a grid retrieves nothing.",
            hint=f"Metrics here: {', '.join(one.name for one in GRID_METRICS)}.",
            code="metric_not_offered",
        )
    return metric
