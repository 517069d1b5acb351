"""Questions to hits: by meaning, by words, or by both merged by reciprocal rank fusion."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from workbench.embedding import Embedder, load_embedder
from workbench.rag.index_commits import CommittedIndex, is_being_written
from workbench.rag.index_files import has_table
from workbench.rag.search_types import FoldedHit, Hit, RetrievalConfig, RetrievalMode
from workbench.rag.types import CollectionRef, HitFilter
from workbench.rag.vector_store import Among, StoredChunk, VectorStore, damaged

_RRF_K = 60
"""Cormack, Clarke, Buettcher, "Reciprocal rank fusion", SIGIR 2009."""

_ANYWHERE = HitFilter()
NEARLY_THE_SAME = 0.85
"""Jaccard index of the words of two hits from which on they say the same."""

# Words of questions that say nothing about their object; the index drops only the commonest words itself.
_QUESTION_WORDS = frozenset(
    "what which who whom whose when where why how do does did is are was were can could should would may might shall "
    "will i me my we our you your he she they them his her has have had there much many long get".split()
)


class Reranker(Protocol):
    """Puts the most useful hits first."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]: ...


class Searcher(Protocol):
    """What answers need of one collection or of several."""

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]: ...
    def similarities(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine similarity of a text to each of the others."""
        ...


class SeveralCollections:
    """Collections that are asked at once, each with its own embedder; their rankings are fused by rank.

    Scores of different embedders cannot be compared, places in a ranking can.
    """

    def __init__(self, retrievers: Mapping[str, Searcher]) -> None:
        """By the collection's name; the first one's embedder compares texts."""
        self._retrievers = dict(retrievers)

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]:
        """At most `config.top_k` hits of all of them, each with its collection's name."""
        rankings = [
            [hit.model_copy(update={"collection": name}) for hit in retriever.search(query, config)]
            for name, retriever in self._retrievers.items()
        ]
        hits = ranked(fuse(*rankings, kind="collections"), "collections")
        return (fold_duplicates(hits) if config.folds_duplicates else hits)[: config.top_k]

    def similarities(self, text: str, others: Sequence[str]) -> list[float]:
        return next(iter(self._retrievers.values())).similarities(text, others)


class Retriever:
    """An opened collection with its embedder. Searches may come from several threads."""

    def __init__(
        self,
        store: VectorStore,
        open_embedder: Callable[[], Embedder],
        reranker: Reranker | None = None,
        hidden: frozenset[str] = frozenset(),
        only: HitFilter = _ANYWHERE,
    ) -> None:
        """`open_embedder` is called by the first search that needs vectors; `hidden` documents are not found, and
        nothing outside `only`."""
        self._hidden = hidden
        self._only = only
        self._store = store
        self._open_embedder = open_embedder
        self._reranker = reranker

    def with_reranker(self, reranker: Reranker) -> "Retriever":
        return Retriever(self._store, self._open_embedder, reranker, self._hidden, self._only)

    def without(self, hidden: Iterable[str], only: HitFilter = _ANYWHERE) -> "Retriever":
        """The same, but documents of these hashes are not found, and nothing outside `only`."""
        return Retriever(self._store, self._open_embedder, self._reranker, frozenset(hidden), only)

    def count(self) -> int:
        """Number of chunks in the index."""
        return self._store.count()

    def all_chunks(self) -> list[StoredChunk]:
        """Those that can be found, in the order of documents and pages."""
        chunks = [chunk for chunk in self._store.all_chunks() if chunk.doc_hash not in self._hidden]
        only = _among(self._only)
        held = {document: only.holds(document) for document in {chunk.document for chunk in chunks}}
        return [chunk for chunk in chunks if held[chunk.document]]

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]:
        """At most `config.top_k` hits, best first; a query without words finds nothing."""
        if not query.strip():
            return []
        looks_wider = config.rerank or config.folds_duplicates or config.mode is RetrievalMode.HYBRID
        wanted = max(50, 4 * config.top_k) if looks_wider else config.top_k
        hits = self._candidates(query, config, wanted)
        if config.rerank and self._reranker is not None:
            hits = ranked(self._reranker.rerank(query, hits[:50]), "rerank")
        if config.folds_duplicates:
            hits = fold_duplicates(hits)
        return hits[: config.top_k]

    def all_by_meaning(self, query: str) -> dict[str, float]:
        """The cosine similarity of every chunk to the query, by chunk id."""
        rows = self._by_meaning(query, max(1, self.count()), (_among(self._only),))
        return {chunk.chunk_id: similarity for chunk, similarity in rows}

    def similarities(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine similarity of a text to each of the others, by the collection's embedder."""
        embedder = self._open_embedder()
        return [float(value) for value in embedder.embed_documents(others) @ embedder.embed_query(text)]

    def _candidates(self, query: str, config: RetrievalConfig, limit: int) -> list[Hit]:
        only = (_among(self._only), _among(config.only))
        match config.mode:
            case RetrievalMode.VECTOR:
                return ranked(_hits(self._by_meaning(query, limit, only), "vector"), "vector")
            case RetrievalMode.TEXT:
                return ranked(_hits(self._by_words(query, limit, only), "text"), "text")
            case RetrievalMode.HYBRID:
                meaning = ranked(_hits(self._by_meaning(query, limit, only), "vector"), "vector")
                words = ranked(_hits(self._by_words(query, limit, only), "text"), "text")
                return ranked(fuse(meaning, words), "hybrid")

    def _by_meaning(self, query: str, limit: int, only: Sequence[Among]) -> list[tuple[StoredChunk, float]]:
        return self._store.search_vector(self._open_embedder().embed_query(query), limit, self._hidden, only)

    def _by_words(self, query: str, limit: int, only: Sequence[Among]) -> list[tuple[StoredChunk, float]]:
        return self._store.search_text(content_words(query), limit, self._hidden, only)


def _among(only: HitFilter) -> Among:
    return Among(only.documents, only.folders)


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
            doc_hash=chunk.doc_hash,
            scores={kind: score},
        )
        for chunk, score in ordered
    ]


def ranked(hits: Sequence[Hit], kind: str) -> list[Hit]:
    """The hits, each with its place in the ranking of that kind."""
    return [hit.model_copy(update={"ranks": hit.ranks | {kind: rank}}) for rank, hit in enumerate(hits, 1)]


def fuse(*rankings: Sequence[Hit], kind: str = "hybrid") -> list[Hit]:
    """Reciprocal rank fusion: the score of a hit is the sum of 1 / (60 + rank) over the rankings that hold it."""
    fused: dict[tuple[str, str], Hit] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            share = 1.0 / (_RRF_K + rank)
            known = fused.get((hit.collection, hit.chunk_id))
            scores = {**(known.scores if known else {}), **hit.scores}
            ranks = {**(known.ranks if known else {}), **hit.ranks}
            score = (known.score if known else 0.0) + share
            changes = {"score": score, "scores": scores | {kind: score}, "ranks": ranks}
            fused[(hit.collection, hit.chunk_id)] = hit.model_copy(update=changes)
    return sorted(fused.values(), key=lambda hit: (-hit.score, hit.collection, hit.chunk_id))


def fold_duplicates(hits: Sequence[Hit]) -> list[Hit]:
    """Hits in their order, without those that say nearly the same as an earlier one; that one names them."""
    kept: list[Hit] = []
    words: list[frozenset[str]] = []
    for hit in hits:
        own = frozenset(re.findall(r"\w+", hit.text.casefold()))
        twin = next((i for i, other in enumerate(words) if _overlap(own, other) >= NEARLY_THE_SAME), None)
        if twin is None:
            kept.append(hit)
            words.append(own)
            continue
        place = FoldedHit(collection=hit.collection, document=hit.document, page=hit.page, start=hit.start, end=hit.end)
        kept[twin] = kept[twin].model_copy(update={"folded": (*kept[twin].folded, place, *hit.folded)})
    return kept


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Jaccard index of two sets of words."""
    return len(first & second) / len(first | second) if first or second else 0.0


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
    kept = kept.without(ref.hidden, ref.only)
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
        CommittedIndex(folder, ref.embedder.dimension, ref.language).close()  # a collection without documents yet
    return VectorStore(folder, ref.embedder.dimension)


def _is_there(ref: CollectionRef) -> bool:
    return has_table(Path(ref.folder))
