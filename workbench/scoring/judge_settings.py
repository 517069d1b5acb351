"""How a language model judges answers: which scale, which rubric, which prompt."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary

OUR_RUBRIC = """\
5: says everything that the right answer says, and nothing wrong
4: right, with a detail missing or too much
3: partly right
2: mostly wrong
1: wrong, or no answer to the question"""
OUR_YES_NO_RUBRIC = """\
yes: the answer says what the right answer says; its wording may differ
no: something that matters is missing or wrong"""


class Scale(StrEnum):
    """What a judge can say of an answer."""

    GRADES = "grades"
    """1 to 5; scored as (grade - 1) / 4."""
    YES_NO = "yes_no"
    """Right or not; scored as 1 or 0."""


class JudgeSettings(Boundary):
    """A judge by the name of its model. Empty texts stand for ours."""

    model: str = ""
    """A model's name or path; may be one on a server."""
    scale: Scale = Scale.GRADES
    rubric: str = Field("", max_length=20_000)
    """What deserves which grade."""
    prompt: str = Field("", max_length=50_000)
    """What the judge reads, with {{question}}, {{references}}, {{answer}}, {{rubric}}."""
    pairwise_prompt: str = Field("", max_length=50_000)
    """What the judge of pairs reads, with {{question}}, {{references}}, {{first}}, {{second}}, {{rubric}}."""
    reason_characters: int = Field(240, ge=40, le=2000)
    """Longest reason that is given before the score."""
    seed: int = Field(0, ge=0, le=2**32 - 1)
    """Draws the order of questions to the judge of pairs; its answers are always the likeliest ones."""

    @property
    def rubric_in_force(self) -> str:
        return self.rubric.strip() or (OUR_RUBRIC if self.scale is Scale.GRADES else OUR_YES_NO_RUBRIC)
