"""Whole tunings of a tiny embedder: the same after a stop, switched to only when better."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.unit.rag.embedding_tuning.tiny import write_tiny_embedder
from workbench.database import Database
from workbench.embedding import EmbedderRef, load_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.jobs.events import Finished, Produced
from workbench.paths import WorkbenchPaths
from workbench.rag.embedding_tuning.running import questions_to_tune_with, tune_job, tune_request, use_tuned
from workbench.rag.embedding_tuning.saving import list_tuned
from workbench.rag.embedding_tuning.tasks import tune
from workbench.rag.embedding_tuning.training import EmbedderTraining
from workbench.rag.embedding_tuning.tuning_store import TuningStore
from workbench.rag.embedding_tuning.types import (
    TrainingPair,
    TuneOrder,
    TuneRequest,
    TuningConfig,
    TuningReport,
    TuningStep,
)
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.types import EvaluationQuestion, IndexBuilt, RelevantPlace
from workbench.rag.indexing import index_spec, undo_rebuild
from workbench.rag.indexing_types import FileIndexed, IndexRequest
from workbench.rag.judgement_store import JudgementStore, RelevanceJudgement, Verdict
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import index
from workbench.recording import recorder

pytestmark = pytest.mark.slow
NAME = "things"
WORDS = "amber birch cedar dune ember fjord glade heath islet jetty knoll lagoon marsh notch oasis prairie".split()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> EmbedderRef:
    return write_tiny_embedder(tmp_path_factory.mktemp("tiny") / "model")


PAIRS = [
    TrainingPair(question=f"about {w}", positive=f"{w} stands here", positive_id=w, negatives=(f"no {w}",))
    for w in WORDS
]


class Stopping(RecordingContext):
    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def produce(self, item: object) -> None:
        self.produced.append(item)
        if len([one for one in self.produced if isinstance(one, TuningStep)]) == self._after:
            self.cancelled.set()


@pytest.mark.parametrize(("batch", "mini"), [(4, 16), (8, 4)], ids=["plain loss", "gradient cache"])
def test_that_a_training_goes_on_to_the_same_weights(tiny: EmbedderRef, tmp_path: Path, batch: int, mini: int) -> None:
    config = TuningConfig(epochs=2, batch_size=batch, mini_batch=mini, learning_rate=1e-3)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = EmbedderTraining(tiny, PAIRS, config, tmp_path / "whole", 1)
    weights = whole.run(RecordingContext()).read_bytes()
    with pytest.raises(JobCancelled):
        EmbedderTraining(tiny, PAIRS, config, tmp_path / "parts", 1).run(Stopping(2))
    context = RecordingContext()
    assert EmbedderTraining(tiny, PAIRS, config, tmp_path / "parts", 1).run(context).read_bytes() == weights
    steps = [item.step for item in context.produced if isinstance(item, TuningStep)]
    assert steps == list(range(3, whole.steps + 1))


def test_that_a_damaged_snapshot_is_not_used(tiny: EmbedderRef, tmp_path: Path) -> None:
    config = TuningConfig(epochs=1, batch_size=4, learning_rate=1e-3)
    with pytest.raises(JobCancelled):
        EmbedderTraining(tiny, PAIRS, config, tmp_path, 1).run(Stopping(2))
    note = json.loads((tmp_path / "snapshot.json").read_text())
    path = tmp_path / note["file"]
    content = bytearray(path.read_bytes())
    content[-5] ^= 255
    path.write_bytes(content)
    context = RecordingContext()
    EmbedderTraining(tiny, PAIRS, config, tmp_path, 1).run(context)
    assert next(item.step for item in context.produced if isinstance(item, TuningStep)) == 1


@pytest.fixture
def store(database: Database, home: WorkbenchPaths, tiny: EmbedderRef, tmp_path: Path) -> CollectionStore:
    """Documents whose words nobody would connect, and questions that use other words."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, word in enumerate(WORDS * 2):
        (folder / f"{number}.txt").write_text(f"The {word} of part {number} is kept in hall {number}.", "utf-8")
    store = CollectionStore(database, home)

    class Recorder(RecordingContext):
        def produce(self, item: object) -> None:
            if isinstance(item, FileIndexed):
                store.files.record(NAME, item)

    spec = index_spec(store, NAME, [folder], embedder=tiny)
    index(Recorder(), IndexRequest.model_validate(spec.params))
    return store


def questions() -> tuple[EvaluationQuestion, ...]:
    return tuple(
        EvaluationQuestion(id=str(n), text=f"Where do I find part {n}?", relevant=(RelevantPlace(document=f"{n}.txt"),))
        for n in range(len(WORDS) * 2)
    )


class Recording(RecordingContext):
    def __init__(self, database: Database, request: TuneRequest) -> None:
        super().__init__()
        self._record = recorder(database, tune_job(request))

    def produce(self, item: object) -> None:
        self.produced.append(item)
        assert isinstance(item, TuningStep | IndexBuilt)
        self._record(Produced(job_id="j", kind=type(item).__name__, item=item.model_dump(mode="json")))


def run(store: CollectionStore, database: Database, config: TuningConfig) -> tuple[TuneRequest, TuningReport]:
    request = tune_request(store, NAME, questions(), name="tiny for things", config=config, mode=RetrievalMode.VECTOR)
    report = tune(Recording(database, request), TuneOrder(collection=NAME, folder=request.folder))
    recorder(database, tune_job(request))(Finished(job_id="j", result=report.model_dump(mode="json")))
    assert TuningStore(database).find(request.folder) == report
    assert not Path(request.folder).exists()
    return request, report


def test_that_what_is_better_can_be_used_and_taken_back(
    store: CollectionStore, database: Database, tiny: EmbedderRef
) -> None:
    config = TuningConfig(epochs=12, batch_size=8, learning_rate=3e-3, held_out_share=0.4)
    _request, report = run(store, database, config)
    assert report.trained_on + report.held_out == 32 and report.pairs == report.trained_on
    assert report.is_better, report.sentence
    assert "finds more" in report.sentence
    (kept,) = list_tuned(store.paths.home / "embedders")
    assert kept == report.tuned and kept.embedder.content_hash != tiny.content_hash
    assert kept.base == tiny
    use_tuned(store, report)
    assert store.get(NAME).embedder == report.tuned.embedder
    old, new = load_embedder(tiny).embed_query("part 3"), load_embedder(kept.embedder).embed_query("part 3")
    assert not np.allclose(old, new)
    assert undo_rebuild(store, NAME) is None and store.get(NAME).embedder == tiny


def test_that_what_is_not_better_leaves_nothing_behind(store: CollectionStore, database: Database) -> None:
    _request, report = run(store, database, TuningConfig(epochs=1, batch_size=8, learning_rate=1e-9))
    assert not report.is_better
    assert "cannot be told apart" in report.sentence and "stays as it is" in report.sentence
    assert len(store.indexes.list_indexes(NAME)) == 1 and list_tuned(store.paths.home / "embedders") == []
    with pytest.raises(WorkbenchError, match="not better"):
        use_tuned(store, report)
    (entry,) = TuningStore(database).list_tunings(NAME)
    assert entry.sentence == report.sentence


def test_that_thumbs_become_questions_and_negatives(store: CollectionStore, database: Database) -> None:
    sets, judgements = QuestionSetStore(database), JudgementStore(database)
    sets.create(NAME, "mine")
    sets.add(NAME, "mine", questions()[:2])
    for number, verdict in ((3, Verdict.RELEVANT), (4, Verdict.IRRELEVANT)):
        sha256 = store.documents.find(NAME, f"{number}.txt").sha256
        judgement = RelevanceJudgement(
            question="Where is the dune?", doc_hash=sha256, page=1, start=0, end=8, verdict=verdict
        )
        judgements.record(NAME, judgement)
    found, useless = questions_to_tune_with(sets, judgements, NAME, ["mine"], thumbs=True)
    assert [question.text for question in found][-1] == "Where is the dune?" and len(found) == 3
    assert found[-1].relevant[0].document == "3.txt"
    assert [place.document for place in useless["Where is the dune?"]] == ["4.txt"]
    assert len(questions_to_tune_with(sets, judgements, NAME, ["mine"], thumbs=False)[0]) == 2
