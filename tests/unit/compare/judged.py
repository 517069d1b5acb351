"""Comparisons whose scores a scripted model gives."""

from pathlib import Path

from tests.unit.compare.scripted import arm, knows_with_passages, numbered
from tests.unit.compare.scripted_judge import JudgeTools, judge
from workbench.compare.arm_types import Arm
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import RecordingContext
from workbench.scoring.types import MetricChoice

TWO = (arm("prompt"), arm("rag", collection=True))


def request_for(folder: Path, *metrics: str, arms: tuple[Arm, ...] = TWO, **more: object) -> CompareRequest:
    values: dict[str, object] = {
        "name": "sums",
        "examples": numbered(12),
        "metrics": tuple(MetricChoice(name=name) for name in metrics),
        "arms": arms,
        "folder": str(folder),
        "timed_questions": 0,
        "judge": judge(),
        **more,
    }
    return CompareRequest.model_validate(values)


def run(folder: Path, *metrics: str, tools: JudgeTools | None = None, **more: object) -> ComparisonReport:
    tools = tools or JudgeTools(knows_with_passages)
    return compare(RecordingContext(), request_for(folder, *metrics, **more), tools)  # type: ignore[arg-type]


def means(report: ComparisonReport, metric: str) -> list[float | None]:
    return [result.metrics[metric].mean for result in report.arms]


def reasons(report: ComparisonReport, metric: str) -> set[str]:
    return {trial.scores[metric].explanation for trial in report.trials}
