"""The user rates answers: which come next, what was said, and how far the scores agree with it. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.compare.judge.rating_order import Offers
from workbench.compare.judge.ratings import answer_hash, ratings_in_force
from workbench.compare.judge.trust import measure_trust
from workbench.compare.judge.types import AnswerRating, RatingScale, TrialKey
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.ui.compare.board import Board
from workbench.ui.compare.ratings_state import RatingsState
from workbench.ui.protocols import Background, Messages

if TYPE_CHECKING:
    from workbench.compare.store import ComparisonStore

OFFERED = 12
"""Answers that are offered at once."""


class RatingsPart:
    """Methods are named after what the user did."""

    def __init__(self, board: Board, store: "ComparisonStore", messages: Messages, in_background: Background) -> None:
        self._board = board
        self._store = store
        self._messages = messages
        self._in_background = in_background
        self._offers: Offers | None = None

    @property
    def _state(self) -> RatingsState:
        return self._board.state.ratings

    @property
    def _report(self) -> ComparisonReport | None:
        results = self._board.state.results
        return results.report if results is not None else None

    def open_run(self, folder: str) -> None:
        """A comparison has come to its end."""
        self._read(lambda: entry.id if (entry := self._store.find_run(folder)) else 0)

    def open(self, comparison_id: int) -> None:
        """An earlier comparison is shown."""
        self._read(lambda: comparison_id)

    def choose(self, key: TrialKey) -> None:
        """Look at this answer."""
        self._show(current=key)

    def use_scale(self, scale: RatingScale) -> None:
        self._show(scale=scale)

    def hide_arms(self, is_blind: bool) -> None:
        self._show(is_blind=is_blind)

    def rate(self, value: float | None) -> None:
        """Rate the answer that is looked at, and go on to the next; None: the user cannot say."""
        if self._state.current is not None:
            self.rate_answer(self._state.current, value)

    def rate_answer(self, key: TrialKey, value: float | None, *, is_blind: bool | None = None) -> None:
        """Rate any answer."""
        trial = self._trial(key)
        state = self._state
        if trial is None or not state.can_rate:
            return
        arm, example_id, repeat = key
        rating = AnswerRating(
            arm=arm,
            example_id=example_id,
            repeat=repeat,
            answer_hash=answer_hash(trial.answer),
            value=value,
            scale=state.scale,
            is_blind=state.is_blind if is_blind is None else is_blind,
        )
        self._change([*(kept for kept in state.ratings if kept.key != key), rating], key)
        self._write(lambda: self._store.ratings.record(state.comparison_id, rating))

    def take_back(self) -> None:
        """Forget what was said last."""
        state = self._state
        if state.last is not None and state.can_rate:
            key = state.last
            self._change([kept for kept in state.ratings if kept.key != key], None, current=key)
            self._write(lambda: self._store.ratings.take_back(state.comparison_id, key))

    # -- what follows -------------------------------------------------------------------------------------------------

    def _read(self, find: Callable[[], int]) -> None:
        report = self._report

        def work() -> tuple[int, tuple[AnswerRating, ...], Offers | None]:
            comparison_id = find()
            ratings = self._store.ratings.list_ratings(comparison_id) if comparison_id else ()
            return comparison_id, ratings, Offers(report.trials, report.metrics) if report is not None else None

        def then(found: tuple[int, tuple[AnswerRating, ...], Offers | None]) -> None:
            now = self._report
            if now is not None and report is not None and now.trials is report.trials:  # no other one is shown by now
                self._offers = found[2]
                self._show(comparison_id=found[0])
                self._change(list(found[1]), None)

        self._show(comparison_id=0, ratings=(), to_rate=(), current=None, last=None)
        self._in_background(work, then)

    def _write(self, write: Callable[[], object]) -> None:
        def work() -> str:
            from sqlalchemy.exc import SQLAlchemyError

            try:
                write()
            except (SQLAlchemyError, OSError) as problem:
                return str(problem)
            return ""

        def then(problem: str) -> None:
            if problem:
                self._messages.error(
                    "The rating could not be written.", hint="Free some space on the disk, then rate again.",
                    details=problem,
                )  # fmt: skip

        self._in_background(work, then)

    def _change(self, ratings: list[AnswerRating], last: TrialKey | None, *, current: TrialKey | None = None) -> None:
        """Show the ratings at once; what follows from them comes when it is known."""
        report = self._report
        if report is None:
            return
        known = ratings_in_force(ratings, report.trials)
        if self._offers is None or self._offers.trials is not report.trials:
            self._offers = Offers(report.trials, report.metrics)
        to_rate = self._offers.next(known, OFFERED)
        following = current or (to_rate[0].key if to_rate else None)
        self._show(ratings=tuple(ratings), to_rate=to_rate, current=following, last=last)

        def then(trust: object) -> None:
            if self._state.ratings == tuple(ratings):
                self._show(trust=trust)

        self._in_background(lambda: measure_trust(report.trials, report.metrics, ratings, report.model_scoring), then)

    def _trial(self, key: TrialKey) -> Trial | None:
        report = self._report
        trials = report.trials if report else ()
        return next((t for t in trials if (t.arm, t.example_id, t.repeat) == key and not t.has_failed), None)

    def _show(self, **changes: Any) -> None:
        self._board.show(ratings=replace(self._state, **changes))
