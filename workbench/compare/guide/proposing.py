"""From the answers of the interview to what to try, in which order, why, and what is expected of it."""

from dataclasses import dataclass

from workbench.compare.expectations import Expectation
from workbench.compare.guide.answers import Changes, Documents, Goal, Situation
from workbench.compare.guide.expecting import expected
from workbench.compare.guide.rules import RULES, Standing
from workbench.compare.guide.techniques import Technique


@dataclass(frozen=True, slots=True)
class Advice:
    """What the guide says of one technique."""

    technique: Technique
    standing: Standing
    reasons: tuple[str, ...]
    """Why it stands where it stands; never empty."""
    others: tuple[str, ...] = ()
    """What speaks for another place."""

    @property
    def is_proposed(self) -> bool:
        return self.standing in (Standing.FIRST, Standing.TRY)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to try."""

    advice: tuple[Advice, ...]
    """Every technique once: what to try first, what too, what later, what not."""
    expectations: tuple[Expectation, ...]
    """Between the arms that are proposed, named after their techniques."""
    remarks: tuple[str, ...] = ()
    """What the user should know beside that."""

    @property
    def proposed(self) -> tuple[Technique, ...]:
        """The techniques to try, in order."""
        return tuple(one.technique for one in self.advice if one.is_proposed)

    def of(self, technique: Technique) -> Advice:
        return next(one for one in self.advice if one.technique is technique)


_PLACES = (Standing.FIRST, Standing.TRY, Standing.LATER, Standing.NO)


def propose(situation: Situation) -> Proposal:
    """Apply the rules. Every technique has a place and a reason."""
    advice = [_advise(technique, situation) for technique in Technique]
    advice.sort(key=lambda one: _PLACES.index(one.standing))  # stable: within a place the cheapest comes first
    proposed = [one.technique for one in advice if one.is_proposed]
    return Proposal(tuple(advice), expected(situation.answers.goal, proposed), tuple(_remarks(situation)))


def _advise(technique: Technique, situation: Situation) -> Advice:
    fired = [rule for rule in RULES if rule.technique is technique and rule.when(situation)]
    standing = min(rule.says for rule in fired)
    said = {place: tuple(_worded(r.reason, situation) for r in fired if r.says is place) for place in Standing}
    others = tuple(reason for place in Standing if place is not standing for reason in said[place])
    return Advice(technique, standing, said[standing], others)


def _worded(reason: str, situation: Situation) -> str:
    """The reason with the numbers of the situation."""
    answers = situation.answers
    return reason.format(
        examples=f"{answers.examples:,}", words=f"{answers.words:,}", training=situation.training or "not measured"
    )


def _remarks(situation: Situation) -> list[str]:
    answers = situation.answers
    found = []
    if answers.documents is Documents.NONE and answers.goal is not Goal.FORM:
        found.append(
            "Facts have to stand somewhere: bring the documents that hold them, or the model can only recall what it "
            "learned long ago."
        )
    if answers.documents is Documents.NONE and answers.citations:
        found.append("Citations need documents that can be cited.")
    if answers.documents is Documents.NONE and answers.changes is not Changes.NEVER:
        found.append("What changes can only be kept fresh in documents: a trained model knows what it was trained on.")
    if not answers.examples:
        found.append("Collect labelled examples beside the test questions: even 50 open the way to tuning.")
    return found
