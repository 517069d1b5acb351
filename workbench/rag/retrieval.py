"""Questions to hits: by meaning, by words, or by both merged by reciprocal rank fusion."""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from workbench.embedding import Embedder, load_embedder
from workbench.rag.index_files import has_table
from workbench.rag.index_writer import IndexWriter, is_being_written
from workbench.rag.types import CollectionRef, Hit, RetrievalConfig, RetrievalMode
from workbench.rag.vector_store import StoredChunk, VectorStore, damaged

_RRF_K = 60
"""Cormack, Clarke, Buettcher, "Reciprocal rank fusion", SIGIR 2009."""

# Words of questions that say nothing about their object; the index drops only the commonest words itself.
_QUESTION_WORDS = frozenset(
    "what which who whom whose when where why how do does did is are was were can could should would may might shall "
    "will i me my we our you your he she they them his her has have had there much many long get".split()
)


class Reranker(Protocol):
    """Puts the most useful hits first."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]: ...


class Retriever:
    """An opened collection with its embedder. Searches may come from several threads."""

    def __init__(
        self,
        store: VectorStore,
        open_embedder: Callable[[], Embedder],
        reranker: Reranker | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        """`open_embedder` is called by the first search that needs vectors; `hidden` documents are not found."""
        self._hidden = hidden
        self._store = store
        self._open_embedder = open_embedder
        self._reranker = reranker

    def with_reranker(self, reranker: Reranker) -> "Retriever":
        return Retriever(self._store, self._open_embedder, reranker, self._hidden)

    def without(self, hidden: Iterable[str]) -> "Retriever":
        """The same, but documents of these hashes are not found."""
        return Retriever(self._store, self._open_embedder, self._reranker, frozenset(hidden))

    def count(self) -> int:
        """Number of chunks in the index."""
        return self._store.count()

    def all_chunks(self) -> list[StoredChunk]:
        return [chunk for chunk in self._store.all_chunks() if chunk.doc_hash not in self._hidden]

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]:
        """At most `config.top_k` hits, best first; a query without words finds nothing."""
        if not query.strip():
            return []
        wanted = max(50, 4 * config.top_k) if config.rerank or config.mode is RetrievalMode.HYBRID else config.top_k
        hits = self._candidates(query, config.mode, wanted)
        if config.rerank and self._reranker is not None:
            hits = self._reranker.rerank(query, hits[:50])
        return hits[: config.top_k]

    def _candidates(self, query: str, mode: RetrievalMode, limit: int) -> list[Hit]:
        match mode:
            case RetrievalMode.VECTOR:
                return _hits(self._by_meaning(query, limit), "vector")
            case RetrievalMode.TEXT:
                return _hits(self._by_words(query, limit), "text")
            case RetrievalMode.HYBRID:
                return fuse(
                    _hits(self._by_meaning(query, limit), "vector"), _hits(self._by_words(query, limit), "text")
                )

    def _by_meaning(self, query: str, limit: int) -> list[tuple[StoredChunk, float]]:
        return self._store.search_vector(self._open_embedder().embed_query(query), limit, self._hidden)

    def _by_words(self, query: str, limit: int) -> list[tuple[StoredChunk, float]]:
        return self._store.search_text(content_words(query), limit, self._hidden)


def content_words(question: str) -> str:
    """The question without the words that only make it a question; all of it when nothing else is left."""
    kept = [word for word in question.split() if word.strip("?!.,;:\"'()").casefold() not in _QUESTION_WORDS]
    return " ".join(kept) or question


def _hits(rows: Iterable[tuple[StoredChunk, float]], kind: str) -> list[Hit]:
    ordered = sorted(rows, key=lambda row: (-row[1], row[0].chunk_id))
    return [
        Hit(
            document=chunk.document,
            title=chunk.title,
            page=chunk.page,
            start=chunk.start,
            end=chunk.end,
            score=score,
            text=chunk.text,
            chunk_id=chunk.chunk_id,
            scores={kind: score},
        )
        for chunk, score in ordered
    ]


def fuse(*rankings: Sequence[Hit]) -> list[Hit]:
    """Reciprocal rank fusion: the score of a hit is the sum of 1 / (60 + rank) over the rankings that hold it."""
    fused: dict[str, Hit] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            share = 1.0 / (_RRF_K + rank)
            known = fused.get(hit.chunk_id)
            scores = {**(known.scores if known else {}), **hit.scores}
            score = (known.score if known else 0.0) + share
            fused[hit.chunk_id] = hit.model_copy(update={"score": score, "scores": scores | {"hybrid": score}})
    return sorted(fused.values(), key=lambda hit: (-hit.score, hit.chunk_id))


_OPEN: dict[tuple[str, str], Retriever] = {}
_OPENING = threading.Lock()


def open_retriever(ref: CollectionRef, reranker: str = "", *, threads: int = 0) -> Retriever:
    """The opened collection, kept for the life of the process. In workers only.

    Raises WorkbenchError with code "index_damaged" when it does not hold what the database says.
    """
    with _OPENING:
        key = (ref.folder, ref.embedder.identity)
        kept = _OPEN.pop(key, None)
        if kept is None or not _is_there(ref) or kept.count() != ref.chunks:
            kept = _open(ref, threads)
        _OPEN[key] = kept
    kept = kept.without(ref.hidden)
    if not reranker:
        return kept
    from workbench.rag.reranking import open_reranker

    return kept.with_reranker(open_reranker(Path(reranker)))


def _open(ref: CollectionRef, threads: int) -> Retriever:
    folder = Path(ref.folder)
    opened = Retriever(_open_store(ref, folder), lambda: load_embedder(ref.embedder, threads=threads))
    # While a job writes to it, the index may be a few documents ahead of what the database said, or behind it.
    if opened.count() != ref.chunks and not is_being_written(folder):
        raise damaged(folder, f"{opened.count()} chunks instead of {ref.chunks}")
    return opened


def _open_store(ref: CollectionRef, folder: Path) -> VectorStore:
    if not ref.chunks and not _is_there(ref) and not is_being_written(folder):
        IndexWriter(folder, ref.embedder.dimension, ref.language).close()  # a collection without documents yet
    return VectorStore(folder, ref.embedder.dimension)


def _is_there(ref: CollectionRef) -> bool:
    return has_table(Path(ref.folder))
