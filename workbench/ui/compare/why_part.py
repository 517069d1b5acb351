"""What the user does about wrong answers: list them by reason and arm, go where they are mended. No Qt."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from workbench.compare.arm_spec import ArmSpec
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
        use_setup: Callable[[int, str], None],
    ) -> None:
        """`folder`: where rows lie that were made of wrong answers; `use_setup` puts what a comparison (its number) was
        made of into the set-up and opens an arm (its name) there."""
        self._board = board
        self._navigator = navigator
        self._messages = messages
        self._folder = folder
        self._in_background = in_background
        self._run_again = run_again
        self._use_setup = use_setup

    def show_cases(self, reason: FailureReason | None, arm: str) -> None:
        """List the failures of this reason (None: all) in this arm (empty: in all)."""
        self._board.show(why=WhyState(reason, arm))

    def do(self, action: NextAction) -> None:
        """A button of a case was pressed."""
        match action.tab:
            case "compare":
                self._open_arm_of_results(action.case.get("arm", ""))
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

    def _open_arm_of_results(self, name: str) -> None:
        """The arm of the shown comparison: the set-up may hold another one of that name by now, or none."""
        state = self._board.state
        results = state.results
        resolved = _arm(results, name) if results is not None else None
        is_there = any(arm.name == name and _is_made_of(arm, resolved) for arm in state.arms)
        if is_there or results is None or not results.number:
            self.open_arm(name)
        else:
            self._use_setup(results.number, name)


def actions_for(state: CompareState, trial: Trial, example: Example) -> tuple[NextAction, ...]:
    """The doors of a case, as far as there is what they lead to."""
    results = state.results
    arm = _arm(results, trial.arm) if results is not None else None
    found = next_actions(trial, example, arm, state.making.stock) if arm is not None else ()
    names = {arm.name for arm in state.arms}
    can_be_set_up = results is not None and bool(results.number)
    return tuple(action for action in found if action.tab != "compare" or can_be_set_up or action.case["arm"] in names)


def _is_made_of(written: ArmSpec, arm: Arm | ArmResult | None) -> bool:
    """Whether an arm of the set-up has the model, the adapter and the collection of one that answered."""
    if not isinstance(arm, Arm):
        return True  # no more is known of it than its name
    collection = arm.collection.name if arm.collection is not None else ""
    adapters = {arm.adapter_name, arm.adapter.path if arm.adapter is not None else ""}
    return (
        written.model in (arm.model.name, arm.model.path)
        and (written.adapter in adapters or Path(written.adapter).stem == arm.adapter_name)
        and written.collection == collection
    )


def _tried_writing(write: Callable[[], Path]) -> Path | OSError:
    try:
        return write()
    except OSError as error:
        return error


def _arm(results: Results, name: str) -> Arm | ArmResult | None:
    if results.report is not None:
        return next((arm for arm in request_of(results.report).arms if arm.name == name), None)
    return next((arm for arm in results.arms if arm.name == name), None)
