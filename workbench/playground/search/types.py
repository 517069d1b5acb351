"""Values of a search for a better prompt. They cross processes and lie in files, hence `Boundary`."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.datasets.types import Example
from workbench.llm.types import AdapterRef, LoadConfig, ModelRef
from workbench.playground.types import Prompt, Shot
from workbench.scoring.types import MetricChoice, MetricSummary


class Origin(StrEnum):
    """Where a candidate's instruction comes from."""

    START = "start"
    """The starting prompt itself, or with other examples or another format."""
    OWN = "own"
    """Written by the user."""
    TECHNIQUE = "technique"
    """The starting prompt with a technique of the catalogue."""
    WRITTEN = "written"
    """Written by the writer model from the task's questions."""
    REWRITTEN = "rewritten"
    """Rewritten by the writer model after it saw mistakes."""


class Candidate(Boundary):
    """One prompt that takes part in a search."""

    id: str
    """SHA-256 of what it holds, shortened."""
    origin: Origin
    instruction: str
    """What its instruction is called: "As it is", "Answer only"."""
    examples: str = ""
    """What its example set is called."""
    format: str = ""
    """What its format is called."""
    parent_id: str = ""
    """The candidate that it was rewritten from."""
    prompt: Prompt

    @property
    def label(self) -> str:
        """The three parts in one line."""
        return " · ".join(part for part in (self.instruction, self.examples, self.format) if part)


class SearchBudget(Boundary):
    """How much a search may spend; 0 is no limit. At least one of them is set; what ends first ends the search."""

    generations: int = Field(0, ge=0, le=10_000_000)
    """Answers of candidates, on held-out questions too, and texts of the writer."""
    seconds: float = Field(0.0, ge=0.0)
    """Time at work; the time in which a stopped search lay idle does not count."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if not self.generations and not self.seconds:
            raise ValueError("a search needs a limit: generations, seconds, or both")
        return self


class SearchRequest(Boundary):
    """Everything that a search needs, with every name resolved."""

    schema_version: int = 1
    name: str
    start: Prompt
    start_version_id: str = ""
    start_label: str = ""
    """Like "support v3"."""
    prompt_name: str = ""
    """The prompt that the start is a version of."""
    model: ModelRef
    load: LoadConfig = LoadConfig()
    adapter: AdapterRef | None = None
    questions_name: str = ""
    examples: tuple[Example, ...]
    """All questions of the data set; the search divides them."""
    metric: MetricChoice
    budget: SearchBudget
    writer: ModelRef | None = None
    """The model that writes and rewrites instructions; None searches without."""
    writer_load: LoadConfig = LoadConfig()
    instructions: tuple[str, ...] = ()
    """System prompts of the user that are tried as well."""
    techniques: bool = True
    """Whether the catalogue's techniques are tried."""
    formats: bool = True
    """Whether other formats of the question are tried."""
    shots: tuple[Shot, ...] = ()
    """Worked examples that example sets are made of; those that are also questions of the search are left out."""
    shots_name: str = ""
    shots_from_questions: bool = True
    """Without `shots`: a few of the questions serve as worked examples instead of being asked."""
    max_candidates: int = Field(48, ge=2, le=512)
    seed: int = Field(0, ge=0, le=2**32 - 1)
    folder: str = ""
    """Where the search keeps its answers and continues; empty: the run folder of its job."""


class CandidateEntered(Boundary):
    """A candidate takes part from now on."""

    id: str
    origin: Origin
    instruction: str
    examples: str = ""
    format: str = ""
    text: str = ""
    """What it says, shortened."""


class Standing(Boundary):
    """How a candidate stands."""

    id: str
    mean: float | None = None
    """Over the questions that it has answered; None before the first."""
    count: int = 0
    dropped: str = ""
    """Why it is out; empty while it is in."""
    round: int = 0
    """The round in which it left; 0 while it is in."""


class Phase(StrEnum):
    """What a search is doing."""

    WRITING = "writing"
    RACING = "racing"
    REWRITING = "rewriting"
    HELD_OUT = "held out"


class SearchProgress(Boundary):
    """How far the search is: what changed since it was told last."""

    phase: Phase
    standings: tuple[Standing, ...] = ()
    used: int = 0
    """Generations so far."""
    seconds: float = 0.0
    """Time at work so far."""


class SearchCost(Boundary):
    """What a search has spent."""

    racing: int = 0
    """Generations of the race and of rewriting: answers to search questions."""
    held_out: int = 0
    writing: int = 0
    """Texts of the writer."""
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0
    dollars: float | None = None
    """By the prices that the user gave servers; None where there is no price."""

    @property
    def generations(self) -> int:
        return self.racing + self.held_out + self.writing


class CandidateResult(Boundary):
    """One candidate that was tried, and how it did on the search questions."""

    candidate: Candidate
    score: MetricSummary = MetricSummary()
    """On the search questions that it answered. The best of many looks better here than it is."""
    dropped: str = ""
    round: int = 0
    failed: int = 0
    """Answers that could not be made; they count as 0."""
    problem: str = ""
    """Why the first of them failed."""


class Outcome(StrEnum):
    """How a search ended."""

    BETTER = "better"
    """The winner is better than the start: the whole interval of the held-out difference lies above 0."""
    UNPROVEN = "unproven"
    """Something led in the search, but the held-out questions do not tell it from the start."""
    START_IS_BEST = "start is best"
    """Nothing beat the starting prompt in the search."""


class HeldOutScore(Boundary):
    """The winner and the start on questions that no candidate was chosen on."""

    questions: int
    winner: MetricSummary
    start: MetricSummary
    difference: float
    """Winner minus start."""
    low: float
    high: float
    """Ends of the 95 % interval of the difference (paired)."""
    p_value: float
    """Two-sided, paired."""
    more_questions_needed: int = 0
    """How many more would probably show a difference of this size; 0 when it is shown, or there is none."""


class SearchReport(Boundary):
    """A finished search."""

    schema_version: int = 1
    name: str
    outcome: Outcome
    metric: str
    model_name: str = ""
    writer_name: str = ""
    start_version_id: str = ""
    start_label: str = ""
    prompt_name: str = ""
    questions_name: str = ""
    start: Candidate
    winner: Candidate
    """The best in the search; the start where nothing beat it."""
    held_out: HeldOutScore | None = None
    """None where the winner is the start, or the budget ended before a held-out question was asked."""
    candidates: tuple[CandidateResult, ...] = ()
    """Everything that was tried, the best first."""
    not_tried: int = 0
    """Combinations that the budget or the limit of candidates left out."""
    search_questions: int = 0
    """Questions that candidates could be asked."""
    held_out_questions: int = 0
    left_out_questions: int = 0
    """Questions that are worked examples of the prompt, and so were asked of nobody."""
    rounds: int = 0
    cost: SearchCost = SearchCost()
    notes: tuple[str, ...] = ()
    """What went otherwise than wished, in sentences."""
