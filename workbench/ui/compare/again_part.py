"""Running a comparison of the history again, and whether it came out the same. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.compare.again.tasks import PREPARE_AGAIN, AgainPreparation, AgainRequest
from workbench.compare.overlay.stored import overlay_stored
from workbench.compare.overlay.types import Overlay
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.ui.compare.board import Board
from workbench.ui.compare.run_part import RunPart, preparing
from workbench.ui.protocols import Background, Messages

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.compare.store import ComparisonStore
    from workbench.paths import WorkbenchPaths


class AgainPart:
    """A repetition is a run like any other; it knows of which comparison."""

    def __init__(
        self,
        board: Board,
        run: RunPart,
        messages: Messages,
        store: "ComparisonStore",
        paths: "WorkbenchPaths",
        read_catalogue: "Callable[[], Catalogue]",
        in_background: Background,
    ) -> None:
        self._board = board
        self._run = run
        self._messages = messages
        self._store = store
        self._paths = paths
        self._read_catalogue = read_catalogue
        self._in_background = in_background

    def run_again(self, number: int) -> None:
        """The comparison with this number of the history, exactly as it was."""
        if self._board.state.is_running:
            self._messages.info("A comparison is running. Wait for its end, or stop it.")
            return

        def make() -> AgainRequest:
            return AgainRequest(
                report=self._store.get_without_trials(number),
                number=number,
                written=self._store.written(number),
                catalogue=self._read_catalogue(),
                home=str(self._paths.home),
            )

        self._run.prepare(lambda: preparing(PREPARE_AGAIN, make()), self._read)

    def _read(self, result: dict[str, Any]) -> CompareRequest:
        found = AgainPreparation.model_validate(result)
        if found.changes:
            self._messages.warning(
                "Not everything is as it was, so answers may differ.", hint=" ".join(found.changes[:3])
            )
        return found.request

    def finished(self, report: ComparisonReport, folder: str) -> None:
        """Find its number and, where it repeats another one, say whether it came out the same."""
        before = report.request.again_of if report.request else 0

        def look() -> "tuple[int, Overlay | None]":
            entry = self._store.find_run(folder)
            if entry is None or not before:
                return (entry.id if entry else 0), None
            try:
                return entry.id, overlay_stored(self._store, before, entry.id)
            except WorkbenchError:  # the earlier one was deleted meanwhile
                return entry.id, None

        self._in_background(look, partial(self._tell, folder))

    def _tell(self, folder: str, found: "tuple[int, Overlay | None]") -> None:
        results = self._board.state.results
        if results is None or results.folder != folder:
            return  # another one is shown by now
        number, laid = found
        sentence = laid.sentences[0] if laid and laid.sentences else ""
        before = laid.before.id if laid else 0
        self._board.show(results=replace(results, number=number, again_of=before, agreement=sentence))
