"""Values of judging by models. They cross processes and are saved with the report, hence `Boundary`."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.types import ModelRef
from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.types import ScoreValue

TrialKey = tuple[str, str, int]
"""Arm, question, repeat."""


class ResolvedJudge(Boundary):
    """A judge with its model found: a worker needs nothing else to ask it."""

    model: ModelRef
    settings: JudgeSettings


class TrialScored(Boundary):
    """Produced when a model has scored an answer that was told before as `TrialDone`."""

    arm: str
    example_id: str
    repeat: int = 0
    scores: dict[str, ScoreValue]
    """The scores by models; those that were told with the answer stay."""


class Better(StrEnum):
    """Which of two answers a judge prefers."""

    ONE = "one"
    OTHER = "other"
    TIE = "tie"


class PairJudgement(Boundary):
    """What the judge of pairs said of two arms' answers to one question, asked in both orders."""

    example_id: str
    repeat: int = 0
    one: str
    """An arm."""
    other: str
    """The arm that it is held against."""
    one_first: Better | None = None
    """What was said where the answer of `one` stood first; None where nothing could be read, or was asked."""
    other_first: Better | None = None
    """The same where the other answer stood first."""
    value: float | None = None
    """1: `one` is better in both orders; 0: `other` is; 0.5: a tie, or the orders disagree. None: not judged."""
    explanation: str = ""
    was_asked: bool = True
    """False where it follows without a judge: equal answers, an empty one, a question that is to be refused."""


class PositionBias(Boundary):
    """Does the judge of pairs look at the answers, or at their places?"""

    pairs: int = 0
    """Pairs that it judged in both orders."""
    same: int = 0
    """Pairs where both orders have the same outcome."""
    chose_first: int = 0
    """Replies that prefer the answer that stood first."""
    chose_second: int = 0
    ties: int = 0

    @property
    def consistency(self) -> float | None:
        return self.same / self.pairs if self.pairs else None

    @property
    def first_share(self) -> float | None:
        """Of the replies that prefer one, the share that prefers the first; 0.5 is fair."""
        chosen = self.chose_first + self.chose_second
        return self.chose_first / chosen if chosen else None


class ModelScoring(Boundary):
    """How the scores by models came about."""

    judge: str = ""
    """Name of the judge's model; empty where no language model judged."""
    judge_hash: str = ""
    """Of its file, or of what is known of a model on a server."""
    settings: JudgeSettings = JudgeSettings()
    embedders: dict[str, str] = Field(default_factory=dict)
    """Metric to the name of the embedder that compared."""
    judges_itself: tuple[str, ...] = ()
    """Arms whose model is the judge's own."""
    bias: PositionBias | None = None
    """Of the judge of pairs."""
    pairs: tuple[PairJudgement, ...] = ()
    problems: dict[str, str] = Field(default_factory=dict)
    """Metric to why it could not judge all answers, in a sentence."""


class RatingScale(StrEnum):
    """In which words the user rates."""

    STEPS = "steps"
    """Right, partly right, wrong."""
    GRADES = "grades"
    """1 to 5, as the judge's."""

    @property
    def values(self) -> tuple[float, ...]:
        """What the keys 1, 2, ... stand for."""
        return (1.0, 0.5, 0.0) if self is RatingScale.STEPS else (0.0, 0.25, 0.5, 0.75, 1.0)


class AnswerRating(Boundary):
    """One answer, rated once; rating it again replaces it."""

    arm: str
    example_id: str
    repeat: int = 0
    answer_hash: str
    """Of the answer that was read: a rating says nothing of another answer."""
    value: float | None = Field(None, ge=0.0, le=1.0)
    """0 (wrong) to 1 (right); None: the user cannot say."""
    scale: RatingScale = RatingScale.STEPS
    is_blind: bool = True
    """The arm's name was hidden."""
    created: str = ""
    """ISO 8601 in UTC."""

    @property
    def key(self) -> TrialKey:
        return self.arm, self.example_id, self.repeat
