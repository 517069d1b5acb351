"""The parts of the benchmark `indexing`, each in a process of its own."""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from pydantic import BaseModel

from benchmarks._beir import Collection, ndcg_at_10, read_beir
from benchmarks._seeded import SeededEmbedder
from workbench import embedding
from workbench.database import Database
from workbench.embedding import SPECIAL_TOKENS, EmbedderRef, Precision, load_embedder, starter_embedder
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Finished
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing import index_spec, sync_spec
from workbench.rag.indexing_types import FileIndexed, FileStates, IndexRequest
from workbench.rag.retrieval import open_retriever
from workbench.rag.search_types import RetrievalConfig, RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import index
from workbench.rag.types import ChunkingConfig
from workbench.recording import recorder
from workbench.settings import RagSettings

NAME = "benchmark"


def chunking() -> ChunkingConfig:
    """How new collections are cut where nothing was set."""
    return ChunkingConfig.from_settings(RagSettings())


@contextmanager
def collection_store(folder: Path) -> Iterator[tuple[CollectionStore, Database, WorkbenchPaths]]:
    """A data folder of its own."""
    paths = WorkbenchPaths(folder)
    paths.create()
    database = Database(paths.database)
    database.migrate()
    try:
        yield CollectionStore(database, paths), database, paths
    finally:
        database.close()


class Recording(RecordingContext):
    """Writes down what was indexed, as the program does, and keeps nothing else."""

    def __init__(self, store: CollectionStore) -> None:
        super().__init__(threads=0)
        self._store = store
        self.chunks = 0

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        pass

    def produce(self, item: BaseModel) -> None:
        if isinstance(item, FileIndexed):
            self._store.files.record(NAME, item)
            self.chunks += item.chunks
        elif isinstance(item, FileStates):
            self._store.files.record_states(NAME, item)


def run_index(store: CollectionStore, folder: Path, embedder: EmbedderRef) -> Recording:
    if store.find(NAME) is None:
        store.create(NAME, embedder, chunking())
    spec = index_spec(store, NAME, [folder])
    context = Recording(store)
    index(context, IndexRequest.model_validate(spec.params))
    return context


def ours(task: Mapping[str, Any]) -> dict[str, Any]:
    """Files to searchable with this program, in one precision."""
    collection = read_beir(Path(task["data"]))
    ref = starter_embedder().model_copy(update={"precision": Precision(task["precision"])})
    import lancedb  # loading is not measured on either side

    assert lancedb.__version__
    load_embedder(ref).embed_query("warm")
    with tempfile.TemporaryDirectory() as home, collection_store(Path(home)) as (store, _, _):
        started = time.monotonic()
        chunks = run_index(store, Path(task["folder"]), ref).chunks
        seconds = time.monotonic() - started
        retriever = open_retriever(store.ref(NAME))
        retrieval = RetrievalConfig(mode=RetrievalMode.VECTOR, top_k=100)
        ranked = {
            number: [hit.document.removesuffix(".txt") for hit in retriever.search(text, retrieval)]
            for number, text in collection.queries.items()
        }
    return {"chunks": chunks, "seconds": seconds, "ndcg": quality(collection, ranked)}


def plain(task: Mapping[str, Any]) -> dict[str, Any]:
    """The plain loop: read, split, encode with its defaults, add, file by file."""
    import lancedb
    from semantic_text_splitter import TextSplitter
    from sentence_transformers import SentenceTransformer

    collection = read_beir(Path(task["data"]))
    ref = starter_embedder()
    network = SentenceTransformer(ref.path, device="cpu", local_files_only=True)
    network.encode(["warm"], show_progress_bar=False)
    tokenizer = embedding.load_tokenizer(ref)
    splitter = TextSplitter.from_huggingface_tokenizer(
        tokenizer, chunking().chunk_tokens - SPECIAL_TOKENS, chunking().overlap
    )
    with tempfile.TemporaryDirectory() as folder:
        table, chunks = None, 0
        started = time.monotonic()
        for path in sorted(Path(task["folder"]).iterdir()):
            texts = splitter.chunks(path.read_text(encoding="utf-8"))
            vectors = network.encode(texts, show_progress_bar=False)
            rows = [
                {"document": path.stem, "text": text, "vector": vector}
                for text, vector in zip(texts, vectors, strict=True)
            ]
            if table is None:
                table = lancedb.connect(folder).create_table("chunks", rows)
            else:
                table.add(rows)
            chunks += len(rows)
        seconds = time.monotonic() - started
        assert table is not None
        ranked = {}
        for number, text in collection.queries.items():
            vector = network.encode(text, show_progress_bar=False)
            found = table.search(vector).distance_type("cosine").limit(100).to_list()
            ranked[number] = [row["document"] for row in found]
    return {"chunks": chunks, "seconds": seconds, "ndcg": quality(collection, ranked)}


def quality(collection: Collection, ranked: Mapping[str, list[str]]) -> float:
    """Mean nDCG@10; a document stands where its best chunk does."""
    scores = [
        ndcg_at_10(list(dict.fromkeys(documents)), collection.relevant[number]) for number, documents in ranked.items()
    ]
    return sum(scores) / len(scores)


def held_bytes(memory: Any) -> int:
    """What the process holds: pages of files (code, the system's cache) do not count where the system tells them."""
    return int(memory.rss - getattr(memory, "shared", 0))


def memory(task: Mapping[str, Any]) -> dict[str, Any]:
    """Memory of the process while many chunks go in through the whole pipeline, but for the network."""
    ref = starter_embedder().model_copy(update={"name": "seeded"})
    embedding._LOADED[ref.identity] = SeededEmbedder()
    samples: list[tuple[int, int]] = []
    over = threading.Event()
    with tempfile.TemporaryDirectory() as home, collection_store(Path(home)) as (store, _, _):
        context = Recording(store)

        def sample() -> None:
            process = psutil.Process()
            while not over.wait(0.1):
                samples.append((context.chunks, held_bytes(process.memory_info())))

        store.create(NAME, ref, chunking())
        request = IndexRequest.model_validate(index_spec(store, NAME, [Path(task["folder"])]).params)
        thread = threading.Thread(target=sample)
        thread.start()
        started = time.monotonic()
        index(context, request)
        seconds = time.monotonic() - started
        over.set()
        thread.join()
        size = sum(path.stat().st_size for path in Path(store.ref(NAME).folder).rglob("*") if path.is_file())
    total = context.chunks
    early = max(rss for chunks, rss in samples if chunks <= total * 0.3)
    return {
        "chunks": total, "seconds": seconds, "early_bytes": early, "peak_bytes": max(rss for _, rss in samples),
        "index_bytes": size,
    }  # fmt: skip


def recheck(task: Mapping[str, Any]) -> dict[str, Any]:
    """A second look at files that did not change, as a job in a worker, its start included."""
    ref = starter_embedder()
    with tempfile.TemporaryDirectory() as home, collection_store(Path(home)) as (store, database, paths):
        run_index(store, Path(task["folder"]), ref)
        runner = JobRunner(paths)
        seconds = []
        # The first one finds files that are older than when they were hashed, and remembers their states.
        for _ in range(1 + int(task["rounds"])):
            spec = sync_spec(store, NAME)
            assert spec is not None
            started = time.monotonic()
            unchanged = _run(runner, spec, database)
            seconds.append(time.monotonic() - started)
        runner.shutdown()
    return {"unchanged": unchanged, "first": seconds[0], "seconds": seconds[1:]}


def _run(runner: JobRunner, spec: JobSpec, database: Database) -> int:
    last = runner.submit(spec, recorder(database, spec)).wait(120)
    assert isinstance(last, Finished), last
    return int(last.result["unchanged"])


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"ours": ours, "plain": plain, "memory": memory, "recheck": recheck}[what](task)))


if __name__ == "__main__":
    main()
