"""Values of an evaluation: what is asked, what both sides answered, what the difference is."""

from enum import StrEnum
from typing import Self

from pydantic import Field

from workbench.boundary import Boundary
from workbench.finetune.types import Adapter
from workbench.llm.types import ChatMessage, LoadConfig, ModelRef
from workbench.scoring.types import MetricChoice, MetricSummary, ScoreValue


class Side(StrEnum):
    """Who answers."""

    BASE = "base"
    TUNED = "tuned"


class TestSource(StrEnum):
    """Which rows are the test."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    HELD_OUT = "held_out"
    """Those of the adapter's own data that were not trained."""
    DATASET = "dataset"
    """Another saved data set."""
    FILE = "file"
    """A file of questions and answers."""
    NONE = "none"
    """Only the general abilities are asked."""


class EvaluationRequest(Boundary):
    """Everything that an evaluation needs: it opens no database and looks nothing up."""

    adapter: Adapter
    base: ModelRef
    """Where the base is now; its file must be the one that the adapter was trained on."""
    source: TestSource = TestSource.HELD_OUT
    data_name: str = ""
    rows_path: str = ""
    """Of held-out rows all rows of the data set, which are split again; else the rows or questions themselves."""
    rows_hash: str = ""
    trained_rows_path: str = ""
    """The rows that it was trained on, to tell which test questions are among them; empty where they are gone."""
    metric: str = ""
    """Empty: one that fits the answers."""
    limit: int = Field(200, ge=1, le=5000)
    """Test questions at most; of more a fixed sample is taken."""
    general: bool = True
    """Whether general abilities are asked too."""
    general_path: str = ""
    """A set of the user's own; empty: the one that comes with the program."""
    max_tokens: int = Field(512, ge=1, le=8192)
    """Longest answer, in tokens."""
    load: LoadConfig = LoadConfig()
    folder: str
    """Where the answers and the report are written."""


class AskedQuestion(Boundary):
    """One question as both sides get it."""

    id: str
    messages: tuple[ChatMessage, ...]
    references: tuple[str, ...] = ()
    """Right answers; empty where refusing is right."""
    ability: str = ""
    """Of a general question; empty: of the test set."""
    metric: MetricChoice
    number: int = 0
    """The row of the data file."""

    @property
    def is_general(self) -> bool:
        return bool(self.ability)

    @property
    def text(self) -> str:
        """What was asked last."""
        return self.messages[-1].content


class GivenAnswer(Boundary):
    """What one side answered to one question, with the proof of who it was."""

    side: Side
    question_id: str
    text: str
    adapter_hash: str
    """SHA-256 of the adapter that was active; empty when the bare base answered."""
    is_cut: bool = False
    """It was still going on at the longest length."""
    problem: str = ""
    """Why there is none."""


class EvaluatedRow(Boundary):
    """One question with both answers and their scores."""

    question: AskedQuestion
    base: GivenAnswer
    tuned: GivenAnswer
    base_scores: dict[str, ScoreValue]
    """By metric."""
    tuned_scores: dict[str, ScoreValue]


class Change(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    """The interval holds 0: the two cannot be told apart with these questions."""


class Gain(Boundary):
    """How a metric changed from base to adapter, over the same questions."""

    metric: str
    count: int
    """Questions that both sides' answers were scored for."""
    unscored: int = 0
    base: MetricSummary
    tuned: MetricSummary
    difference: float
    """Mean of tuned minus base, -1 to 1."""
    low: float
    """Lower end of the paired 95 % interval."""
    high: float
    p_value: float
    needed: int = 0
    """Questions that would find a difference of 5 points with 80 % power; 0 where the change is clear."""

    @property
    def change(self) -> Change:
        if self.low > 0:
            return Change.BETTER
        return Change.WORSE if self.high < 0 else Change.UNDECIDED


class AbilityGain(Boundary):
    """How one general ability changed."""

    ability: str
    gain: Gain
    can_show: bool
    """False where the base can hardly do it: what is not there cannot be forgotten."""


class EvaluationReport(Boundary):
    """Before and after. The rows lie in a file of the run's folder; what is kept in the database has none."""

    schema_version: int = 1
    adapter_name: str
    adapter_hash: str
    base_name: str
    base_hash: str
    source: TestSource
    data_name: str = ""
    data_hash: str = ""
    gains: tuple[Gain, ...] = ()
    """On the test set; the first metric is the one that is judged by."""
    abilities: tuple[AbilityGain, ...] = ()
    general: Gain | None = None
    """Over all abilities that the base can show."""
    general_name: str = ""
    general_hash: str = ""
    notes: tuple[str, ...] = ()
    """What a reader should know: questions left out, questions that were trained on."""
    created: str
    """ISO 8601 in UTC."""
    seconds: float = 0.0
    rows: tuple[EvaluatedRow, ...] = ()

    @property
    def gain(self) -> Gain | None:
        """The one that is judged by."""
        return self.gains[0] if self.gains else None

    def without_rows(self) -> Self:
        return self.model_copy(update={"rows": ()})
