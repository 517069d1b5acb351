"""What the user does about wrong answers: list them by reason and arm, go where they are mended. No Qt."""

from collections.abc import Callable

from workbench.compare.excluding import request_of
from workbench.compare.next_actions import SHOW_JOBS, TRY_AGAIN, NextAction, next_actions
from workbench.compare.types import Arm, ArmResult, FailureReason, Trial
from workbench.datasets.types import Example
from workbench.ui.compare.board import Board
from workbench.ui.compare.state import CompareState, Page, Results
from workbench.ui.compare.why_state import WhyState
from workbench.ui.protocols import Navigator


class WhyPart:
    def __init__(self, board: Board, navigator: Navigator, run_again: Callable[[], None]) -> None:
        self._board = board
        self._navigator = navigator
        self._run_again = run_again

    def show_cases(self, reason: FailureReason | None, arm: str) -> None:
        """List the failures of this reason (None: all) in this arm (empty: in all)."""
        self._board.show(why=WhyState(reason, arm))

    def do(self, action: NextAction) -> None:
        """A button of a case was pressed."""
        match action.tab:
            case "compare":
                self.open_arm(action.case.get("arm", ""))
            case tab if tab == TRY_AGAIN:
                self._run_again()
            case tab if tab == SHOW_JOBS:
                self._navigator.open_tab("jobs")
            case tab:
                self._navigator.open_tab(tab, **action.case)

    def open_arm(self, name: str) -> None:
        """The set-up with this arm in the form."""
        names = [arm.name for arm in self._board.state.arms]
        self._board.show(page=Page.SETUP, edited=names.index(name) if name in names else self._board.state.edited)


def actions_for(state: CompareState, trial: Trial, example: Example) -> tuple[NextAction, ...]:
    """The doors of a case, as far as there is what they lead to."""
    results = state.results
    arm = _arm(results, trial.arm) if results is not None else None
    found = next_actions(trial, example, arm) if arm is not None else ()
    names = {arm.name for arm in state.arms}
    return tuple(action for action in found if action.tab != "compare" or action.case["arm"] in names)


def _arm(results: Results, name: str) -> Arm | ArmResult | None:
    if results.report is not None:
        return next((arm for arm in request_of(results.report).arms if arm.name == name), None)
    return next((arm for arm in results.arms if arm.name == name), None)
