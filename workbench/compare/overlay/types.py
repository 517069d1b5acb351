"""Values of an overlay: the earlier comparison is `before`, the later one `after`."""

from pydantic import Field

from workbench.boundary import Boundary


class OverlaySide(Boundary):
    """One of the two comparisons."""

    id: int = 0
    """Its number in the history; 0 when it has none."""
    name: str
    created: str = ""
    """ISO 8601 in UTC."""
    metric: str = ""
    verdict: str = ""
    """In few words: "rag wins"."""
    recommended: str = ""
    reasons: tuple[str, ...] = ()
    questions: int = 0


class SettingChange(Boundary):
    """Something that the arms were made of, before and after."""

    what: str
    """For people: "system prompt", "generation: temperature"."""
    before: str = ""
    """Empty: there was nothing of the kind."""
    after: str = ""
    is_text: bool = False
    """A text, for which a difference by lines says more than both in full."""


class ChangedQuestion(Boundary):
    """A question whose score changed."""

    example_id: str
    question: str
    before: float
    after: float
    answer_before: str = ""
    answer_after: str = ""


class ArmOverlay(Boundary):
    """An arm of both comparisons on the questions that they share."""

    before: str
    """The arm's name in the earlier comparison."""
    after: str
    questions: int = 0
    """Shared questions that have a score in both."""
    mean_before: float | None = None
    """On those questions, 0 to 1."""
    mean_after: float | None = None
    difference: float | None = None
    """After minus before."""
    low: float | None = None
    """Lower end of the difference's 95 % interval, paired per question."""
    high: float | None = None
    p_value: float | None = None
    improved: tuple[ChangedQuestion, ...] = ()
    """The largest gain first."""
    worsened: tuple[ChangedQuestion, ...] = ()
    """The largest loss first."""
    answers: int = 0
    """Answers that both gave to shared questions, repeats counted."""
    same_answers: int = 0
    """Of them, word for word the same."""
    same_scores: int = 0
    """Of them, with the same score in every metric that both have."""
    changes: tuple[SettingChange, ...] = ()
    """What it is made of differently."""


class Overlay(Boundary):
    """Two comparisons over each other."""

    schema_version: int = 1
    before: OverlaySide
    after: OverlaySide
    metric: str
    """The metric that decided the later one, where the earlier has it, too."""
    shared_questions: int = 0
    """Questions with the same text in both."""
    only_before: int = 0
    only_after: int = 0
    reworded: tuple[str, ...] = ()
    """Ids that stand for another text in the later one."""
    arms: tuple[ArmOverlay, ...] = ()
    arms_only_before: tuple[str, ...] = ()
    arms_only_after: tuple[str, ...] = ()
    changes: tuple[SettingChange, ...] = ()
    """What differs for all arms: seed, metrics, how models are loaded, versions."""
    sentences: tuple[str, ...] = Field(())
    """The whole in words, the most important first."""

    @property
    def is_same(self) -> bool:
        """Whether every answer and every score is the same, on the same questions and arms."""
        lonely = self.only_before or self.only_after or self.arms_only_before or self.arms_only_after
        return not lonely and all(arm.answers == arm.same_answers == arm.same_scores for arm in self.arms)
