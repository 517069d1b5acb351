"""What the user weighs on the page "Trade-offs": the recommendation follows at once. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from workbench.compare.economy import Economy
from workbench.compare.types import ComparisonReport
from workbench.compare.weighing import can_decide_again, weighed, with_margin
from workbench.compare.weights import Weights
from workbench.errors import WorkbenchError
from workbench.ui.compare.board import Board
from workbench.ui.protocols import Background, Messages
from workbench.ui.trying import tell

if TYPE_CHECKING:
    from workbench.compare.store import ComparisonStore

OneOfThem = Callable[[ComparisonReport], ComparisonReport]


class TradeOffsPart:
    """Methods are named after what the user did. What is set is also used for the next run."""

    def __init__(self, board: Board, messages: Messages, store: "ComparisonStore", in_background: Background) -> None:
        self._board = board
        self._messages = messages
        self._store = store
        self._in_background = in_background

    def weigh(self, weights: Weights) -> None:
        """A slider was moved: the recommendation is another one at once, kept by `keep` when the slider rests."""
        self._weigh(weights)

    def weigh_quality_alone(self) -> None:
        """Back to the cheapest of the best."""
        self._weigh(Weights())
        self.keep()

    def change_economy(self, field: str, value: float | None) -> None:
        """A number of the user's: how many answers, what an hour costs, how often documents change."""
        report = self._report
        if report is None or getattr(report.economy, field) == value:
            return
        try:
            economy = Economy.model_validate({**report.economy.model_dump(), field: value})
        except ValidationError:
            return  # the fields allow nothing else
        self._board.show(options=replace(self._board.state.options, economy=economy))
        self._show(lambda found: weighed(found, found.weights, economy))
        self.keep()

    def change_margin(self, margin: float) -> None:
        """Another difference matters; the verdicts are given again, from the scores that there are."""
        report = self._report
        if report is None or report.verdict.margin == margin or not can_decide_again(report):
            return
        self._board.show(options=replace(self._board.state.options, margin=margin))
        self._decide(report, margin)

    def _decide(self, report: ComparisonReport, margin: float) -> None:
        self._in_background(partial(with_margin, report, margin), partial(self._take_decided, report))

    def _take_decided(self, before: ComparisonReport, decided: ComparisonReport) -> None:
        report, margin = self._report, decided.verdict.margin
        if report is None or report.trials is not before.trials or margin != self._board.state.options.margin:
            return  # another comparison, or another margin, was chosen meanwhile
        if report is not before:
            self._decide(report, margin)  # something was weighed, or excluded, meanwhile
            return
        self._show(lambda _: decided)
        self.keep()

    def keep(self) -> None:
        """Remember with the comparison what it is weighed by."""
        results = self._board.state.results
        if results is None or results.report is None or not results.folder:
            return
        kept = partial(_keep, self._store, results.folder, results.report)
        self._in_background(kept, self._tell)

    @property
    def _report(self) -> ComparisonReport | None:
        results = self._board.state.results
        return results.report if results else None

    def _weigh(self, weights: Weights) -> None:
        report = self._report
        if report is None or report.weights == weights:
            return
        self._board.show(options=replace(self._board.state.options, weights=weights))
        self._show(lambda found: weighed(found, weights, found.economy))

    def _show(self, change: OneOfThem) -> None:
        results, report = self._board.state.results, self._report
        if results is None or report is None:
            return
        changed = change(report)
        values: dict[str, Any] = {
            "report": changed,
            "verdict": changed.verdict,
            "verdict_without_leaks": changed.verdict_without_leaks,
        }
        self._board.show(results=replace(results, **values))

    def _tell(self, problem: WorkbenchError | None) -> None:
        if problem is not None:
            tell(self._messages, problem)


def _keep(store: "ComparisonStore", folder: str, report: ComparisonReport) -> WorkbenchError | None:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        store.keep_terms(folder, report)
    except SQLAlchemyError as error:
        return WorkbenchError("The weights could not be kept with the comparison.", details=str(error))
    return None
