"""The parts of the benchmark `retrieval`, each in a process of its own."""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._beir import Collection, ndcg_at_10, read_beir
from benchmarks._indexing_runs import NAME, collection_store, run_index
from workbench.embedding import EmbedderRef, Precision, fastest_precision, load_embedder, starter_embedder
from workbench.rag.chunk_writing import embedded_text
from workbench.rag.retrieval import Retriever, open_retriever
from workbench.rag.search_types import RetrievalConfig, RetrievalMode

_DEPTH = 100


def quality(task: Mapping[str, Any]) -> dict[str, Any]:
    """nDCG@10 of every question by each way to search, and the agreement with plain sentence-transformers, with the
    program's defaults: its chunks, its precision."""
    collection = read_beir(Path(task["data"]))
    with tempfile.TemporaryDirectory() as name:
        retriever, ref = _index(collection, Path(name), fastest_precision())
        scores = {mode.value: _scores(collection, retriever, mode) for mode in RetrievalMode}
        agreement = _agreement(collection, retriever, ref)
        return {"questions": len(collection.queries), "chunks": retriever.count(), "ndcg": scores} | agreement


def agreement(task: Mapping[str, Any]) -> dict[str, Any]:
    """The agreement alone, with float32 on both sides."""
    collection = read_beir(Path(task["data"]))
    with tempfile.TemporaryDirectory() as name:
        retriever, ref = _index(collection, Path(name), Precision.FLOAT32)
        return _agreement(collection, retriever, ref)


def _index(collection: Collection, folder: Path, precision: Precision) -> tuple[Retriever, EmbedderRef]:
    """One file per document, indexed as the program does it."""
    files = folder / "files"
    files.mkdir()
    for number, text in collection.documents.items():
        (files / f"{number}.txt").write_text(text, encoding="utf-8")
    ref = starter_embedder().model_copy(update={"precision": precision})
    with collection_store(folder / "home") as (store, _, _):
        run_index(store, files, ref)
        return open_retriever(store.ref(NAME)), ref


def _scores(collection: Collection, retriever: Retriever, mode: RetrievalMode) -> list[float]:
    """A document stands where its best chunk does."""
    config = RetrievalConfig(mode=mode, top_k=_DEPTH)
    found = []
    for number, text in collection.queries.items():
        documents = [hit.document.removesuffix(".txt") for hit in retriever.search(text, config)]
        found.append(ndcg_at_10(list(dict.fromkeys(documents)), collection.relevant[number]))
    return found


def _agreement(collection: Collection, retriever: Retriever, ref: EmbedderRef) -> dict[str, Any]:
    """Share of the ten nearest chunks that plain sentence-transformers with exact cosine finds as well."""
    chunks = retriever.all_chunks()
    embedder = load_embedder(ref)
    texts = [embedded_text(chunk, embedder) for chunk in chunks]
    queries = list(collection.queries.values())
    config = RetrievalConfig(mode=RetrievalMode.VECTOR, top_k=10)
    ours = [{hit.chunk_id for hit in retriever.search(text, config)} for text in queries]
    plain = {}
    for precision in dict.fromkeys((ref.precision, Precision.FLOAT32)):
        vectors = _encode(ref, [*texts, *queries], precision)
        likeness = vectors[len(texts) :] @ vectors[: len(texts)].T
        nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :10]
        shares = [
            len({chunks[n].chunk_id for n in row} & mine) / min(10, len(chunks))
            for row, mine in zip(nearest, ours, strict=True)
        ]
        plain[f"overlap_with_plain_{precision.value}"] = float(np.mean(shares))
    return plain


def _encode(ref: EmbedderRef, texts: Sequence[str], precision: Precision) -> Any:
    """`SentenceTransformer.encode` with its defaults, in one precision; rows of length 1."""
    import torch
    from sentence_transformers import SentenceTransformer

    network = SentenceTransformer(ref.path, device="cpu", local_files_only=True)
    reduced = torch.autocast("cpu", dtype=torch.bfloat16) if precision is Precision.BFLOAT16 else nullcontext()
    with reduced:
        vectors = np.asarray(network.encode(list(texts), show_progress_bar=False), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"quality": quality, "agreement": agreement}[what](task)))


if __name__ == "__main__":
    main()
