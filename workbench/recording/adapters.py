"""What trainings leave: adapters, and what was exported and measured of them."""

from typing import TYPE_CHECKING

from workbench.jobs.events import Finished, JobEvent
from workbench.jobs.spec import JobSpec
from workbench.recording.keeper import Keeper

if TYPE_CHECKING:
    from workbench.database import Database


def _keep_adapter(database: "Database", _spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.finetune.store import AdapterStore
            from workbench.finetune.types import TrainReport

            report = TrainReport.model_validate(result)
            if report.adapter is not None:
                AdapterStore(database).record(report.adapter)


def _keep_imported_adapter(database: "Database", _spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.finetune.store import AdapterStore
            from workbench.finetune.types import Adapter

            AdapterStore(database).record(Adapter.model_validate(result))


def _keep_export(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.finetune.history_store import AdapterHistory
            from workbench.finetune.types import ExportReport, ExportRequest

            request = ExportRequest.model_validate(spec.params)
            AdapterHistory(database).record_export(request.adapter.gguf_hash, ExportReport.model_validate(result))


def _keep_evaluation(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.finetune.evaluation.types import EvaluationReport, EvaluationRequest
            from workbench.finetune.history_store import AdapterHistory

            request = EvaluationRequest.model_validate(spec.params)
            AdapterHistory(database).record_evaluation(EvaluationReport.model_validate(result), request.folder)


def _keep_sweep(database: "Database", _spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.finetune.store import AdapterStore
            from workbench.finetune.sweeps import SweepReport

            report = SweepReport.model_validate(result)
            if report.winner is not None and report.winner.adapter is not None:
                AdapterStore(database).record(report.winner.adapter)


KEEPERS: dict[str, Keeper] = {
    "workbench.finetune.tasks:train": _keep_adapter,
    "workbench.finetune.tasks:export": _keep_export,
    "workbench.finetune.importing:import_adapter": _keep_imported_adapter,
    "workbench.finetune.evaluation.tasks:evaluate": _keep_evaluation,
    "workbench.finetune.tasks:sweep": _keep_sweep,
}
