"""Which questions are shown in the table of all answers, in which order. No Qt."""

from dataclasses import replace
from typing import Any

from workbench.compare.matrix import MatrixChoice, RowFilter, SortBy
from workbench.compare.trial_types import FailureReason
from workbench.ui.compare.board import Board


class MatrixPart:
    """Methods are named after what the user did."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def filter_outcome(self, outcome: RowFilter, only: str = "") -> None:
        """`only`: the arm of `RowFilter.ONLY`."""
        self._change(outcome=outcome, only=only if outcome is RowFilter.ONLY else "")

    def search(self, text: str) -> None:
        self._change(text=text)

    def choose_tag(self, tag: str) -> None:
        """Empty: any."""
        self._change(tag=tag)

    def choose_reason(self, reason: FailureReason | None) -> None:
        """None: any, or no failure."""
        self._change(reason=reason)

    def sort(self, by: SortBy, arm: str = "", *, descending: bool = False) -> None:
        self._change(sort=by, arm=arm if by is SortBy.ARM else "", descending=descending)

    def sort_again(self, by: SortBy, arm: str = "") -> None:
        """A click on a column: upwards, downwards, as in the test set."""
        now = self._board.state.matrix.choice
        if (now.sort, now.arm) != (by, arm):
            self.sort(by, arm)
        elif not now.descending:
            self.sort(by, arm, descending=True)
        else:
            self.sort(SortBy.ORDER)

    def show_all(self) -> None:
        """No filter; the order stays."""
        now = self._board.state.matrix.choice
        self._show(MatrixChoice(sort=now.sort, arm=now.arm, descending=now.descending))

    def _change(self, **values: Any) -> None:
        self._show(replace(self._board.state.matrix.choice, **values))

    def _show(self, choice: MatrixChoice) -> None:
        matrix = self._board.state.matrix
        if choice != matrix.choice:
            self._board.show(matrix=matrix.chosen(choice))
