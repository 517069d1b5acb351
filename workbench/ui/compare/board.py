"""What the parts of the tab's presenter share: the state in force and the view. No Qt."""

from dataclasses import replace
from typing import Any, Protocol

from workbench.compare.arm_checks import ArmProblem, check_arm
from workbench.ui import board
from workbench.ui.compare.filling import Filled, table_of
from workbench.ui.compare.matrix import Matrix
from workbench.ui.compare.state import CompareState

_DECIDES_PROBLEMS = {"arms", "questions", "making"}


class View(Protocol):
    def show_state(self, state: CompareState) -> None: ...


class Board(board.Board[CompareState, View]):
    def __init__(self) -> None:
        super().__init__(CompareState())

    def show(self, *, filled: Filled | None = None, **changes: Any) -> None:
        """Change these fields of the state, and the results to `filled`, whose table is made already.

        What is wrong with the arms and the table of answers follow from them.
        """
        if filled is not None:
            changes["results"] = filled.results
        if changes.keys() & _DECIDES_PROBLEMS:
            then = replace(self.state, **changes)
            changes["making"] = replace(then.making, problems=find_problems(then))
        if changes.keys() & {"results", "looking"}:
            changes["matrix"] = follow_results(self.state, replace(self.state, **changes), filled)
        super().show(**changes)


def follow_results(before: CompareState, now: CompareState, filled: Filled | None) -> Matrix:
    """The table of the results and the score that are looked at now; other questions are all shown at first."""
    results = now.results
    if results is None or (_filling(before) == _filling(now)):
        return now.matrix
    is_same = before.results is not None and before.results.examples == results.examples
    metric = now.looking.metric_of(results.metrics)
    is_made = filled is not None and filled.metric == metric  # else another score was chosen meanwhile
    table = filled.table if filled is not None and is_made else table_of(results, metric)
    return (now.matrix if is_same else Matrix()).filled(table)


def _filling(state: CompareState) -> tuple[object, ...]:
    """What the table is made of: trials are replaced, never changed, and too many to be looked at."""
    results = state.results
    if results is None:
        return ()
    excluded = results.report.excluded if results.report else ()
    arms = tuple(arm.name for arm in results.arms)
    parts = id(results.trials), id(results.repeats), id(results.examples), id(results.leaks)
    return (*parts, arms, excluded, state.looking.metric_of(results.metrics))


def find_problems(state: CompareState) -> tuple[tuple[ArmProblem, ...], ...]:
    """Of every arm."""
    examples = state.questions.examples if state.questions else ()
    fits = {name: fitting.fit for name, fitting in state.making.fits.items()}
    return tuple(
        check_arm(
            arm,
            [other for place, other in enumerate(state.arms) if place != index],
            state.making.stock,
            examples=examples,
            questions=state.questions.path if state.questions else "",
            load=state.making.load,
            fits=fits,
            overlaps=state.making.overlaps,
            held=state.making.held,
        )
        for index, arm in enumerate(state.arms)
    )
