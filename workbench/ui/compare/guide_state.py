"""The guide "Which one do I choose?": what was answered, and what is proposed. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.compare.guide.answers import Answers
from workbench.compare.guide.making import Plan
from workbench.compare.guide.proposing import Proposal
from workbench.llm.computer import Computer


@dataclass(frozen=True, slots=True)
class GuideState:
    answers: Answers = field(default_factory=Answers)
    why: Mapping[str, str] = field(default_factory=dict)
    """By the field of the answers: what is here that suggests it; not for those that the user answered."""
    answered: frozenset[str] = frozenset()
    """Fields that the user answered."""
    computer: Computer | None = None
    """None while it is being measured."""
    training: str = ""
    """What tuning takes on this computer, in words."""
    proposal: Proposal | None = None
    """None before the guide was opened."""
    plan: Plan | None = None
