"""A whole measurement with the real embedder and index, in this process."""

from pathlib import Path

import pytest

from tests.unit.rag.test_tasks import NAME, found
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.jobs.events import Cancelled, Finished, Produced
from workbench.paths import WorkbenchPaths
from workbench.rag.building_beside import drop_measured
from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.running import MeasurePlan, current_setting, measure_job, measure_request
from workbench.rag.evaluation.tasks import measure
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    IndexBuilt,
    Measure,
    MeasureOrder,
    MeasureReport,
    MeasureRequest,
    QuestionOutcome,
    RelevantPlace,
    RetrievalSetting,
    SettingProgress,
)
from workbench.rag.indexing import delete_documents, purge_spec, undo_rebuild
from workbench.rag.maintenance import purge
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import PurgeRequest
from workbench.recording import recorder

pytestmark = pytest.mark.slow

QUESTIONS = (
    EvaluationQuestion(id="1", text="How many days of holiday?", relevant=(RelevantPlace(document="handbook.md"),)),
    EvaluationQuestion(id="2", text="How long does a parcel take?", relevant=(RelevantPlace(document="delivery.pdf"),)),
    EvaluationQuestion(
        id="3", text="toaster warranty", relevant=(RelevantPlace(document="delivery.pdf", page=2, start=0, end=20),)
    ),
)


@pytest.fixture
def database(indexed: Database) -> Database:
    return indexed


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


def plan(store: CollectionStore) -> MeasureRequest:
    """Text and vector search of the index that answers, and of one with small chunks."""
    now = current_setting(store, NAME, SearchSettings(mode=RetrievalMode.VECTOR))
    small = ChunkingConfig(chunk_tokens=24, overlap=4)
    settings = tuple(
        RetrievalSetting(chunking=chunking, embedder=now.embedder, mode=mode)
        for chunking in (now.chunking, small)
        for mode in (RetrievalMode.VECTOR, RetrievalMode.TEXT)
    )
    return measure_request(store, MeasurePlan(NAME, "mine", QUESTIONS, settings), now)


class Recorder(RecordingContext):
    """Writes down what is produced, as the program does; stops where it is told to."""

    def __init__(self, database: Database, request: MeasureRequest, stop_after: int = 0) -> None:
        super().__init__()
        self._record = recorder(database, measure_job(request))
        self._stop_after = stop_after

    def produce(self, item: object) -> None:
        self.produced.append(item)
        assert isinstance(item, IndexBuilt | SettingProgress)
        self._record(Produced(job_id="j", kind=type(item).__name__, item=item.model_dump(mode="json")))

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        self.progressed.append((done, total, label))
        measured = [label for *_, label in self.progressed if label.startswith("Measuring")]
        if self._stop_after and len(measured) > self._stop_after:
            raise JobCancelled


def order(request: MeasureRequest) -> MeasureOrder:
    return MeasureOrder(collection=request.collection, folder=request.folder)


def run(database: Database, request: MeasureRequest) -> tuple[MeasureReport, tuple[QuestionOutcome, ...]]:
    """To its end, recorded."""
    context = Recorder(database, request)
    report = measure(context, order(request))
    recorder(database, measure_job(request))(Finished(job_id="j", result=report.model_dump(mode="json")))
    kept = MeasurementStore(database).find(request.folder)
    assert kept is not None
    return kept


def test_that_settings_are_compared_and_the_new_index_can_take_over(store: CollectionStore, database: Database) -> None:
    request = plan(store)
    assert request.current == 0 and len(request.settings) == 4
    assert len({needed.collection.folder for needed in request.indexes}) == 2
    report, outcomes = run(database, request)
    assert report.is_complete and len(outcomes) == 12
    assert all(result.values[Measure.RECALL].mean == 1.0 for result in report.results)
    assert report.results[2].chunks > report.results[0].chunks
    assert report.questions == QUESTIONS and len(report.differences) == 6
    assert not Path(request.folder).exists()
    before = found(store, "parcel")
    built = [index for index in store.indexes.list_indexes(NAME) if not index.is_active]
    (small,) = built
    assert small.is_current and small.chunking.chunk_tokens == 24
    store.indexes.switch_to(NAME, small.id)
    assert len(found(store, "parcel")[0].text) < len(before[0].text) or store.get(NAME).chunks > 4
    assert undo_rebuild(store, NAME) is None
    assert store.get(NAME).chunking == request.settings[0].chunking
    # What never answered is not what an undo goes back to; here it did answer, so it stays until it is replaced.
    assert drop_measured(store, NAME) == 0


def test_that_a_built_index_is_used_again_and_goes_when_nobody_wants_it(
    store: CollectionStore, database: Database
) -> None:
    run(database, plan(store))
    again = plan(store)
    assert not any(needed.source for needed in again.indexes)
    with pytest.raises(WorkbenchError, match="no earlier index"):
        undo_rebuild(store, NAME)
    folder = Path(again.indexes[-1].collection.folder)
    assert folder.is_dir() and drop_measured(store, NAME) == 1 and not folder.exists()
    assert [needed.source != "" for needed in plan(store).indexes] == [False, False, True, True]


def test_that_a_stopped_measurement_is_shown_and_goes_on(store: CollectionStore, database: Database) -> None:
    request = plan(store)
    with pytest.raises(JobCancelled):
        measure(Recorder(database, request, stop_after=4), order(request))
    recorder(database, measure_job(request))(Cancelled(job_id="j"))
    kept = MeasurementStore(database).find(request.folder)
    assert kept is not None
    report, outcomes = kept
    assert not report.is_complete and len(outcomes) == 4 and report.best == 0
    again = plan(store)
    assert again.folder == request.folder
    whole, all_outcomes = run(database, again)
    assert whole.is_complete and len(all_outcomes) == 12
    assert all_outcomes[:4] == outcomes, "what was asked before is not asked again"
    (entry,) = MeasurementStore(database).list_measurements(NAME)
    assert entry.is_complete


def test_that_a_reranker_that_is_missing_is_said_before_the_start(store: CollectionStore) -> None:
    now = current_setting(store, NAME, SearchSettings(mode=RetrievalMode.VECTOR))
    with pytest.raises(WorkbenchError, match="local cross-encoder"):
        measure_request(store, MeasurePlan(NAME, "mine", QUESTIONS, (now.model_copy(update={"rerank": True}),)), now)


def test_that_a_purge_takes_measurements_that_name_the_document(store: CollectionStore, database: Database) -> None:
    request = plan(store)
    run(database, request)
    path = store.documents.find(NAME, "handbook.md").path
    delete_documents(store, NAME, [path])
    spec = purge_spec(store, NAME)
    assert spec is not None
    purge(RecordingContext(), PurgeRequest.model_validate(spec.params))
    store.removal.record_purge(PurgeRequest.model_validate(spec.params))
    assert MeasurementStore(database).list_measurements(NAME) == []
    text = b"".join(p.read_bytes() for p in store.paths.home.rglob("*") if p.is_file())
    assert b"handbook.md" not in text and b"27 days" not in text
