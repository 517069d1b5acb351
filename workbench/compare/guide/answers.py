"""What the guide is told: by the user in the interview, and by this computer."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary


class Goal(StrEnum):
    """What must be right in an answer."""

    FACTS = "facts"
    """What it says: it is right or wrong about something."""
    FORM = "form"
    """How it says it: a format, a tone, labels."""
    BOTH = "both"


class Documents(StrEnum):
    """Texts in which answers stand."""

    NONE = "none"
    SOME = "some"
    ALIKE = "alike"
    """Many that resemble each other, like contracts or versions of one manual."""


class Changes(StrEnum):
    """How often what is known changes."""

    NEVER = "never"
    MONTHLY = "monthly"
    DAILY = "daily"


class Patience(StrEnum):
    """How long making it may take."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    """Weeks, at any price."""


class Answers(Boundary):
    """The interview, answered."""

    goal: Goal = Goal.FACTS
    documents: Documents = Documents.NONE
    examples: int = Field(0, ge=0, le=1_000_000_000)
    """Questions with right answers that may be learned from; test questions are not among them."""
    words: int = Field(0, ge=0, le=10**15)
    """Words of raw text of the field."""
    own_language: bool = False
    """The field has words or a language that models hardly know."""
    changes: Changes = Changes.NEVER
    citations: bool = False
    """Answers must say where they stand."""
    patience: Patience = Patience.HOURS
    servers: bool = False
    """The text may leave this computer."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What this computer has free, in bytes."""

    memory_bytes: int = 0
    cores: int = 1
    card: str = ""
    """The graphics card; empty without one."""
    card_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the rules look at."""

    answers: Answers
    has_adapter: bool = False
    """One was tuned here already, for a model that is here."""
    fits_training: bool = True
    """As far as can be told, the model can be tuned on this computer."""
    training: str = ""
    """What tuning takes here, in words; empty when nothing is known."""
    other_models: int = 0
    """Models on this computer beside the one that would be asked."""
    server_models: int = 0
    has_card: bool = False
