"""What the user does about leaks: look at them, exclude questions, take that back. No Qt."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.compare.excluding import with_excluded
from workbench.compare.leak_types import LeakKind
from workbench.compare.types import ComparisonReport
from workbench.ui.compare.board import Board
from workbench.ui.compare.filling import Filled, fill_report
from workbench.ui.protocols import Background

if TYPE_CHECKING:
    from workbench.compare.store import ComparisonStore


class LeaksPart:
    """Nothing is run for it: the verdict is told anew from the answers that there are."""

    def __init__(
        self, board: Board, store: "ComparisonStore", in_background: Background, on_saved: Callable[[], None]
    ) -> None:
        self._board = board
        self._store = store
        self._in_background = in_background
        self._on_saved = on_saved

    def show_kind(self, kind: LeakKind | None) -> None:
        self._board.show(leaking=replace(self._board.state.leaking, kind=kind))

    def exclude_leaked(self) -> None:
        """All questions that leaked for certain; suspected ones stay in."""
        report = self._report()
        if report is not None:
            self._exclude(report, {*report.excluded, *report.leaked_ids})

    def exclude(self, example_ids: Iterable[str]) -> None:
        """Those that were chosen, suspected ones too."""
        report = self._report()
        if report is not None:
            self._exclude(report, {*report.excluded, *example_ids})

    def include(self, example_ids: Iterable[str]) -> None:
        """Chosen ones count again."""
        report = self._report()
        if report is not None:
            self._exclude(report, set(report.excluded) - set(example_ids))

    def undo(self) -> None:
        """As it was before the last of these."""
        report, leaking = self._report(), self._board.state.leaking
        if report is not None and leaking.before and not leaking.is_working:
            self._board.show(leaking=replace(leaking, before=leaking.before[:-1]))
            self._tell_anew(report, leaking.before[-1])

    def _report(self) -> ComparisonReport | None:
        results = self._board.state.results
        return results.report if results is not None else None

    def _exclude(self, report: ComparisonReport, wanted: set[str]) -> None:
        leaking = self._board.state.leaking
        if leaking.is_working or wanted == set(report.excluded):
            return
        self._board.show(leaking=replace(leaking, before=(*leaking.before, report.excluded)))
        self._tell_anew(report, tuple(wanted))

    def _tell_anew(self, report: ComparisonReport, excluded: tuple[str, ...]) -> None:
        self._board.show(leaking=replace(self._board.state.leaking, is_working=True))
        results, looking = self._board.state.results, self._board.state.looking
        folder = results.folder if results is not None else ""

        def decide() -> tuple[ComparisonReport, Filled]:
            told = with_excluded(report, excluded)
            return told, fill_report(told, folder, looking)

        self._in_background(decide, partial(self._take, report, excluded))

    def _take(self, before: ComparisonReport, excluded: tuple[str, ...], told: tuple[ComparisonReport, Filled]) -> None:
        self._board.show(leaking=replace(self._board.state.leaking, is_working=False))
        results = self._board.state.results
        if results is None or results.report is None or results.report.trials is not before.trials:
            return  # another comparison was opened meanwhile
        if results.report is not before:
            self._tell_anew(results.report, excluded)  # something was weighed meanwhile
            return
        place = {field: getattr(results, field) for field in ("name", "number", "again_of", "agreement")}
        report, filled = told
        self._board.show(filled=replace(filled, results=replace(filled.results, **place)))
        if results.folder:
            kept = partial(self._store.keep_terms, results.folder, report)
            self._in_background(kept, lambda _: self._on_saved())
