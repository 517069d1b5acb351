"""Values of a batch grid. They cross processes and are saved, hence `Boundary`."""

from typing import Any

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.datasets.types import Example
from workbench.llm.in_words import adapter_in_words
from workbench.llm.types import AdapterRef, ChatMessage, FinishReason, GenerationConfig, LoadConfig, ModelRef, Usage
from workbench.playground.types import Prompt, PromptVersion
from workbench.scoring.types import MetricChoice, MetricSummary, ScoreValue


class GridRow(Boundary):
    """One row of the data set: what fills the variables, and the right answers."""

    example: Example
    earlier: tuple[ChatMessage, ...] = ()
    """Turns before the question, where the row is a longer conversation."""


class Answerer(Boundary):
    """Who answers: a model, bare or with an adapter."""

    model: ModelRef
    load: LoadConfig = LoadConfig()
    adapter: AdapterRef | None = None
    adapter_name: str = ""
    adapter_hash: str = ""
    """SHA-256 of the adapter file, known before the run; the run checks that it was this one that answered."""

    @property
    def name(self) -> str:
        """ "starter", "starter + house-style" or "starter + house-style × 0.5"."""
        return f"{self.model.name} + {self.adapter_in_words}" if self.adapter_name else self.model.name

    @property
    def adapter_scale(self) -> float:
        """1 without an adapter."""
        return self.adapter.scale if self.adapter else 1.0

    @property
    def adapter_in_words(self) -> str:
        """ "house-style × 0.5"; empty without one."""
        return adapter_in_words(self.adapter_name, self.adapter_scale)


class SettingsVariant(Boundary):
    """How answers are decoded differently from what the prompt says; without a change: exactly as it says."""

    name: str = ""
    changes: dict[str, Any] = Field(default_factory=dict)
    """Fields of `GenerationConfig` with their values."""

    @model_validator(mode="after")
    def _changes_are_settings(self) -> "SettingsVariant":
        if unknown := set(self.changes) - set(GenerationConfig.model_fields):
            raise ValueError(f"there is no setting {min(unknown)!r}")
        GenerationConfig.model_validate(self.changes)
        return self

    def applied_to(self, config: GenerationConfig) -> GenerationConfig:
        return GenerationConfig.model_validate({**config.model_dump(), **self.changes})


class Combination(Boundary):
    """One column of the grid."""

    name: str
    """Unique within the grid: what makes it different from the other columns."""
    version: PromptVersion
    answerer: Answerer
    settings: SettingsVariant = SettingsVariant()

    @property
    def prompt(self) -> Prompt:
        """The version's prompt with these settings."""
        prompt = self.version.prompt
        return prompt.model_copy(update={"generation": self.settings.applied_to(prompt.generation)})


class GridRequest(Boundary):
    """A grid with everything resolved: a worker needs nothing else."""

    schema_version: int = 1
    name: str
    source: str = ""
    """Where the rows come from, for people: a file or "data set NAME"."""
    rows: tuple[GridRow, ...] = Field(min_length=1)
    combinations: tuple[Combination, ...] = Field(min_length=1)
    metrics: tuple[MetricChoice, ...] = Field(min_length=1)
    """The first decides."""
    values: dict[str, str] = Field(default_factory=dict)
    """The same for every row; a row's own column of that name wins."""
    folder: str = ""
    """Where the grid keeps its cells and continues; empty: the run folder of its job."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> "GridRequest":
        for what, names in (
            ("combinations", [combination.name for combination in self.combinations]),
            ("rows", [row.example.id for row in self.rows]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"two {what} have the same name")
        return self

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.rows) * len(self.combinations)


class Cell(Boundary):
    """The transcript of one answer: everything that is needed to check it."""

    combination: str
    row_id: str
    prompt: str = ""
    """The exact text that the model read, after its chat template; of a server the messages that it was sent."""
    text: str = ""
    """All that the model wrote."""
    reasoning: str = ""
    answer: str = ""
    """What was scored: the answer that the prompt's rule found in the text."""
    rule_sentence: str = ""
    """Where the answer was looked for; empty when the whole text is the answer."""
    finish_reason: FinishReason = FinishReason.STOP
    usage: Usage = Usage()
    model_hash: str = ""
    adapter_hash: str = ""
    """Of the adapter that was active when the model answered; empty when the bare model did."""
    adapter_scale: float = 1.0
    """How strongly it was applied."""
    scores: dict[str, ScoreValue] = Field(default_factory=dict)
    problem: str = ""
    """Why there is no answer, in a sentence; empty when there is one."""
    hint: str = ""
    """What could be done about the problem."""
    cost: float | None = None
    """US dollars, where the model is on a server with a price."""


class Outcome(Boundary):
    """What the table shows of a cell, and where its transcript lies. Small: there may be tens of thousands."""

    combination: int
    """Its place in the request."""
    row: int
    """Its place in the request."""
    key: str
    """Hash of all that decides the answer; a later run with the same key need not make it again."""
    place: int
    """The byte of the transcripts' file at which its line begins."""
    values: tuple[float | None, ...] = ()
    """By metric, in the order of the request; None where a metric could not judge."""
    words: str = ""
    """How the answer begins."""
    problem: str = ""
    is_cut: bool = False
    """Whether the answer ended at its greatest length."""
    prompt_tokens: int = 0
    generated_tokens: int = 0
    model_hash: str = ""
    cost: float | None = None

    @property
    def has_failed(self) -> bool:
        """Whether no answer came about at all."""
        return bool(self.problem)

    @property
    def value(self) -> float | None:
        """By the metric that decides."""
        return self.values[0] if self.values else None


class CellsDone(Boundary):
    """Produced as cells are filled; also for those that an earlier run of the same folder made."""

    outcomes: tuple[Outcome, ...]
    done: int
    total: int


class CombinationResult(Boundary):
    """What one combination reached."""

    name: str
    metrics: dict[str, MetricSummary] = Field(default_factory=dict)
    answered: int = 0
    failed: int = 0
    cut: int = 0
    """Answers that ended at their greatest length."""
    prompt_tokens: float | None = None
    """Mean per answer."""
    generated_tokens: float | None = None
    """Mean per answer."""
    cost: float | None = None
    """US dollars of all answers; None where nobody gave a price."""
    model_hash: str = ""
    problem: str = ""
    """The first problem, where answers are missing."""


class GridReport(Boundary):
    """A filled grid, summed up. Its cells lie in the folder."""

    schema_version: int = 1
    name: str
    metrics: tuple[str, ...] = ()
    results: tuple[CombinationResult, ...] = ()
    """In the order of the request's combinations."""
    rows: int = 0
    done: int = 0
    failed: int = 0
