"""What the parts of the tab's presenter share: the state in force and the view. No Qt."""

from dataclasses import replace
from typing import Any, Protocol

from workbench.compare.arm_checks import ArmProblem, check_arm
from workbench.ui import board
from workbench.ui.compare.state import CompareState

_DECIDES_PROBLEMS = {"arms", "questions", "making"}


class View(Protocol):
    def show_state(self, state: CompareState) -> None: ...


class Board(board.Board[CompareState, View]):
    def __init__(self) -> None:
        super().__init__(CompareState())

    def show(self, **changes: Any) -> None:
        """Change these fields of the state. What is wrong with the arms follows from it."""
        if changes.keys() & _DECIDES_PROBLEMS:
            then = replace(self.state, **changes)
            changes["making"] = replace(then.making, problems=find_problems(then))
        super().show(**changes)


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
        )
        for index, arm in enumerate(state.arms)
    )
