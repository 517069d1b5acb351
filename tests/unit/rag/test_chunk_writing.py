"""Chunks are embedded beside the reading of further files, and given up when the job ends."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.rag.index_rows import chunk
from workbench import embedding
from workbench.database import Database
from workbench.embedding import EmbedderRef, starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag.chunk_writing import ChunkWriter
from workbench.rag.indexing import index_spec
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, FilesAt, FileStage, IndexRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import index
from workbench.rag.types import ChunkingConfig, CollectionRef

pytestmark = pytest.mark.slow
SECONDS = 60.0


class WaitingEmbedder:
    """Says when it was asked, and answers when it may."""

    max_tokens, dimension, content_hash = 256, 8, "waiting"

    def __init__(self) -> None:
        self.was_asked, self.may_answer = threading.Event(), threading.Event()

    def embed_documents(
        self, texts: Sequence[str], check: Callable[[], None] = lambda: None
    ) -> npt.NDArray[np.float32]:
        self.was_asked.set()
        for _ in range(int(SECONDS / 0.05)):
            check()
            if self.may_answer.wait(0.05):
                return np.ones((len(texts), self.dimension), dtype=np.float32)
        raise WorkbenchError("Nothing came beside the embedding.")

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        row: npt.NDArray[np.float32] = self.embed_documents([text])[0]
        return row

    def count_tokens(self, text: str) -> int:
        return len(text.split())


@pytest.fixture
def embedder() -> WaitingEmbedder:
    return WaitingEmbedder()


@pytest.fixture
def ref(embedder: WaitingEmbedder) -> Iterator[EmbedderRef]:
    ref = starter_embedder().model_copy(update={"content_hash": "waiting", "dimension": 8})
    embedding._LOADED[ref.identity] = embedder
    yield ref
    del embedding._LOADED[ref.identity]


def test_that_files_are_read_while_those_before_them_are_embedded(
    database: Database,
    home: WorkbenchPaths,
    tmp_path: Path,
    embedder: WaitingEmbedder,
    ref: EmbedderRef,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hearing(RecordingContext):
        def produce(self, item: object) -> None:
            self.produced.append(item)
            if isinstance(item, FilesAt) and item.stage is FileStage.READING and "b.txt" in item.files.values():
                embedder.may_answer.set()

    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"Text of {name}.")
    monkeypatch.setattr("workbench.rag.indexer._BATCH_CHUNKS", 1)
    store = CollectionStore(database, home)
    context = Hearing()
    spec = index_spec(store, "waiting", [tmp_path], ChunkingConfig(), ref)
    report = index(context, IndexRequest.model_validate(spec.params))
    assert (report.indexed, report.chunks) == (3, 3)
    said = [item for item in context.produced if isinstance(item, FileIndexed)]
    assert [item.name for item in said] == ["a.txt", "b.txt", "c.txt"], "acknowledged in the order of the files"
    assert {item.status for item in said} == {DocumentStatus.INDEXED}


def make_writer(tmp_path: Path, ref: EmbedderRef, context: RecordingContext) -> ChunkWriter:
    collection = CollectionRef(name="waiting", folder=str(tmp_path / "index"), embedder=ref, chunking=ChunkingConfig())
    return ChunkWriter(collection, context)


def test_that_a_cancel_ends_what_is_being_embedded(tmp_path: Path, embedder: WaitingEmbedder, ref: EmbedderRef) -> None:
    context = RecordingContext()
    with make_writer(tmp_path, ref, context) as writer:
        begun = writer.embed([chunk(1, "kettle", "a")])
        assert embedder.was_asked.wait(SECONDS)
        context.cancelled.set()
        with pytest.raises(JobCancelled):
            writer.write(begun)
        assert writer.store.count() == 0


def test_that_another_error_of_the_job_does_not_wait_for_the_embedder(
    tmp_path: Path, embedder: WaitingEmbedder, ref: EmbedderRef
) -> None:
    with pytest.raises(OSError, match="vanished"), make_writer(tmp_path, ref, RecordingContext()) as writer:
        begun, later = writer.embed([chunk(1, "kettle", "a")]), writer.embed([chunk(1, "kettle", "b")])
        assert embedder.was_asked.wait(SECONDS)
        raise OSError("the drive vanished")
    assert isinstance(begun.vectors.exception(), JobCancelled)
    assert later.vectors.cancelled() or isinstance(later.vectors.exception(), JobCancelled)


def test_that_a_problem_of_the_embedder_is_told_by_the_writing(tmp_path: Path, ref: EmbedderRef) -> None:
    other = ref.model_copy(update={"content_hash": "gone"})
    with make_writer(tmp_path, other, RecordingContext()) as writer:
        begun = writer.embed([chunk(1, "kettle")])
        with pytest.raises(WorkbenchError, match="not the one that built this collection"):
            writer.write(begun)
