"""What a comparison asks for, and its report. They cross processes and are saved, hence `Boundary`."""

from pydantic import Field

from workbench.boundary import Boundary
from workbench.compare.arm_types import Arm, ArmResult
from workbench.compare.economy import Economy
from workbench.compare.environment import Environment
from workbench.compare.expectations import Expectation
from workbench.compare.judge.types import AnswerRating, ModelScoring, ResolvedJudge
from workbench.compare.leak_types import Leak
from workbench.compare.seen import SeenRows
from workbench.compare.trial_types import Trial
from workbench.compare.verdict_types import Verdict
from workbench.compare.weights import Weights
from workbench.datasets.types import Example
from workbench.llm.types import LoadConfig, ModelRef
from workbench.rag.index_print import IndexPrint
from workbench.scoring.types import MetricChoice

MOST_REPEATS = 20


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
