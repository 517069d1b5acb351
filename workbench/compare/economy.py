"""What the user knows of money and time: how many answers a training is spread over, what an hour costs, and how often
the documents change.
"""

from pydantic import Field

from workbench.boundary import Boundary


class Economy(Boundary):
    """The user's numbers."""

    questions_per_month: int = Field(1000, ge=1, le=1_000_000_000)
    """Answers that are wanted in a month."""
    months: int = Field(12, ge=1, le=1200)
    """Months over which training and indexing are spread."""
    dollars_per_hour: float | None = Field(None, ge=0.0, le=100_000.0)
    """What an hour of this computer costs; None: its time is counted in seconds."""
    updates_per_month: float = Field(4.0, ge=0.0, le=100_000.0)
    """How often the documents change."""
    changed_share: float = Field(0.05, ge=0.0, le=1.0)
    """Share of the documents that is changed (or new) each time; the others are recognised by content and skipped."""

    @property
    def questions(self) -> int:
        """Answers over which training and indexing are spread."""
        return self.questions_per_month * self.months

    def price(self, seconds: float) -> float | None:
        """Dollars for seconds of this computer; None where its hour has no price."""
        return None if self.dollars_per_hour is None else seconds * self.dollars_per_hour / 3600
