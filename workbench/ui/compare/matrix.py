"""What the table of all questions shows. No Qt."""

from dataclasses import dataclass, field, fields, replace

from workbench.compare.matrix import (
    MatrixChoice,
    QuestionRow,
    SortBy,
    choose_rows,
    make_rows,
    reasons_of,
    tags_of,
)
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Every question with what the arms made of it, by one score."""

    arms: tuple[str, ...] = ()
    every: tuple[QuestionRow, ...] = ()
    tags: tuple[str, ...] = ()
    reasons: tuple[FailureReason, ...] = ()
    is_graded: bool = False
    """Whether any answer is partly right."""


def make_table(
    arms: tuple[str, ...],
    examples: tuple[Example, ...],
    trials: tuple[Trial, ...],
    metric: str,
    leaked: frozenset[str],
    excluded: frozenset[str] = frozenset(),
) -> AnswerTable:
    """Reads every trial: for thousands of them a thread beside the window's."""
    every = make_rows(arms, examples, trials, metric, leaked, excluded)
    return AnswerTable(
        arms=arms,
        every=every,
        tags=tags_of(examples),
        reasons=reasons_of(every),
        is_graded=any(0.0 < score < 1.0 for row in every for score in row.judged),
    )


@dataclass(frozen=True, slots=True)
class Matrix(AnswerTable):
    """The questions that are shown, in their order, and what they were chosen from."""

    choice: MatrixChoice = field(default_factory=MatrixChoice)
    rows: tuple[QuestionRow, ...] = ()
    """Those that are shown."""

    def chosen(self, choice: MatrixChoice) -> "Matrix":
        """The same questions, looked at in another way."""
        return replace(self, choice=choice, rows=choose_rows(self.every, choice, self.arms))

    def filled(self, table: AnswerTable) -> "Matrix":
        """Other answers. A choice that does not fit them any more (an arm, a tag that is gone) is forgotten."""
        choice = self.choice
        if choice.only and choice.only not in table.arms:
            choice = replace(choice, outcome=MatrixChoice().outcome, only="")
        if choice.arm and choice.arm not in table.arms:
            choice = replace(choice, sort=SortBy.ORDER, arm="", descending=False)
        if choice.tag not in table.tags:
            choice = replace(choice, tag="")
        if choice.reason not in table.reasons:
            choice = replace(choice, reason=None)
        found = {each.name: getattr(table, each.name) for each in fields(AnswerTable)}
        return Matrix(**found).chosen(choice)
