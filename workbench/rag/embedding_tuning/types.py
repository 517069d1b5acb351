"""Values of embedder tuning."""

import json
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.embedding import EmbedderRef
from workbench.rag.evaluation.types import EvaluationQuestion, Measure, NeededIndex, RelevantPlace, hash_of
from workbench.rag.search_types import RetrievalMode
from workbench.rag.types import CollectionRef
from workbench.scoring.types import MetricSummary

FEWEST_QUESTIONS = 20
FEWEST_HELD_OUT = 5


class TuningConfig(Boundary):
    """How the embedder is trained. The defaults suit a few hundred questions on a processor."""

    epochs: int = Field(3, ge=1, le=50)
    batch_size: int = Field(16, ge=2, le=512)
    """Questions per step; each one's passage is a wrong answer to all the others."""
    mini_batch: int = Field(16, ge=1, le=128)
    """Texts that go through the network at once: a larger batch is computed in parts of this size (gradient cache)."""
    learning_rate: float = Field(2e-5, gt=0, le=1e-2)
    warmup_share: float = Field(0.1, ge=0, le=1)
    weight_decay: float = Field(0.01, ge=0, le=1)
    negatives: int = Field(2, ge=0, le=8)
    """Hard negatives mined for each pair."""
    positives: int = Field(3, ge=1, le=20)
    """Passages used for each question at most."""
    held_out_share: float = Field(0.3, ge=0.1, le=0.6)
    """Of the questions, kept apart by document to say whether it helped."""
    checkpoint_seconds: float = Field(60.0, ge=0)
    seed: int = 0


class TuneRequest(Boundary):
    """Tune the embedder of a collection."""

    name: str
    """Of the tuned embedder."""
    collection: CollectionRef
    """As it is searched now."""
    questions: tuple[EvaluationQuestion, ...]
    irrelevant: dict[str, tuple[RelevantPlace, ...]] = Field(default_factory=dict)
    """Passages that the user called useless, by question: they are negatives."""
    config: TuningConfig = TuningConfig()
    mode: RetrievalMode = RetrievalMode.HYBRID
    """How the collection is searched: the comparison before / after is made that way."""
    k: int = Field(10, ge=1, le=100)
    documents: str = ""
    """SHA-256 over the contents of the collection."""
    source: str = ""
    """A file with one `StoredDocument` per line, for the index that the tuned embedder needs."""
    indexes_folder: str = ""
    """Where the collection's indexes lie."""
    embedders_folder: str = ""
    """Where tuned embedders are kept."""
    folder: str = ""
    """Where the work is kept."""

    @model_validator(mode="after")
    def _there_is_something(self) -> Self:
        if not self.questions:
            raise ValueError("a tuning needs questions")
        return self

    def content(self) -> bytes:
        """What makes two tunings the same: a stopped one goes on when the same is asked for again."""
        values = {
            "name": self.name,
            "collection": self.collection.name,
            "embedder": self.collection.embedder.identity,
            "chunking": self.collection.chunking.model_dump(mode="json"),
            "questions": hash_of(self.questions),
            "irrelevant": {q: [p.model_dump() for p in places] for q, places in sorted(self.irrelevant.items())},
            "config": self.config.model_dump(mode="json"),
            "mode": self.mode.value,
            "k": self.k,
            "documents": self.documents,
        }
        return json.dumps(values, sort_keys=True).encode()


class TuneOrder(Boundary):
    """What the job is told: its request lies in its folder, and goes with it."""

    collection: str
    folder: str


class TrainingPair(Boundary):
    """A question, a passage that answers it, and passages that look as if they did."""

    question: str
    positive: str
    positive_id: str
    negatives: tuple[str, ...] = ()


class Prepared(Boundary):
    """What is trained on and what is kept apart, decided once: a tuning that goes on does not decide again."""

    pairs: tuple[TrainingPair, ...]
    held_out: tuple[str, ...]
    """Ids of questions."""
    trained_on: int
    """Questions."""
    left_out: int = 0
    """Questions whose places are in no chunk."""
    threads: int
    """Sums are rounded differently with another number of threads, so a continued training keeps the first one."""


class TuningStep(Boundary):
    """One step of the training."""

    step: int
    steps: int
    loss: float


class Comparison(Boundary):
    """Before and after, on the held-out questions, for one way to search."""

    mode: RetrievalMode
    before: dict[Measure, MetricSummary]
    after: dict[Measure, MetricSummary]
    differences: dict[Measure, tuple[float, float, float]]
    """After minus before: mean, low and high end of the paired 95 % interval."""


class TunedEmbedder(Boundary):
    """An embedder that was made here: `manifest.json` beside its folder."""

    schema_version: int = 1
    embedder: EmbedderRef
    base: EmbedderRef
    collection: str
    trained_on: int
    """Questions."""
    config: TuningConfig
    created: str
    """ISO 8601 in UTC."""


class TuningReport(Boundary):
    """What came of a tuning."""

    schema_version: int = 1
    tuned: TunedEmbedder
    index: NeededIndex
    """The index beside the one that answers."""
    comparisons: tuple[Comparison, ...]
    """The collection's way to search first."""
    trained_on: int
    held_out: int
    pairs: int
    left_out: int
    k: int
    is_better: bool
    """The interval of nDCG lies above 0, searched as the collection is."""
    sentence: str
    seconds: float = 0.0
