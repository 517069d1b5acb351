"""Everything that the Compare tab shows. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.compare.arm_types import ArmResult
from workbench.compare.expectations import Expectation
from workbench.compare.leak_types import Leak
from workbench.compare.pace import Pace, estimate
from workbench.compare.pictures.facts import Facts, facts_of
from workbench.compare.spec import ArmSpec
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import Verdict
from workbench.datasets.types import Example
from workbench.naming import duration_in_words as in_words
from workbench.scoring.types import MetricChoice
from workbench.ui.board import Running
from workbench.ui.compare.arms_state import ArmsState
from workbench.ui.compare.guide_state import GuideState
from workbench.ui.compare.history_state import HistoryState
from workbench.ui.compare.leaks_state import LeaksState
from workbench.ui.compare.looking import Looking
from workbench.ui.compare.matrix import Matrix
from workbench.ui.compare.ratings_state import RatingsState
from workbench.ui.compare.run_options import RunOptions
from workbench.ui.compare.scores_state import ScoresState, problem_of_judging
from workbench.ui.compare.sets_state import SetsState
from workbench.ui.compare.why_state import WhyState
from workbench.ui.trouble import Trouble


class Page(StrEnum):
    SETUP = "setup"
    RESULTS = "results"
    HISTORY = "history"
    OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class Questions:
    """The question file, read."""

    path: str
    examples: tuple[Example, ...]
    left_out: tuple[str, ...] = ()
    """Rows that cannot be used, each in a sentence."""
    trouble: str = ""
    """Why they cannot be asked yet; empty when they can."""

    @property
    def unanswerable(self) -> int:
        return sum(not example.is_answerable for example in self.examples)

    @property
    def with_sources(self) -> int:
        return sum(bool(example.sources) for example in self.examples)


@dataclass(frozen=True, slots=True)
class Results:
    """What a run has shown so far, or at its end."""

    name: str
    metrics: tuple[str, ...]
    examples: tuple[Example, ...]
    arms: tuple[ArmResult, ...]
    trials: dict[tuple[str, str], Trial] = field(default_factory=dict)
    """The first answers, by arm and question. Replaced, never changed, so that views can tell what is new."""
    repeats: tuple[Trial, ...] = ()
    """The further answers of arms that were asked several times."""
    verdict: Verdict | None = None
    verdict_without_leaks: Verdict | None = None
    leaks: tuple[Leak, ...] = ()
    folder: str = ""
    expectations: tuple[Expectation, ...] = ()
    """What was expected between arms before the run."""
    report: ComparisonReport | None = None
    """All of it, once it is finished."""
    number: int = 0
    """Its number in the history; 0 while it has none."""
    again_of: int = 0
    """Number of the comparison that it repeats."""
    agreement: str = ""
    """Whether it came out as the one that it repeats, in a sentence."""

    @property
    def metric(self) -> str:
        return self.metrics[0] if self.metrics else ""

    @property
    def leaked_ids(self) -> frozenset[str]:
        return frozenset(leak.example_id for leak in self.leaks if leak.kind.is_certain)

    def trial(self, arm: str, example_id: str) -> Trial | None:
        return self.trials.get((arm, example_id))

    def facts(self, metric: str) -> Facts:
        """What pictures are drawn from, by this score; while a run goes on, as much as there is."""
        if self.report is not None:
            return facts_of(self.report, metric)
        trials = (*self.trials.values(), *self.repeats)
        return Facts(metric=metric, arms=self.arms, examples=self.examples, trials=trials, deciding=self.metric)


@dataclass(frozen=True, slots=True)
class CompareState:
    page: Page = Page.SETUP
    name: str = "comparison"
    questions: Questions | None = None
    sets: SetsState = field(default_factory=SetsState)
    metrics: tuple[MetricChoice, ...] = (MetricChoice(name="exact_match"), MetricChoice(name="token_f1"))
    """The first decides."""
    scoring: ScoresState = field(default_factory=ScoresState)
    """Who judges, and what is looked at of the metrics."""
    ratings: RatingsState = field(default_factory=RatingsState)
    seed: int = 0
    options: RunOptions = field(default_factory=RunOptions)
    paces: dict[str, Pace] = field(default_factory=dict)
    """How long answers took in earlier runs, by kind of arm. Replaced, never changed."""
    arms: tuple[ArmSpec, ...] = ()
    edited: int = -1
    """Which arm is being edited; -1: none."""
    making: ArmsState = field(default_factory=ArmsState)
    """What arms are made of, and what is wrong with them."""
    expectations: tuple[Expectation, ...] = ()
    """Of the guide or of an opened comparison; those about arms that are gone do not count."""
    guide: GuideState = field(default_factory=GuideState)
    running: Running | None = None
    trouble: Trouble | None = None
    results: Results | None = None
    selected: tuple[str, str] | None = None
    """The trial that is looked at: arm and question."""
    matrix: Matrix = field(default_factory=Matrix)
    """All questions, and which of them are shown."""
    looking: Looking = field(default_factory=Looking)
    history: HistoryState = field(default_factory=HistoryState)
    leaking: LeaksState = field(default_factory=LeaksState)
    why: WhyState = field(default_factory=WhyState)

    @property
    def estimate(self) -> str:
        """About how long the run will take; empty where that is not known."""
        if self.questions is None or not self.arms:
            return ""
        options, count = self.options, len(self.questions.examples)
        seconds = estimate(self.arms, count, options.repeats, options.timed_questions, self.paces)
        if seconds is None:
            return ""
        limit = options.budget_seconds
        cut = f", of which {in_words(limit)} are allowed" if 0 < limit < seconds else ""
        return f"About {in_words(seconds)}, going by earlier runs{cut}; what was answered before takes no time."

    @property
    def is_running(self) -> bool:
        return self.running is not None

    @property
    def edited_arm(self) -> ArmSpec | None:
        return self.arms[self.edited] if 0 <= self.edited < len(self.arms) else None

    @property
    def not_ready(self) -> str:
        """Why it cannot run yet; empty when it can."""
        if self.is_running:
            return "A comparison is running."
        if self.questions is None:
            return "Choose the questions first: a test set, or a file with questions and answers."
        if self.questions.trouble:
            return self.questions.trouble
        if not self.arms:
            return "Add the arms that shall be compared."
        names = [arm.name for arm in self.arms]
        if twice := {name for name in names if names.count(name) > 1}:
            return f"Two arms are named “{min(twice)}”."
        if unnamed := [arm for arm in self.arms if not arm.model]:
            return f"Arm “{unnamed[0].name}” has no model."
        for arm, problems in zip(self.arms, self.making.problems, strict=False):
            if first := next((problem for problem in problems if problem.stops), None):
                return f"Arm “{arm.name}”: {first.text}"
        return problem_of_judging(self.metrics, self.scoring.judge)

    @property
    def expected(self) -> tuple[Expectation, ...]:
        """The expectations about arms that there are."""
        names = {arm.name for arm in self.arms}
        return tuple(one for one in self.expectations if {one.arm, one.other} <= names)
