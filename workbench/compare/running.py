"""From a resolved comparison to a job and back: folders, continuing, the finished report."""

from collections.abc import Iterable
from pathlib import Path

from workbench.compare.journal import is_finished, read_report
from workbench.compare.placing import FOLDER, LANE, place_run
from workbench.compare.run_task import RUN_COMPARISON
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec

__all__ = ["FOLDER", "attempts_for", "comparison_job", "load_report", "place_run"]


def comparison_job(request: CompareRequest, *, background: bool = False) -> JobSpec:
    """The durable job that runs a placed request. `background` makes way for what a person does meanwhile."""
    return JobSpec(
        task=RUN_COMPARISON,
        params=request.model_dump(mode="json"),
        title=f"Compare {request.name}",
        lane=LANE,
        durable=True,
        background=background,
    )


def load_report(folder: str | Path) -> ComparisonReport:
    """The finished report of a run, trials included. WorkbenchError when the run did not come to its end."""
    if not is_finished(Path(folder)):
        raise WorkbenchError(
            "The comparison did not come to its end.", hint="Run it again: it continues.", code="not_finished"
        )
    return read_report(Path(folder))


def attempts_for(arms: Iterable[object]) -> int:
    """How often a run may be started again after the process was killed: each arm may do it twice."""
    return 2 * sum(1 for _ in arms) + 1
