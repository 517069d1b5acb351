"""Which arm to choose: the verdict, pair by pair and by tag. It crosses processes and is saved."""

from enum import StrEnum

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.compare.weights import Measure


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
    """The arms that cannot be told apart from the best one, best mean first; none where fewer than two are judged."""
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

    @property
    def best_to_mark(self) -> tuple[str, ...]:
        """`best` for tables and pictures, which mark nobody where no arm was ever right."""
        return () if self.is_never_right else self.best

    @property
    def is_never_right(self) -> bool:
        """Whether no judged arm answered a single question right."""
        return bool(self.means) and not any(self.means.values())

    @property
    def is_on_nothing(self) -> bool:
        """Whether there was nothing to compare: fewer than two arms that can be judged, or one question."""
        return not self.pairs or self.questions == 1
