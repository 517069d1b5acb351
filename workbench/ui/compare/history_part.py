"""The history of comparisons: look, open, name, delete and bring back, lay over each other. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.compare.again.set_up import written_setup
from workbench.compare.overlay.stored import overlay_stored
from workbench.compare.overlay.types import Overlay
from workbench.compare.purging import purge_all, purge_old
from workbench.compare.report.overlay_page import write_overlay
from workbench.compare.running import FOLDER
from workbench.compare.types import ComparisonReport
from workbench.errors import WorkbenchError
from workbench.ui.compare.board import Board
from workbench.ui.compare.export_part import ExportPart
from workbench.ui.compare.filling import Filled, fill_report
from workbench.ui.compare.history_state import HistoryState
from workbench.ui.compare.looking import Looking
from workbench.ui.compare.state import Page
from workbench.ui.protocols import Background, Messages
from workbench.ui.trying import tell, tried

if TYPE_CHECKING:
    from workbench.compare.history import ComparisonEntry
    from workbench.compare.store import ComparisonStore
    from workbench.paths import WorkbenchPaths

T = TypeVar("T")


class HistoryPart:
    """Everything that reads or writes the database does so off the UI thread."""

    def __init__(
        self,
        board: Board,
        messages: Messages,
        store: "ComparisonStore",
        paths: "WorkbenchPaths",
        exports: ExportPart,
        in_background: Background,
        on_opened: Callable[[Filled, "ComparisonEntry"], None],
    ) -> None:
        self._board = board
        self._messages = messages
        self._store = store
        self._paths = paths
        self._exports = exports
        self._in_background = in_background
        self._on_opened = on_opened
        self._came_from = self._overlay_from = Page.SETUP

    @property
    def state(self) -> HistoryState:
        return self._board.state.history

    def read(self) -> None:
        """Look what there is by now."""
        self._do(self._store.list_comparisons, self._on_read)

    def show(self) -> None:
        """Open the page; it leads back to where it was opened from."""
        if self._board.state.page in (Page.SETUP, Page.RESULTS):
            self._came_from = self._board.state.page
        self._board.show(page=Page.HISTORY)
        self.read()
        self._do(partial(purge_old, self._store, self._paths), _nothing)

    def close(self) -> None:
        """Back to where it was opened from."""
        has_results = self._board.state.results is not None
        self._board.show(page=Page.RESULTS if self._came_from is Page.RESULTS and has_results else Page.SETUP)

    def search(self, text: str) -> None:
        self._show(wanted=text)

    def select(self, numbers: Sequence[int]) -> None:
        self._show(selected=tuple(numbers))

    def open(self, number: int) -> None:
        """Read a comparison whole and show its results."""
        if self._board.state.is_running:
            self._messages.info("A comparison is running. Wait for its end, or stop it.")
        elif not self.state.busy:
            known = self.state.find(number)
            looking = self._board.state.looking
            self._do_alone(
                f"Reading {known.name if known else 'the comparison'}…",
                lambda: _filled(self._store, number, looking),
                lambda found: self._on_opened(*found),
            )

    def show_again(self) -> None:
        """The comparison that is shown was changed beside it: a purge took passages out of it."""
        results = self._board.state.results
        if results is not None and results.number and not self._board.state.is_running:
            self.open(results.number)

    def rename(self, number: int, name: str) -> None:
        entry = self.state.find(number)
        if entry is not None and name.strip() and name != entry.name:
            self._do(partial(self._store.rename, number, name), self._on_changed)

    def annotate(self, number: int, note: str) -> None:
        entry = self.state.find(number)
        if entry is not None and note.strip() != entry.note:
            self._do(partial(self._store.annotate, number, note), self._on_changed)

    def delete(self) -> None:
        """Take the selected ones away; they can come back."""
        chosen = self.state.chosen
        if not chosen:
            return
        gone = {entry.id for entry in chosen}
        left = tuple(entry for entry in self.state.entries if entry.id not in gone)
        self._show(entries=left, deleted=chosen, selected=())
        self._do(lambda: [self._store.set_aside(number) for number in gone], _nothing)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        deleted = self.state.deleted
        self._show(deleted=())
        self._do(lambda: [self._store.bring_back(entry.id) for entry in deleted], lambda _: self.read())

    def forget(self) -> None:
        """Delete it for good, with its answers on the disk."""
        deleted = self.state.deleted
        self._show(deleted=())
        self._do(partial(purge_all, self._store, self._paths, deleted), _nothing)

    def export(self, path: str) -> None:
        """Write the selected one; the ending says as what."""
        entry = self.state.only
        if entry is not None:
            self._do(partial(self._store.get, entry.id), lambda report: self._exports.export(report, path))

    def export_report(self, report: ComparisonReport, number: int, path: str) -> None:
        """Write the one that is shown, with what was rated meanwhile."""
        rated = partial(self._store.with_ratings, report, number)
        self._do(rated, lambda whole: self._exports.export(whole, path))

    def write_setup(self, number: int, then: Callable[[Path], None]) -> None:
        """Write down what a comparison was made of, for the set-up to read: by names as it was written; where files
        that it names are gone, as it was kept (`again.run_folder`)."""
        self._do(partial(written_setup, self._store, number, self._paths.home / FOLDER / "set-up"), then)

    def lay_over(self) -> None:
        """The later one of two selected over the earlier one."""
        if len(self.state.chosen) == 2:
            later, earlier = self.state.chosen
            self.lay(earlier.id, later.id)

    def lay(self, before: int, after: int) -> None:
        """One over the other, in this order."""
        if before and after and not self.state.busy:
            if self._board.state.page is not Page.OVERLAY:
                self._overlay_from = self._board.state.page
            work = partial(overlay_stored, self._store, before, after)
            self._do_alone("Laying them over each other…", work, self._on_laid)

    def close_overlay(self) -> None:
        """Back to where it was opened from."""
        self._board.show(page=self._overlay_from)

    def turn(self) -> None:
        """The other way round."""
        found = self.state.overlay
        if found is not None:
            self.lay(found.after.id, found.before.id)

    def export_overlay(self, path: str) -> None:
        if self.state.overlay is not None:
            self._exports.write(Path(path), partial(write_overlay, self.state.overlay))

    def _on_read(self, entries: "list[ComparisonEntry]") -> None:
        self._show(entries=tuple(entries))

    def _on_changed(self, changed: "ComparisonEntry") -> None:
        self._show(entries=tuple(changed if entry.id == changed.id else entry for entry in self.state.entries))

    def _on_laid(self, found: Overlay) -> None:
        self._show(overlay=found)
        self._board.show(page=Page.OVERLAY)

    def _do(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Off the UI thread; what goes wrong is said."""
        self._in_background(partial(tried, work), partial(self._finish, then))

    def _do_alone(self, busy: str, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """What leads to another page: no other such work begins before it has ended, whatever else ends meanwhile."""

        def finish(outcome: T | WorkbenchError) -> None:
            self._show(busy="")
            self._finish(then, outcome)

        self._show(busy=busy)
        self._in_background(partial(tried, work), finish)

    def _finish(self, then: Callable[[Any], None], outcome: Any) -> None:
        if isinstance(outcome, WorkbenchError):
            tell(self._messages, outcome)
        else:
            then(outcome)

    def _show(self, **changes: Any) -> None:
        self._board.show(history=replace(self.state, **changes))


def _filled(store: "ComparisonStore", number: int, looking: Looking) -> "tuple[Filled, ComparisonEntry]":
    """A comparison of the history, ready to be shown under its name there."""
    report, entry = store.get(number), store.entry(number)
    filled = fill_report(report, entry.folder, looking)
    shown = replace(filled.results, name=entry.name, number=entry.id, again_of=entry.again_of)
    return replace(filled, results=shown), entry


def _nothing(_result: object) -> None:
    """Nothing is shown of it."""
