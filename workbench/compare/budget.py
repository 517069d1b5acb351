"""How long a comparison may go on beginning new blocks of questions, and of judgements of the answers."""

import time
from collections.abc import Callable

from workbench.compare.types import CompareRequest
from workbench.scoring.model_metrics import JUDGE, PAIRWISE


class Budget:
    """Seconds from now on. Each model gets the share of its arms, and what the models before it left."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic, for_answers: float = 1.0) -> None:
        """0 seconds: no end. `for_answers`: share of the time in which answers are begun; a judge has the rest."""
        self._seconds, self._clock, self._for_answers = seconds, clock, for_answers
        self._started = clock()
        self._share = 1.0

    def allow(self, share: float) -> None:
        """From now on so much of the time for answers, counted from the beginning, may be used up (0 to 1)."""
        self._share = share * self._for_answers

    def allow_all(self) -> None:
        """All is answered that will be: what is left is the judge's."""
        self._share = 1.0

    @property
    def is_used_up(self) -> bool:
        return self._seconds > 0 and self.spent >= self._seconds * self._share

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._started

    @property
    def used_up_in_words(self) -> str:
        minutes = round(self._seconds / 60, 1)
        return f"The time of {minutes:g} minute{'' if minutes == 1 else 's'} was used up."


def budget_of(request: CompareRequest, clock: Callable[[], float] = time.monotonic) -> Budget:
    """From now on. A judgement counts as much as an answer: one for each where a judge grades, two for each pair."""
    names = {metric.name for metric in request.metrics}
    judged = (JUDGE in names) + (PAIRWISE in names) * (len(request.arms) - 1)
    return Budget(request.budget_seconds, clock, for_answers=1 / (1 + judged))
