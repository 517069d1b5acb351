"""What the page "Ratings" of the results shows. No Qt."""

from dataclasses import dataclass, field

from workbench.compare.judge.rating_order import ToRate
from workbench.compare.judge.trust import Trust
from workbench.compare.judge.types import AnswerRating, RatingScale, TrialKey


@dataclass(frozen=True, slots=True)
class RatingsState:
    comparison_id: int = 0
    """Of the comparison whose ratings these are; 0: none that could be rated is shown."""
    ratings: tuple[AnswerRating, ...] = ()
    scale: RatingScale = RatingScale.STEPS
    is_blind: bool = True
    """The arms' names are hidden."""
    to_rate: tuple[ToRate, ...] = ()
    """The next answers to rate, the first of them first."""
    current: TrialKey | None = None
    """The answer that is being rated."""
    last: TrialKey | None = None
    """The answer that was rated last, for taking that back."""
    trust: Trust = field(default_factory=Trust)

    @property
    def can_rate(self) -> bool:
        return self.comparison_id > 0

    def rating_of(self, key: TrialKey) -> AnswerRating | None:
        return next((rating for rating in self.ratings if rating.key == key), None)
