"""The parts of the benchmark `search`, each in a process of its own."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._seeded import DIMENSION, clustered, sentences
from workbench.embedding import load_embedder, starter_embedder
from workbench.rag.index_writer import IndexWriter
from workbench.rag.retrieval import Retriever
from workbench.rag.rows import StoredChunk
from workbench.rag.search_types import RetrievalConfig, RetrievalMode
from workbench.rag.vector_store import VectorStore

_BATCH = 5000


def fill(folder: Path, rows: int, texts: Sequence[str]) -> dict[str, float]:
    """An index of seeded chunks, written as the program writes; returns seconds and bytes."""
    started = time.monotonic()
    with IndexWriter(folder, DIMENSION) as writer:
        for first in range(0, rows, _BATCH):
            numbers = range(first, min(first + _BATCH, rows))
            chunks = [_chunk(number, texts[number % len(texts)]) for number in numbers]
            writer.add(chunks, clustered(len(chunks), seed=first))
        added = time.monotonic() - started
        writer.optimize()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {"add_seconds": added, "build_seconds": time.monotonic() - started - added, "bytes": size}


def _chunk(number: int, text: str) -> StoredChunk:
    document = f"{number // 100}"
    return StoredChunk(
        chunk_id=str(number), document=document, doc_hash=document, page=1, start=0, end=len(text), title="", text=text
    )


def timed(calls: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Milliseconds of each call, in words of their distribution; the first fifth warms up."""
    taken = []
    for call in calls:
        started = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - started))
    warm = taken[len(taken) // 5 :]
    return {"p50_ms": float(np.percentile(warm, 50)), "p95_ms": float(np.percentile(warm, 95)), "max_ms": max(warm)}


def hybrid(task: Mapping[str, Any]) -> dict[str, Any]:
    """Hybrid search with the real embedder for the query: its time counts."""
    texts = sentences(20_000, seed=1)
    with tempfile.TemporaryDirectory() as name:
        built = fill(Path(name) / "index", task["rows"], texts)
        ref = starter_embedder()
        retriever = Retriever(VectorStore(Path(name) / "index", DIMENSION), lambda: load_embedder(ref))
        questions = [" ".join(text.rstrip(".").split()[:6]) for text in sentences(task["queries"], seed=2, words=6)]
        retrieval = RetrievalConfig(mode=RetrievalMode.HYBRID, top_k=10)
        times = timed([partial(retriever.search, question, retrieval) for question in questions])
    return built | times


def vectors(task: Mapping[str, Any]) -> dict[str, Any]:
    """Vector search in an index of many against exact search over all of them."""
    rows, queries = task["rows"], clustered(task["queries"], seed=987_654_321)
    with tempfile.TemporaryDirectory() as name:
        built = fill(Path(name) / "index", rows, ["text"])
        store = VectorStore(Path(name) / "index", DIMENSION)
        found: list[list[int]] = []

        def search(vector: Any) -> None:
            found.append([int(chunk.chunk_id) for chunk, _ in store.search_vector(vector, 10)])

        times = timed([partial(search, vector) for vector in queries])
    exact = exact_top_ten(queries, rows)
    hits = [len(set(mine) & set(best)) / 10 for mine, best in zip(found, exact, strict=True)]
    return built | times | {"recall_at_10": sum(hits) / len(hits)}


def exact_top_ten(queries: Any, rows: int) -> list[list[int]]:
    """By the cosine with every vector, computed block by block."""
    best = np.full((len(queries), 10), -2.0, dtype=np.float32)
    numbers = np.zeros((len(queries), 10), dtype=np.int64)
    for first in range(0, rows, _BATCH):
        scores = queries @ clustered(min(_BATCH, rows - first), seed=first).T
        both = np.concatenate([best, scores], axis=1)
        where = np.argpartition(-both, 10, axis=1)[:, :10]
        own = np.concatenate(
            [numbers, np.broadcast_to(np.arange(first, first + scores.shape[1]), scores.shape)], axis=1
        )
        best, numbers = np.take_along_axis(both, where, 1), np.take_along_axis(own, where, 1)
    return [[int(number) for number in row] for row in numbers]


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"hybrid": hybrid, "vectors": vectors}[what](task)))


if __name__ == "__main__":
    main()
