"""What the database keeps of jobs, whoever hears them: the window, a command, or the next start of either.

A recorder is called on the thread that hears the job, before anybody is shown the event: what is shown is on the disk,
and the window never waits for the disk. Recording the same event twice changes nothing, so a durable run whose end was
not recorded is told again at the next start.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Started
from workbench.jobs.spec import JobSpec

if TYPE_CHECKING:
    from workbench.database import Database

Recorder = Callable[[JobEvent], None]
_Keeper = Callable[["Database", JobSpec, JobEvent], None]


def is_recorded(spec: JobSpec) -> bool:
    """Whether jobs of this kind leave something for the database."""
    return spec.task in _KEEPERS


def recorder(database: "Database", spec: JobSpec) -> Recorder:
    """Keeps what a job of this kind hands over; jobs that leave nothing for the database are let pass.

    Raises WorkbenchError when it cannot be written.
    """
    keep = _KEEPERS.get(spec.task)
    if keep is None:
        return _let_pass

    def record(event: JobEvent) -> None:
        from pydantic import ValidationError
        from sqlalchemy.exc import SQLAlchemyError

        try:
            keep(database, spec, event)
        except ValidationError as error:
            raise WorkbenchError(
                f"What “{spec.title}” made cannot be read: it is of another version of the program.",
                hint="Start it again.",
                details=str(error),
                code="other_version",
            ) from error
        except (SQLAlchemyError, OSError) as error:
            raise WorkbenchError(
                f"What “{spec.title}” made could not be written into {database.path}.",
                hint="Free some space on that disk and start it again: what was recorded before is kept.",
                details=str(error),
                code="not_recorded",
            ) from error

    return record


def _let_pass(_event: JobEvent) -> None:
    """Nothing of this job belongs into the database."""


def _keep_document(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Produced(kind="FileIndexed" | "FileStates") | Finished() | Failed(code="index_damaged"):
            from workbench.paths import WorkbenchPaths
            from workbench.rag.indexing_types import FileIndexed, FileStates, IndexReport
            from workbench.rag.store import CollectionStore

            store = CollectionStore(database, WorkbenchPaths(database.path.parent))
            name = spec.params["collection"]["name"]
            match event:
                case Produced(kind="FileIndexed", item=item):
                    store.files.record(name, FileIndexed.model_validate(item))
                case Produced(item=item):
                    store.files.record_states(name, FileStates.model_validate(item))
                case Finished(result=result):
                    store.health.record_sync(name, spec.params["sources"], IndexReport.model_validate(result))
                case Failed(details=details):
                    store.health.record_damage(name, details)


def _keep_check(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished() | Failed(code="index_damaged"):
            from workbench.rag.health_store import HealthStore

            found = event.details if isinstance(event, Failed) else ""
            HealthStore(database).record_damage(spec.params["collection"]["name"], found)


def _keep_index(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.paths import WorkbenchPaths
            from workbench.rag.index_store import IndexStore
            from workbench.rag.upkeep_types import RebuildReport, RebuildRequest

            target = RebuildRequest.model_validate(spec.params).collection
            store = IndexStore(database, WorkbenchPaths(database.path.parent))
            store.put_in_place(target, RebuildReport.model_validate(result))


def _keep_import(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished() | Failed() | Cancelled() | Crashed():
            from workbench.paths import WorkbenchPaths
            from workbench.rag.bundles.store import BundleStore
            from workbench.rag.bundles.types import ImportReport, ImportRequest

            store = BundleStore(database, WorkbenchPaths(database.path.parent))
            request = ImportRequest.model_validate(spec.params)
            if isinstance(event, Finished):
                store.record_import(request, ImportReport.model_validate(event.result))
            else:
                store.forget(request.collection.folder)


def _keep_duplicate(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished() | Failed() | Cancelled() | Crashed():
            from workbench.paths import WorkbenchPaths
            from workbench.rag.bundles.store import BundleStore
            from workbench.rag.bundles.types import DuplicateRequest

            store = BundleStore(database, WorkbenchPaths(database.path.parent))
            request = DuplicateRequest.model_validate(spec.params)
            if isinstance(event, Finished):
                store.record_duplicate(request)
            else:
                store.forget(request.new_index_folder)


def _keep_purge(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished():
            from workbench.paths import WorkbenchPaths
            from workbench.rag.removal import RemovalStore
            from workbench.rag.upkeep_types import PurgeRequest

            store = RemovalStore(database, WorkbenchPaths(database.path.parent))
            store.record_purge(PurgeRequest.model_validate(spec.params))


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


def _keep_comparison(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    """The version of its test set from the beginning, whatever becomes of the set meanwhile."""
    match event:
        case Started() | Finished():
            from pydantic import ValidationError

            from workbench.compare.running import load_report
            from workbench.compare.store import ComparisonStore
            from workbench.compare.types import CompareRequest
            from workbench.datasets.test_sets.store import TestSetStore

            try:
                request = CompareRequest.model_validate(spec.params)
            except ValidationError:
                if isinstance(event, Finished):
                    raise
                return  # begun by another version of the program, which froze its questions itself
            if request.test_set:
                TestSetStore(database).freeze(request.test_set, request.examples)
            if isinstance(event, Finished):
                report = load_report(request.folder)
                ComparisonStore(database).save(report, folder=request.folder, spec=request.written)


def _keep_grid(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    """From its beginning: a grid that was stopped is in the history as well, and can be gone on with."""
    match event:
        case Started() | Finished() | Failed() | Cancelled() | Crashed():
            from workbench.playground.grid.grid_store import GridStore
            from workbench.playground.grid.journal import read_outcomes
            from workbench.playground.grid.types import GridReport, GridRequest

            store, request = GridStore(database), GridRequest.model_validate(spec.params)
            match event:
                case Started():
                    store.begin(request)
                case Finished(result=result):
                    store.finish(request, GridReport.model_validate(result))
                case _:
                    outcomes = read_outcomes(Path(request.folder)).values()
                    store.stop(request, done=len(outcomes), failed=sum(outcome.has_failed for outcome in outcomes))


def _keep_prompt_search(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished():
            from workbench.playground.search.running import load_search_report
            from workbench.playground.search.store import PromptSearchStore
            from workbench.playground.search.types import SearchRequest

            request = SearchRequest.model_validate(spec.params)
            PromptSearchStore(database).save(load_search_report(request.folder), folder=request.folder)


def _keep_beside(database: "Database", event: JobEvent) -> None:
    """An index that was built to be measured."""
    match event:
        case Produced(kind="IndexBuilt", item=item):
            from workbench.paths import WorkbenchPaths
            from workbench.rag.evaluation.types import IndexBuilt
            from workbench.rag.index_store import IndexStore

            built = IndexBuilt.model_validate(item)
            IndexStore(database, WorkbenchPaths(database.path.parent)).keep_beside(built.collection, built.report)


def _keep_measurement(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    """A stopped one as well: it is shown, and goes on where it was. What is recorded whole needs no folder."""
    _keep_beside(database, event)
    match event:
        case Finished() | Failed() | Cancelled() | Crashed():
            import shutil

            from workbench.rag.evaluation.journal import read_request
            from workbench.rag.evaluation.measurement_store import MeasurementStore
            from workbench.rag.evaluation.running import load_measurement

            request = read_request(spec.params["folder"])
            if request is None:
                return  # recorded before, or its documents were purged
            report, outcomes = load_measurement(request)
            if outcomes:
                MeasurementStore(database).save(report, outcomes, folder=request.folder)
            if isinstance(event, Finished):
                shutil.rmtree(request.folder, ignore_errors=True)


def _keep_tuning(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    """What was not better leaves nothing but its report."""
    _keep_beside(database, event)
    match event:
        case Finished(result=result):
            import shutil

            from workbench.paths import WorkbenchPaths
            from workbench.rag.embedding_tuning.running import drop_tuned
            from workbench.rag.embedding_tuning.tuning_store import TuningStore
            from workbench.rag.embedding_tuning.types import TuningReport
            from workbench.rag.store import CollectionStore

            report, folder = TuningReport.model_validate(result), spec.params["folder"]
            TuningStore(database).save(report, folder=folder)
            if not report.is_better:
                drop_tuned(CollectionStore(database, WorkbenchPaths(database.path.parent)), report)
            shutil.rmtree(folder, ignore_errors=True)


def _keep_generated(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Produced(kind="EvaluationQuestion", item=item):
            from workbench.rag.evaluation.set_store import QuestionSetStore
            from workbench.rag.evaluation.types import EvaluationQuestion

            name, test_set = spec.params["collection"]["name"], spec.params["test_set"]
            QuestionSetStore(database).add(name, test_set, [EvaluationQuestion.model_validate(item)])


def _keep_written(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Produced(kind="SetQuestion", item=item):
            from workbench.datasets.test_sets.store import TestSetStore
            from workbench.datasets.test_sets.types import SetQuestion

            TestSetStore(database).add(spec.params["test_set"], [SetQuestion.model_validate(item)])


def _keep_hashes(database: "Database", _spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.llm.store import FileHashStore
            from workbench.llm.tasks import HashFilesReport

            for hashed in HashFilesReport.model_validate(result).files:
                FileHashStore(database).record(hashed)


_KEEPERS: dict[str, _Keeper] = {
    "workbench.rag.tasks:index": _keep_document,
    "workbench.rag.tasks:rebuild": _keep_index,
    "workbench.rag.bundles.tasks:import_collection": _keep_import,
    "workbench.rag.bundles.tasks:duplicate": _keep_duplicate,
    "workbench.rag.maintenance:purge": _keep_purge,
    "workbench.rag.evaluation.tasks:measure": _keep_measurement,
    "workbench.rag.embedding_tuning.tasks:tune": _keep_tuning,
    "workbench.rag.evaluation.tasks:generate_questions": _keep_generated,
    "workbench.rag.asked_questions:write_questions": _keep_written,
    "workbench.rag.maintenance:check": _keep_check,
    "workbench.finetune.tasks:train": _keep_adapter,
    "workbench.finetune.tasks:export": _keep_export,
    "workbench.finetune.importing:import_adapter": _keep_imported_adapter,
    "workbench.finetune.evaluation.tasks:evaluate": _keep_evaluation,
    "workbench.finetune.tasks:sweep": _keep_sweep,
    "workbench.compare.run_task:run_comparison": _keep_comparison,
    "workbench.playground.grid.tasks:run_grid": _keep_grid,
    "workbench.llm.tasks:hash_files": _keep_hashes,
    "workbench.playground.search.tasks:search_prompt": _keep_prompt_search,
}
