"""Values of measured retrieval. Offsets are code points in the page's text, end exclusive, as in `rag.types`."""

import hashlib
import json
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.datasets.test_sets.types import Origin, Review
from workbench.embedding import EmbedderRef
from workbench.rag.search_types import RetrievalMode
from workbench.rag.types import ChunkingConfig, CollectionRef, TextLanguage
from workbench.rag.upkeep_types import RebuildReport
from workbench.scoring.types import MetricSummary


class RelevantPlace(Boundary):
    """What answers a question: a whole document, or a passage of it.

    A passage is independent of how the text was cut: a chunk holds it when the two overlap.
    """

    document: str
    """The document's name in the collection."""
    page: int = Field(0, ge=0)
    """From 1; 0: the whole document."""
    start: int = Field(0, ge=0)
    end: int = Field(0, ge=0)
    grade: int = Field(1, ge=1, le=100)
    """How relevant it is; the gain of nDCG."""

    @model_validator(mode="after")
    def _passage_has_a_length(self) -> Self:
        if self.page and self.end <= self.start:
            raise ValueError("the passage is empty")
        return self

    @property
    def is_whole_document(self) -> bool:
        return self.page == 0


class EvaluationQuestion(Boundary):
    """A question of a test set."""

    id: str = ""
    """Given by the database; empty before it is stored."""
    text: str = Field(min_length=1)
    relevant: tuple[RelevantPlace, ...] = ()
    origin: Origin = Origin.TYPED
    review: Review = Review.ACCEPTED
    remark: str = ""
    """Who wrote a generated one, and why a filter rejected it."""


def hash_of(questions: tuple[EvaluationQuestion, ...]) -> str:
    """SHA-256 over what decides a measurement: texts and relevant places, in any order."""
    lines = sorted(q.model_dump_json(include={"text", "relevant"}) for q in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Measure(StrEnum):
    """What is compared. Definitions: `measures.py`."""

    NDCG = "ndcg"
    RECALL = "recall"
    MRR = "mrr"


class RetrievalSetting(Boundary):
    """One way to find passages: how the text is cut and embedded, and how it is searched."""

    chunking: ChunkingConfig
    embedder: EmbedderRef
    language: TextLanguage = TextLanguage.ENGLISH
    mode: RetrievalMode = RetrievalMode.HYBRID
    rerank: bool = False


class NeededIndex(Boundary):
    """The index that settings with the same chunks and embedder share."""

    collection: CollectionRef
    """With the index's folder; its `chunks` where it is complete."""
    source: str = ""
    """A file with one `StoredDocument` per line, where it must be built or brought up to date; removed when used."""
    takes_over: tuple[str, ...] = ()
    keeps_chunks: bool = False


class MeasureRequest(Boundary):
    """Compare settings on the questions of a test set."""

    collection: str
    test_set: str
    """The test set's name."""
    questions: tuple[EvaluationQuestion, ...]
    """Those that count, as they were when this was started: later changes of the set do not reach it."""
    settings: tuple[RetrievalSetting, ...]
    indexes: tuple[NeededIndex, ...]
    """For each setting its index, in the same order; settings may share one."""
    current: int = -1
    """Which of the settings is how the collection is searched now; -1: none of them."""
    k: int = Field(10, ge=1, le=100)
    """How many passages count."""
    measure: Measure = Measure.NDCG
    """What decides which setting is best."""
    reranker: str = ""
    documents: str = ""
    """SHA-256 over the contents of the collection: a measurement never goes on over other documents."""
    folder: str = ""
    """Where its work is kept."""

    @model_validator(mode="after")
    def _settings_have_indexes(self) -> Self:
        if len(self.settings) != len(self.indexes) or not self.settings or not self.questions:
            raise ValueError("a measurement needs questions, and one index for each setting")
        return self

    def content(self) -> bytes:
        """What makes two measurements the same: a stopped one goes on when the same is asked for again."""
        values = {
            "collection": self.collection,
            "questions": hash_of(self.questions),
            "settings": [setting.model_dump(mode="json") for setting in self.settings],
            "k": self.k,
            "measure": self.measure.value,
            "reranker": self.reranker,
            "documents": self.documents,
        }
        return json.dumps(values, sort_keys=True).encode()


class MeasureOrder(Boundary):
    """What the job of a measurement is told: its request lies in its folder, and goes with it."""

    collection: str
    folder: str


class FoundPlace(Boundary):
    """A passage that was retrieved; its rank is its place in the list."""

    document: str
    page: int
    start: int
    end: int
    score: float
    is_relevant: bool


class QuestionOutcome(Boundary):
    """What one setting found for one question."""

    setting: int
    question: str
    """Its id."""
    recall: float = 0.0
    mrr: float = 0.0
    ndcg: float = 0.0
    found: tuple[FoundPlace, ...] = ()
    """The first k passages."""
    ranks: tuple[int, ...] = ()
    """For each relevant place the rank of the first passage that holds it, from 1; 0 where none of `DEPTH` does."""
    characters: int = 0
    """Length of the first k passages together: what a model would have to read."""
    seconds: float = 0.0
    problem: str = ""

    def value(self, measure: Measure) -> float:
        return float(getattr(self, measure.value))


class IndexBuilt(Boundary):
    """An index that a measurement or a tuning built stands beside the one that answers."""

    collection: CollectionRef
    report: RebuildReport


class SettingProgress(Boundary):
    """How far one setting is."""

    setting: int
    done: int
    total: int
    means: dict[Measure, float] = Field(default_factory=dict)
    problem: str = ""


class SettingResult(Boundary):
    """One line of the table."""

    setting: RetrievalSetting
    values: dict[Measure, MetricSummary] = Field(default_factory=dict)
    chunks: int = 0
    characters: float = 0.0
    """Mean length of the first k passages together."""
    milliseconds: float = 0.0
    """Median time of a search."""
    problem: str = ""
    """Why it could not be measured."""


class SettingDifference(Boundary):
    """How much better the second setting is than the first, over the same questions."""

    first: int
    second: int
    difference: float
    low: float
    high: float
    p: float
    """Two-sided, corrected over all pairs of settings (Holm 1979)."""

    @property
    def is_clear(self) -> bool:
        return self.p < 0.05 and (self.low > 0 or self.high < 0)


class MeasureReport(Boundary):
    """What a measurement found."""

    schema_version: int = 1
    collection: str
    test_set: str
    test_set_hash: str
    k: int
    measure: Measure
    questions: tuple[EvaluationQuestion, ...]
    """The frozen test set."""
    results: tuple[SettingResult, ...]
    differences: tuple[SettingDifference, ...] = ()
    """Of `measure`, for all pairs of settings that were measured on every question."""
    best: int = -1
    """The setting with the highest mean; -1 where nothing was measured."""
    tied: tuple[int, ...] = ()
    """Settings that cannot be told apart from the best one."""
    current: int = -1
    is_complete: bool = True
    """False when it was stopped: settings without every question are not compared."""
    sentence: str = ""
    """The outcome in words."""
    reranker: str = ""
    """The folder of the cross-encoder that reranked."""
    seconds: float = 0.0

    def difference(self, first: int, second: int) -> SettingDifference | None:
        """`second` minus `first`, however the pair was compared."""
        for pair in self.differences:
            if (pair.first, pair.second) == (first, second):
                return pair
            if (pair.first, pair.second) == (second, first):
                turned = {"difference": -pair.difference, "low": -pair.high, "high": -pair.low}
                return pair.model_copy(update={"first": first, "second": second, **turned})
        return None
