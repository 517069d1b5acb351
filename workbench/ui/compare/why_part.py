"""What the user does about wrong answers: list them by reason and arm, go where they are mended. No Qt."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from workbench.compare.arm_types import Arm, ArmResult
from workbench.compare.excluding import request_of
from workbench.compare.failing_rows import ORIGIN, WARNING, failing_examples, write_failing_rows
from workbench.compare.next_actions import SHOW_JOBS, TRY_AGAIN, NextAction, next_actions
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example
from workbench.jobs.placing import plain_name
from workbench.ui.compare.board import Board
from workbench.ui.compare.state import CompareState, Page, Results
from workbench.ui.compare.why_state import WhyState
from workbench.ui.protocols import Background, Messages, Navigator


class WhyPart:
    def __init__(
        self,
        board: Board,
        navigator: Navigator,
        messages: Messages,
        folder: Path,
        in_background: Background,
        run_again: Callable[[], None],
    ) -> None:
        """`folder`: where rows lie that were made of wrong answers."""
        self._board = board
        self._navigator = navigator
        self._messages = messages
        self._folder = folder
        self._in_background = in_background
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
            case "data" if "reason" in action.case:
                self._take_as_rows(action.case["arm"], FailureReason(action.case["reason"]))
            case tab:
                self._navigator.open_tab(tab, **action.case)

    def _take_as_rows(self, arm: str, reason: FailureReason) -> None:
        """Show the wrong answers as rows in Data, where it is said that they are test questions."""
        results = self._board.state.results
        if results is None:
            return
        failing = failing_examples(results.trials.values(), results.examples, arm, reason)
        if not failing:
            self._messages.info("None of these questions has a right answer to train on.")
            return
        write = partial(write_failing_rows, failing, self._folder / plain_name(results.name, "comparison"), arm, reason)
        self._in_background(partial(_tried_writing, write), self._open_rows)

    def _open_rows(self, outcome: Path | OSError) -> None:
        if isinstance(outcome, OSError):
            self._messages.error("The rows could not be written.", details=str(outcome))
        else:
            self._navigator.open_tab("data", file=str(outcome), origin=ORIGIN, warning=WARNING)

    def open_arm(self, name: str) -> None:
        """The set-up with this arm in the form."""
        names = [arm.name for arm in self._board.state.arms]
        self._board.show(page=Page.SETUP, edited=names.index(name) if name in names else self._board.state.edited)


def actions_for(state: CompareState, trial: Trial, example: Example) -> tuple[NextAction, ...]:
    """The doors of a case, as far as there is what they lead to."""
    results = state.results
    arm = _arm(results, trial.arm) if results is not None else None
    found = next_actions(trial, example, arm, state.making.stock) if arm is not None else ()
    names = {arm.name for arm in state.arms}
    return tuple(action for action in found if action.tab != "compare" or action.case["arm"] in names)


def _tried_writing(write: Callable[[], Path]) -> Path | OSError:
    try:
        return write()
    except OSError as error:
        return error


def _arm(results: Results, name: str) -> Arm | ArmResult | None:
    if results.report is not None:
        return next((arm for arm in request_of(results.report).arms if arm.name == name), None)
    return next((arm for arm in results.arms if arm.name == name), None)
