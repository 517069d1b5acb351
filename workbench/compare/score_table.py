"""Scores of arms as a matrix: the same questions for all, what is missing stays missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Matrix = NDArray[float64]

Scores = Mapping[str, float | None]
"""Example id to the score of the first metric; None or absent where there is none."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A row for each arm, a column for each question; NaN where there is no score."""

    arms: tuple[str, ...]
    questions: tuple[str, ...]
    values: "Matrix"

    def counts(self) -> dict[str, int]:
        """Scored questions of each arm."""
        import numpy as np

        return {arm: int(count) for arm, count in zip(self.arms, (~np.isnan(self.values)).sum(axis=1), strict=True)}

    def means(self) -> dict[str, float]:
        """Of the arms that have a score at all."""
        import numpy as np

        found = {}
        for arm, row in zip(self.arms, self.values, strict=True):
            scored = row[~np.isnan(row)]
            if len(scored):
                found[arm] = float(scored.mean())
        return found

    def of_arms(self, arms: Sequence[str]) -> "ScoreTable":
        """These arms only, in this order."""
        places = [self.arms.index(arm) for arm in arms]
        return ScoreTable(tuple(arms), self.questions, self.values[places])

    def of_questions(self, questions: Collection[str]) -> "ScoreTable":
        """These questions only."""
        wanted = frozenset(questions)
        places = [place for place, question in enumerate(self.questions) if question in wanted]
        return ScoreTable(self.arms, tuple(self.questions[place] for place in places), self.values[:, places])


def tabulate(scores: Mapping[str, Scores], questions: Sequence[str]) -> ScoreTable:
    """The scores of each arm on these questions."""
    import numpy as np

    rows = [[float("nan") if (v := own.get(q)) is None else v for q in questions] for own in scores.values()]
    values = np.asarray(rows, dtype=float).reshape(len(scores), len(questions))
    return ScoreTable(tuple(scores), tuple(questions), values)
