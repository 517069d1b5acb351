"""Values of searching: what is asked, how chunks are found, and the chunks that were."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.rag.types import CollectionRef, HitFilter


class RetrievalMode(StrEnum):
    VECTOR = "vector"
    TEXT = "text"
    HYBRID = "hybrid"


class RetrievalConfig(Boundary):
    """How chunks are found."""

    mode: RetrievalMode = RetrievalMode.HYBRID
    top_k: int = Field(5, ge=1, le=1000)
    rerank: bool = False
    """Put the hits in the order of a local cross-encoder."""
    folds_duplicates: bool = False
    """A hit that says nearly the same as a better one is folded into that."""
    only: HitFilter = HitFilter()


class FoldedHit(Boundary):
    """Where a near-duplicate of a hit stands."""

    collection: str = ""
    document: str
    page: int
    start: int
    end: int


class Hit(Boundary):
    """A chunk with its score for one question."""

    collection: str = ""
    """Set where several collections were asked at once."""
    document: str
    title: str = ""
    page: int
    start: int
    end: int
    score: float
    """The score by which the hits are ordered; higher is better, comparable within one question only."""
    text: str
    """The page's text from start to end."""
    chunk_id: str = ""
    doc_hash: str = ""
    """SHA-256 of the document's file, whatever the document is called."""
    scores: dict[str, float] = Field(default_factory=dict)
    """Every score by its kind: "vector" (cosine), "text" (BM25), "hybrid" (reciprocal rank fusion), "rerank", and
    "collections" (reciprocal rank fusion over several collections)."""
    ranks: dict[str, int] = Field(default_factory=dict)
    """Its place, from 1, in the ranking of each kind that found it: why this chunk is here."""
    folded: tuple[FoldedHit, ...] = ()
    """Near-duplicates of it that are not listed themselves."""


class Question(Boundary):
    id: str = "1"
    text: str


class QuestionHits(Boundary):
    """The chunks found for one question."""

    id: str
    hits: tuple[Hit, ...] = ()
    problem: str = ""


class SearchRequest(Boundary):
    collection: CollectionRef
    others: tuple[CollectionRef, ...] = ()
    """Further collections that are asked at once, each with its own embedder."""
    queries: tuple[Question, ...]
    retrieval: RetrievalConfig = RetrievalConfig()
    reranker: str = ""
    """The folder of a local cross-encoder; needed when `retrieval.rerank` is on."""


class SearchReport(Boundary):
    queries: int
    seconds: float = 0.0
