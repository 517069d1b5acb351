"""Everything that the Search page shows. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.datasets.types import Example
from workbench.llm.types import ModelRef
from workbench.playground.search.planning import SMALLEST
from workbench.playground.search.types import CandidateEntered, SearchReport, Standing
from workbench.playground.types import Shot
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble


class Page(StrEnum):
    SETUP = "setup"
    RESULTS = "results"


class ShotsFrom(StrEnum):
    """Where worked examples come from."""

    QUESTIONS = "questions"
    """A few of the questions, which are then not asked."""
    NOWHERE = "nowhere"
    SOURCE = "source"
    """A saved data set or a file."""


@dataclass(frozen=True, slots=True)
class StartChoice:
    """A prompt that a search can begin with."""

    version_id: str
    """"" is the prompt as it stands in the editor."""
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a saved data set, by its name."""

    name: str
    path: str
    rows_hash: str = ""


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions, read."""

    source: Source
    examples: tuple[Example, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shots:
    """Worked examples, read."""

    source: Source
    shots: tuple[Shot, ...]


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the user chose."""

    start_id: str = ""
    metric: str = "exact_match"
    model: str = ""
    writer: str = ""
    """Empty: search without one."""
    generations: int = 1000
    minutes: int = 0
    """0 is no limit, of both."""
    techniques: bool = True
    formats: bool = True
    instructions: str = ""
    """Parted by lines of "---"."""
    shots_from: ShotsFrom = ShotsFrom.QUESTIONS
    max_candidates: int = 48
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate as the table shows it."""

    entered: CandidateEntered
    standing: Standing
    is_final: bool = False
    """The search is over."""
    is_best: bool = False
    """The winner of a finished search."""

    @property
    def id(self) -> str:
        return self.entered.id

    @property
    def is_out(self) -> bool:
        return bool(self.standing.dropped)


@dataclass(frozen=True, slots=True)
class Live:
    """A search that runs, or the last one that ran."""

    name: str
    metric: str
    start_text: str
    """What the starting prompt says."""
    generations: int
    """Of the budget; 0 where only time is limited."""
    minutes: float
    rows: tuple[Row, ...] = ()
    used: int = 0
    seconds: float = 0.0
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class HistoryLine:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class SearchState:
    page: Page = Page.SETUP
    setup: SetUp = SetUp()
    starts: tuple[StartChoice, ...] = (StartChoice("", ""),)
    prompt_problem: str = ""
    """Why the prompt in the editor cannot be a start; "" when it can."""
    models: tuple[ModelRef, ...] = ()
    data_sets: tuple[Source, ...] = ()
    questions: Questions | None = None
    questions_trouble: Trouble | None = None
    shots: Shots | None = None
    shots_trouble: Trouble | None = None
    running: Running | None = None
    trouble: Trouble | None = None
    live: Live | None = None
    report: SearchReport | None = None
    selected: str = ""
    """The candidate whose texts are shown; "" the winner, or the leader."""
    is_keeping: bool = False
    """The winner is being saved."""
    history: tuple[HistoryLine, ...] = field(default=())

    @property
    def is_running(self) -> bool:
        return self.running is not None

    @property
    def chosen_model(self) -> ModelRef | None:
        return self._model(self.setup.model)

    @property
    def chosen_writer(self) -> ModelRef | None:
        return self._model(self.setup.writer)

    @property
    def not_ready(self) -> str:
        """Why it cannot start yet; empty when it can."""
        setup = self.setup
        if self.is_running:
            return "A search is running."
        if not setup.start_id and self.prompt_problem:
            return f"The prompt in the editor has a problem: {self.prompt_problem}"
        if self.questions is None:
            return "Choose questions with known answers."
        if self.chosen_model is None:
            return "Choose the model that answers."
        if setup.shots_from is ShotsFrom.SOURCE and self.shots is None:
            return "Choose where the worked examples come from."
        if not setup.generations and not setup.minutes:
            return "Set a limit: generations, minutes, or both."
        if setup.generations and setup.generations < SMALLEST:
            return f"Allow at least {SMALLEST} generations."
        if self._has_nothing_to_try:
            return "Nothing would be tried: let techniques, formats, examples or a writer take part."
        return ""

    @property
    def _has_nothing_to_try(self) -> bool:
        setup = self.setup
        varies = setup.techniques or setup.formats or setup.writer or setup.instructions.strip()
        return not varies and setup.shots_from is ShotsFrom.NOWHERE

    def _model(self, name: str) -> ModelRef | None:
        return next((model for model in self.models if model.name == name), None)
