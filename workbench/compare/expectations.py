"""What is expected of arms before they are measured. It goes along with the comparison and is held against it after."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary


class Measure(StrEnum):
    """In what two arms are expected to differ."""

    QUALITY = "quality"
    """The first metric."""
    PROMPT_LENGTH = "prompt length"
    """Tokens that the model reads for an answer."""


class Relation(StrEnum):
    MORE = "more"
    AS_MUCH = "as much"
    """The difference is smaller than what matters (the verdict's margin)."""


class Expectation(Boundary):
    """One arm, another one, and what is expected between them."""

    arm: str = Field(min_length=1)
    other: str = Field(min_length=1)
    relation: Relation = Relation.MORE
    """Of `arm`, seen from `other`."""
    measure: Measure = Measure.QUALITY
    because: str = ""
    """Why, in a sentence that people read."""

    def sentence(self) -> str:
        """ "rag is better than prompt"."""
        match self.measure, self.relation:
            case Measure.QUALITY, Relation.MORE:
                return f"{self.arm} is better than {self.other}"
            case Measure.QUALITY, Relation.AS_MUCH:
                return f"{self.arm} is about as good as {self.other}"
            case Measure.PROMPT_LENGTH, Relation.MORE:
                return f"{self.arm} reads longer prompts than {self.other}"
            case _:
                return f"{self.arm} reads prompts about as long as {self.other}"


class Outcome(StrEnum):
    """What measurement says of an expectation."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    UNDECIDED = "cannot be told"
    NOT_MEASURED = "not measured"


class Reflection(Boundary):
    """An expectation beside what was measured."""

    expectation: Expectation
    outcome: Outcome
    measured: str = ""
    """The numbers: "+38 points (30 to 45)"."""
    remark: str = ""
    """What follows, where it is not plain."""

    def sentence(self) -> str:
        """One line for people and reports."""
        measured = f" Measured: {self.measured}." if self.measured else ""
        return f"Expected: {self.expectation.sentence()}.{measured} {self.outcome[:1].upper()}{self.outcome[1:]}."
