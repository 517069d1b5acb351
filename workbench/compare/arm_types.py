"""An arm with everything resolved, and what was measured of it. Both cross processes and are saved."""

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.types import AdapterRef, GenerationConfig, ModelRef
from workbench.playground.types import Prompt, Shot
from workbench.rag.answer_types import PassageOrder
from workbench.rag.search_types import RetrievalConfig
from workbench.rag.types import CollectionRef
from workbench.scoring.types import MetricSummary


class Arm(Boundary):
    """One strategy with everything resolved: a worker needs nothing else to answer with it."""

    name: str
    model: ModelRef
    base: ModelRef | None = None
    """The model that `model` was made of by fine-tuning, where that is known: what it may have forgotten."""
    adapter: AdapterRef | None = None
    adapter_name: str = ""
    adapter_hash: str = ""
    """SHA-256 of the adapter file, known before the run; the run checks that it was this one that answered."""
    adapter_bytes: int = 0
    system: str = ""
    """The system prompt; empty: the model's own, or the grounded prompt's where there is a collection."""
    prompt_file: str = ""
    """Where the system prompt was read; empty when it was not."""
    prompt: Prompt | None = None
    """A saved version of a prompt: what is sent and what counts as the answer. It stands instead of `system`."""
    prompt_name: str = ""
    """The prompt that `prompt` is a version of."""
    prompt_number: int = 0
    """Which version of it."""
    prompt_label: str = ""
    """The version in words: "v3 short answers"."""
    shots: tuple[Shot, ...] = ()
    """What few-shot examples are chosen from; all of them are used unless `shots_per_question` is set."""
    shots_per_question: int = 0
    """Above 0: that many of `shots`, the most similar to each question."""
    collection: CollectionRef | None = None
    others: tuple[CollectionRef, ...] = ()
    """Further collections that are asked at once, each with its own embedder."""
    retrieval: RetrievalConfig = RetrievalConfig()
    order: PassageOrder = PassageOrder.BEST_FIRST
    """How the passages stand in the prompt."""
    passage_tokens: int = 0
    """Tokens that the passages may take together; 0: what the context leaves."""
    reranker: str = ""
    """Folder of the local cross-encoder, where `retrieval.rerank` is on."""
    generation: GenerationConfig = GenerationConfig()
    training_seconds: float = 0.0
    """What the adapter cost to train; 0 when unknown or none."""
    indexing_seconds: float | None = 0.0
    """What the last build of the collection took; 0 without a collection, None where nobody knows."""

    @property
    def adapter_scale(self) -> float:
        """How strongly the adapter is applied; 1 without one."""
        return self.adapter.scale if self.adapter else 1.0


class MemoryParts(Boundary):
    """Bytes that an arm occupies, by part."""

    weights: int = 0
    kv_cache: int = 0
    compute: int = 0
    adapter: int = 0
    embedder: int = 0

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.compute + self.adapter + self.embedder


class Timing(Boundary):
    """How long an answer takes, alone and warm: medians over a few questions, retrieval included."""

    questions: int = 0
    latency_seconds: float | None = None
    latency_low: float | None = None
    """Lower end of the median's 95 % interval; None where the questions were too few for one."""
    latency_high: float | None = None
    first_token_seconds: float | None = None
    taken_over: bool = False
    """It was measured in an earlier run of exactly the same: the computer may have been busier then, or less."""
    measured_on: str = ""
    """Day and time in UTC (ISO 8601); empty where nothing was measured, or by an earlier version."""
    problem: str = ""


class GeneralResult(Boundary):
    """What a tuned arm lost or won in abilities that it was not tuned for, against its bare base."""

    questions: int = 0
    """Scored for both."""
    before: float | None = None
    """Mean of the bare base, 0 to 1."""
    after: float | None = None
    difference: float | None = None
    """Mean of after minus before, over the same questions."""
    low: float | None = None
    """Lower end of the difference's 95 % interval."""
    high: float | None = None
    p_value: float | None = None
    weakest: tuple[str, ...] = ()
    """Abilities that clearly got worse, the worst first."""
    problem: str = ""
    """Why it was not measured."""


class ArmResult(Boundary):
    """What was measured of one arm."""

    name: str
    metrics: dict[str, MetricSummary] = Field(default_factory=dict)
    """Over questions: of each the mean over its repeats."""
    noise: dict[str, float] = Field(default_factory=dict)
    """Standard deviation within a question, by metric, where it was answered more than once: what chance alone does."""
    timing: Timing = Timing()
    prompt_tokens: float | None = None
    """Mean per answer."""
    generated_tokens: float | None = None
    """Mean per answer."""
    cost: float | None = None
    """Mean US dollars per answer, timing not counted; None where the user gave no price."""
    memory: MemoryParts = MemoryParts()
    memory_bytes: int = 0
    """The sum of the parts."""
    peak_bytes: int | None = None
    """Most resident memory that the process took while the arm answered alone, above what it had without a model;
    None when it was not measured."""
    answered: int = 0
    """Answers that came about, repeats counted."""
    reused: int = 0
    """Of these, how many were taken over from earlier runs."""
    failed: int = 0
    """Answers that did not."""
    missing: int = 0
    """Answers that were not asked for, because the run was stopped or its time was up."""
    failures: dict[str, int] = Field(default_factory=dict)
    """How many answers are not right, by reason."""
    problem: str = ""
    """Why the arm has no (further) answers; empty when all went well."""
    model: str = ""
    adapter: str = ""
    adapter_scale: float = 1.0
    """How strongly it was applied; 1 without one."""
    collection: str = ""
    prompt: str = ""
    """Name and version of the saved prompt."""
    training_seconds: float = 0.0
    indexing_seconds: float | None = 0.0
    """What the last build of the collection took; 0 without a collection, None where nobody knows."""
    general: GeneralResult | None = None
    """What tuning did to other abilities; None for arms that are not tuned, and where it was not asked for."""
