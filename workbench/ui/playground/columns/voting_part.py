"""The blind mode: answers without their names, in an order that is drawn, until one of them is voted for. No Qt."""

import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from workbench.errors import WorkbenchError
from workbench.playground.ratings import Rating, Standing, pairs_of_vote, standings
from workbench.ui.playground.columns.board import Board, Surroundings
from workbench.ui.playground.columns.state import Blind, ColumnState
from workbench.ui.trying import tell

Shuffle = Callable[[list[str]], None]


class VotingPart:
    def __init__(self, board: Board, around: Surroundings, shuffle: Shuffle = random.shuffle) -> None:
        self._board = board
        self._around = around
        self._shuffle = shuffle
        self.conversation_id = ""

    def switch(self, is_on: bool) -> None:
        """Turning it off shows the names."""
        self._board.show(blind=Blind(is_on=is_on))

    def begin(self) -> None:
        """A question goes out: where the mode is on, names and places are hidden from here on."""
        if not self._board.state.blind.is_on or len(self._board.state.columns) < 2:
            return
        order = [column.id for column in self._board.state.columns]
        self._shuffle(order)
        self._board.show(blind=Blind(is_on=True, is_hidden=True, order=tuple(order)))

    def hear_end(self) -> None:
        """An answer ended; after the last one the vote is open, if there are two to choose from."""
        state = self._board.state
        if not state.blind.is_hidden or state.is_running:
            return
        votable = tuple(column.id for column in state.shown_columns if _answered(column))
        if len(votable) > 1:
            self._board.show(blind=replace(state.blind, votable=votable))
        else:
            self._board.show(blind=replace(state.blind, is_hidden=False))

    def vote(self, number: int) -> None:
        """`number` counts the columns as they stand, from 1; 0 is a tie. Names are shown afterwards."""
        state = self._board.state
        blind = state.blind
        shown = [column.id for column in state.shown_columns]
        if not blind.is_open or not 0 <= number <= len(shown):
            return
        chosen = shown[number - 1] if number else ""
        if chosen and chosen not in blind.votable:
            return
        winner = blind.votable.index(chosen) if chosen else None
        ratings = self._ratings(blind.votable, winner)
        self._board.show(blind=replace(blind, is_hidden=False, voted=True, winner=chosen, vote_id=ratings[0].vote_id))
        self._record(ratings)

    def reveal(self) -> None:
        """Without a vote."""
        self._board.show(blind=replace(self._board.state.blind, is_hidden=False, votable=()))

    def take_back(self) -> None:
        """The last vote was a slip."""
        blind = self._board.state.blind
        if blind.vote_id:
            self._board.show(blind=replace(blind, voted=False, winner="", vote_id=""))
            self._changed(partial(self._around.ratings.take_back, blind.vote_id))

    def show_standings(self) -> None:
        self._changed(None)

    def _ratings(self, votable: tuple[str, ...], winner: int | None) -> list[Rating]:
        columns = [column for one in votable if (column := self._board.state.column(one)) is not None]
        turns = [turn for column in columns if (turn := column.last) is not None]
        vote_id = uuid.uuid4().hex
        return [
            Rating(
                id=uuid.uuid4().hex,
                vote_id=vote_id,
                conversation_id=self.conversation_id,
                question=first.question,
                first=first.answered_by,
                second=second.answered_by,
                first_answer=first.answer,
                second_answer=second.answer,
                outcome=outcome,
            )
            for first, second, outcome in pairs_of_vote(turns, winner)
        ]

    def _record(self, ratings: list[Rating]) -> None:
        def write() -> None:
            self._around.ratings.record(ratings)

        self._changed(write)

    def _changed(self, write: Callable[[], None] | None) -> None:
        """Write off the UI thread, then show how things stand."""

        def work() -> tuple[Standing, ...] | WorkbenchError:
            from sqlalchemy.exc import SQLAlchemyError

            try:
                if write is not None:
                    write()
                return standings(self._around.ratings.list_ratings())
            except SQLAlchemyError as error:
                return WorkbenchError(
                    "The vote could not be written into the database.",
                    hint="Free some space on that disk and vote again.",
                    details=str(error),
                )

        def then(result: tuple[Standing, ...] | WorkbenchError) -> None:
            if isinstance(result, WorkbenchError):
                tell(self._around.messages, result)
            else:
                self._board.show(standings=result)

        self._around.in_background(work, then)


def _answered(column: ColumnState) -> bool:
    return column.last is not None and bool(column.last.answer) and not column.last.problem
