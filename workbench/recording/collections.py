"""What jobs over documents leave: what was indexed, indexes, measured retrieval, tuned embedders, questions."""

from typing import TYPE_CHECKING

from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced
from workbench.jobs.spec import JobSpec
from workbench.recording.keeper import Keeper
from workbench.recording.purging import forgets_elsewhere

if TYPE_CHECKING:
    from workbench.database import Database


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

            paths, request = WorkbenchPaths(database.path.parent), PurgeRequest.model_validate(spec.params)
            # Before the documents go: a purge that is cut short here is made again.
            forgets_elsewhere(database, paths)(request.purged, request.collection_folder)
            RemovalStore(database, paths).record_purge(request)


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


KEEPERS: dict[str, Keeper] = {
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
}
