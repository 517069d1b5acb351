"""Marks what the columns say differently, once all of them have said it. No Qt."""

from collections.abc import Mapping
from functools import partial

from workbench.playground.differences import Differences, Span, find_differences
from workbench.ui.playground.columns.board import Board, Surroundings


class DifferencePart:
    """The first column is what the others are compared with; with two columns both are marked."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board = board
        self._around = around
        self._turn = 0

    def switch(self, is_on: bool) -> None:
        self._board.show(marks_differences=is_on, differences_note="")
        self.mark()

    def mark(self) -> None:
        """Compare the answers as they are shown now; nothing is marked while one is coming."""
        self._turn += 1
        state, view = self._board.state, self._board.view
        if view is None:
            return
        view.mark_answers({})
        if not state.marks_differences or state.is_running:
            return
        shown = view.shown_answers()
        answers = [(c.id, shown[c.id]) for c in state.shown_columns if shown.get(c.id)]
        if len(answers) > 1:
            # On a thread: long answers take longer than a frame of the window may.
            self._around.in_background(partial(_compare, answers), partial(self._show, self._turn))

    def _show(self, turn: int, found: Mapping[str, Differences]) -> None:
        view = self._board.view
        if turn != self._turn or view is None:
            return  # something was asked or switched meanwhile
        marks: dict[str, tuple[Span, ...]] = {one: differences.other for one, differences in found.items()}
        first = next((c.id for c in self._board.state.shown_columns if c.id not in found), "")
        if len(found) == 1 and first:
            marks[first] = next(iter(found.values())).first
        too_long = any(differences.is_too_long for differences in found.values())
        self._board.show(differences_note="Very long answers are not compared." if too_long else "")
        view.mark_answers(marks)


def _compare(answers: list[tuple[str, str]]) -> dict[str, Differences]:
    (_, first), *others = answers
    return {column_id: find_differences(first, text) for column_id, text in others}
