"""Values of the comparison room. They cross processes and are saved, hence `Boundary`."""

from enum import StrEnum

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.compare.economy import Economy
from workbench.compare.environment import Environment
from workbench.compare.expectations import Expectation
from workbench.compare.judge.types import AnswerRating, ModelScoring, ResolvedJudge
from workbench.compare.seen import SeenKind, SeenRows
from workbench.compare.weights import Measure, Weights
from workbench.datasets.types import Example
from workbench.llm.types import AdapterRef, FinishReason, GenerationConfig, LoadConfig, ModelRef, Usage
from workbench.playground.types import Prompt, Shot
from workbench.rag.answer_types import PassageOrder
from workbench.rag.index_print import IndexPrint
from workbench.rag.search_types import Hit, RetrievalConfig
from workbench.rag.types import CollectionRef
from workbench.scoring.types import MetricChoice, MetricSummary, ScoreValue

MOST_REPEATS = 20


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


class FailureReason(StrEnum):
    """Why an answer is wrong."""

    NOT_RETRIEVED = "not retrieved"
    IGNORED = "retrieved but ignored"
    MIXED_UP = "sources mixed up"
    NOT_KNOWN = "not known"
    WRONG_FORMAT = "wrong format"
    TRUNCATED = "truncated"
    REFUSED = "refused though answerable"
    NOT_REFUSED = "answered though unanswerable"
    CRASHED = "crashed"


class Trial(Boundary):
    """One arm answering one question once: everything that is needed to check or repeat it."""

    arm: str
    example_id: str
    repeat: int = 0
    """Which of the arm's answers to this question: 0 is the first; more only where sampling is on."""
    key: str = ""
    """Hash of all that decides the answer; a later run with the same key need not be made again."""
    prompt: str = ""
    """The exact text that the model read, after its chat template."""
    hits: tuple[Hit, ...] = ()
    """What retrieval found, best first."""
    used: tuple[int, ...] = ()
    """Which of the hits (from 0) stood in the prompt, in the order of their numbers [1], [2], ..."""
    answer: str = ""
    """What is scored."""
    text: str = ""
    """The whole text, where the arm's answer rule took `answer` out of it; empty when it is the same."""
    finish_reason: FinishReason = FinishReason.STOP
    usage: Usage = Usage()
    model_hash: str = ""
    adapter_hash: str = ""
    """Of the adapter that was active when the model answered; empty when the bare model did."""
    template_hash: str = ""
    """SHA-256 of the chat template."""
    scores: dict[str, ScoreValue] = Field(default_factory=dict)
    problem: str = ""
    """Why there is no answer, in a sentence; empty when there is one."""
    failure: FailureReason | None = None
    """Why the answer is not right; None when it is, or when the first metric could not judge it."""
    failure_evidence: str = ""
    cost: float | None = None
    """US dollars, where the model is on a server with a price."""

    @property
    def used_hits(self) -> tuple[Hit, ...]:
        """The passages in the prompt: a mark [n] of the answer points at the n-th."""
        return tuple(self.hits[index] for index in self.used)

    @property
    def has_failed(self) -> bool:
        """Whether no answer came about at all."""
        return bool(self.problem)


class TrialDone(Boundary):
    """Produced for every trial as soon as it is scored; also for those that an earlier run of the same folder made."""

    trial: Trial
    done: int
    total: int


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
    collection: str = ""
    prompt: str = ""
    """Name and version of the saved prompt."""
    training_seconds: float = 0.0
    indexing_seconds: float | None = 0.0
    """What the last build of the collection took; 0 without a collection, None where nobody knows."""
    general: GeneralResult | None = None
    """What tuning did to other abilities; None for arms that are not tuned, and where it was not asked for."""


class VerdictKind(StrEnum):
    WINNER = "winner"
    """One arm beats every other."""
    EQUIVALENT = "equivalent"
    """The best arms differ by less than the margin, whatever chance did."""
    UNDECIDED = "undecided"
    """The questions do not tell the best arms apart."""


class PairResult(Boundary):
    """Two arms on the same questions."""

    first: str
    second: str
    difference: float
    """Mean of second minus first."""
    low: float
    high: float
    p_value: float
    corrected_p_value: float
    """After Holm's correction over all pairs."""
    questions: int

    @property
    def is_separated(self) -> bool:
        return self.corrected_p_value < 0.05


class FlipPoint(Boundary):
    """Where the recommendation changes when one measure counts more (or less) than it does."""

    arm: str
    """The arm that takes over."""
    weight: float
    """Share of the measure in all weights, 0..1; the others keep their proportions."""
    measure: Measure = Measure.LATENCY
    is_above: bool = True
    """Whether the arm takes over above the weight; else below it."""
    low: float | None = None
    """Where it would change if the arms differed in quality as at the ends of the interval of their difference; None
    where the quality plays no part."""
    high: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_versions(cls, values: object) -> object:
        """They knew the weight of speed only."""
        if isinstance(values, dict) and "speed_weight" in values:
            values = {**values, "weight": values["speed_weight"]}
            del values["speed_weight"]
        return values


class TagVerdict(Boundary):
    """Which arm is best on the questions with one tag."""

    tag: str
    questions: int
    kind: VerdictKind = VerdictKind.UNDECIDED
    best: tuple[str, ...] = ()
    """As in `Verdict`; empty where the tag has too few questions."""
    means: dict[str, float] = Field(default_factory=dict)
    """Mean score of the judged arms on these questions."""
    pairs: tuple[PairResult, ...] = ()
    """Corrected over all pairs of all tags."""
    is_too_small: bool = False
    """Whether there are too few questions for a verdict of their own."""


class Verdict(Boundary):
    """Which arm to choose, and how sure that is."""

    metric: str = ""
    kind: VerdictKind = VerdictKind.UNDECIDED
    winner: str | None = None
    """The arm that beats every other."""
    best: tuple[str, ...] = ()
    """The arms that cannot be told apart from the best one, best mean first."""
    means: dict[str, float] = Field(default_factory=dict)
    """Mean score of the judged arms, best first; empty in verdicts of earlier versions."""
    scored: dict[str, int] = Field(default_factory=dict)
    """Scored questions of every arm."""
    recommended: str | None = None
    """By the user's weights; where only quality counts, the cheapest of `best`: by money, then latency, then memory,
    then training and indexing."""
    reasons: tuple[str, ...] = ()
    questions_needed: int | None = None
    """How many questions in all find the best arm with 80 % power, if it is better than every rival by `margin`; None
    unless undecided."""
    more_questions_needed: int | None = None
    """`questions_needed` beyond those that were asked, 0 when they are enough; None unless undecided."""
    margin: float = 0.05
    """A difference that matters to the user."""
    pairs: tuple[PairResult, ...] = ()
    flip_points: tuple[FlipPoint, ...] = ()
    by_tag: tuple[TagVerdict, ...] = ()
    notes: tuple[str, ...] = ()
    """What is left out of it, and why."""
    questions: int = 0


class LeakKind(StrEnum):
    EXACT = "exact"
    """The same but for case, punctuation and spaces."""
    NEAR = "near"
    """Reordered, mistyped, or with a few little words more or less."""
    SUSPECTED = "suspected"
    """A paraphrase, as it seems: shown, never excluded by itself."""

    @property
    def is_certain(self) -> bool:
        return self is not LeakKind.SUSPECTED


class Leak(Boundary):
    """A test question that an arm has seen before the test."""

    example_id: str
    arms: tuple[str, ...]
    kind: LeakKind
    where: str
    """Like "few-shot examples of arm few-shot" or "training rows of adapter house-style"."""
    source: SeenKind = SeenKind.TRAINING
    text: str
    """The question of the row that it was found in, shortened."""
    answer: str = ""
    """The row's answer, shortened; empty where it is not known."""
    number: int = 0
    """The row in its file, from 1; 0: it has none."""
    similarity: float = 1.0
    """Of words (exact, near) or of meaning (suspected), 0..1."""


class CompareRequest(Boundary):
    """A comparison with every name resolved."""

    name: str
    examples: tuple[Example, ...]
    metrics: tuple[MetricChoice, ...]
    """The first decides."""
    arms: tuple[Arm, ...]
    seed: int = 0
    folder: str = ""
    """Where the run keeps its trials and continues; empty: the run folder of its job."""
    written: str = ""
    """The comparison by names as its author wrote it (YAML), kept with the result for running it again."""
    load: LoadConfig = LoadConfig()
    loads: dict[str, LoadConfig] = Field(default_factory=dict)
    """How models are loaded that the user wants loaded in a way of their own, by path."""
    seen: tuple[SeenRows, ...] = ()
    """What arms have seen before the test beside their own few-shot examples."""
    unknown_rows: tuple[str, ...] = ()
    """Sentences about arms of which it is not known what they have seen."""
    test_set: str = ""
    """The test set that the examples are of; empty where they are a file's."""
    questions_hash: str = ""
    """SHA-256 of the examples: the version of the test set that is kept for ever."""
    again_of: int = 0
    """Number of the comparison that this one repeats; 0: of none."""
    timed_questions: int = Field(10, ge=0)
    """Questions per arm whose latency is measured alone."""
    repeats: int = Field(1, ge=1, le=MOST_REPEATS)
    """Answers per question of arms that sample (temperature above 0); the others answer once."""
    budget_seconds: float = Field(0.0, ge=0.0)
    """No further block of questions is begun after this time; 0: all are asked."""
    forgetting: bool = False
    """Whether tuned arms are also asked for general abilities, before and after."""
    expectations: tuple[Expectation, ...] = ()
    """What was expected between arms before anything was measured."""
    judge: ResolvedJudge | None = None
    """The language model that scores, where a metric needs one."""
    waves: tuple[int, ...] = ()
    """How many questions came together, in their order: those that came later are batches of their own, so that
    nothing that was answered before changes. Empty: all at once."""
    earlier: str = ""
    """A folder of runs: their answers to exactly the same are taken over; empty: everything is asked."""
    margin: float = Field(0.05, gt=0.0, le=0.5)
    """A difference of the deciding score that matters."""
    weights: Weights = Weights()
    economy: Economy = Economy()

    def repeats_of(self, arm: Arm) -> int:
        """How often this arm answers each question: a greedy one says the same every time."""
        return self.repeats if arm.generation.temperature > 0 else 1

    def load_for(self, model: ModelRef) -> LoadConfig:
        """How this model is loaded."""
        return self.loads.get(model.path, self.load)


class ComparisonReport(Boundary):
    """A whole comparison, measured."""

    schema_version: int = 2
    name: str
    metrics: tuple[str, ...] = ()
    seed: int = 0
    request: CompareRequest | None = None
    """What was asked for, exactly, without the questions and training rows; None of earlier versions."""
    indexes: dict[str, IndexPrint] = Field(default_factory=dict)
    """What every collection held when it was searched, by name."""
    environment: Environment | None = None
    arms: tuple[ArmResult, ...] = ()
    weights: Weights = Weights()
    """What the recommendation goes by."""
    economy: Economy = Economy()
    """What costs were counted with."""
    verdict: Verdict
    verdict_without_leaks: Verdict | None = None
    """The verdict without the questions that leaked for certain; None when none did."""
    leaks: tuple[Leak, ...] = ()
    leak_notes: tuple[str, ...] = ()
    """What could not be searched for test questions, in sentences."""
    excluded: tuple[str, ...] = ()
    """Ids of questions that the user excluded: `verdict` and the arms' means are without them."""
    verdict_with_all: Verdict | None = None
    """The verdict with the excluded questions; None while none is excluded."""
    trials: tuple[Trial, ...] = ()
    examples: tuple[Example, ...] = ()
    machine: str = ""
    seconds: float = 0.0
    repeats: int = 1
    waves: tuple[int, ...] = ()
    """As in the request: what a later run needs to compose the same batches."""
    reused: int = 0
    """Answers that were taken over from earlier runs."""
    missing: int = 0
    """Answers that were not asked for; the verdict is on the questions that the judged arms share."""
    why_missing: str = ""
    """Why some are missing, in a sentence."""
    expectations: tuple[Expectation, ...] = ()
    """What was expected between arms; `guide.reflecting.reflect` holds it against the verdict."""
    model_scoring: ModelScoring | None = None
    """How the scores by models came about; None where no model scored."""
    ratings: tuple[AnswerRating, ...] = ()
    """What the user thinks of answers, where the report is written with them; `judge.trust` holds scores against it."""

    @property
    def leaked_ids(self) -> frozenset[str]:
        """Questions that leaked for certain."""
        return frozenset(leak.example_id for leak in self.leaks if leak.kind.is_certain)
