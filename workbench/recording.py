"""What the database keeps of durable jobs, whoever hears their end: the window, a command, or the next start of either.

Recording the same end twice changes nothing, so a start that was cut short can be repeated.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.jobs.events import Finished, JobEvent
from workbench.jobs.spec import JobSpec

if TYPE_CHECKING:
    from workbench.database import Database

Recorder = Callable[[JobEvent], None]


def recorder(database: "Database", spec: JobSpec) -> Recorder:
    """Keeps what a job of this kind finished with; jobs that leave nothing for the database are let pass."""
    keep = _KEEPERS.get(spec.task)

    def record(event: JobEvent) -> None:
        if keep is not None and isinstance(event, Finished):
            keep(database, spec.params, event.result)

    return record


def _keep_adapter(database: "Database", _params: dict[str, Any], result: dict[str, Any]) -> None:
    from workbench.finetune.store import AdapterStore
    from workbench.finetune.types import TrainReport

    report = TrainReport.model_validate(result)
    if report.adapter is not None:
        AdapterStore(database).record(report.adapter)


def _keep_comparison(database: "Database", params: dict[str, Any], _result: dict[str, Any]) -> None:
    from workbench.compare.running import load_report
    from workbench.compare.store import ComparisonStore

    folder = params["folder"]
    ComparisonStore(database).save(load_report(folder), folder=folder)


_KEEPERS: dict[str, Callable[["Database", dict[str, Any], dict[str, Any]], None]] = {
    "workbench.finetune.tasks:train": _keep_adapter,
    "workbench.compare.tasks:run_comparison": _keep_comparison,
}
