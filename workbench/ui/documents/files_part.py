"""What the user does with files that are in a collection: try again, give a password, remove, bring back. No Qt."""

from collections.abc import Sequence
from functools import partial

from workbench.jobs.events import Crashed, Failed, JobEvent
from workbench.rag.indexing import delete_documents, purge_spec, retry_spec
from workbench.ui.documents.board import Board, Surroundings
from workbench.ui.documents.indexing_part import IndexingPart
from workbench.ui.documents.spec_part import SpecPart, Tab


class FilesPart(SpecPart):
    def __init__(self, surroundings: Surroundings, board: Board, tab: Tab, indexing: IndexingPart) -> None:
        super().__init__(surroundings, board, tab)
        self._indexing = indexing

    def retry(self, paths: Sequence[str]) -> None:
        """Look again at these files."""
        if paths:
            name = self._board.state.selected
            self._indexing.run(name, partial(retry_spec, self._collections, name, list(paths)))

    def give_password(self, path: str, password: str) -> None:
        """Read an encrypted file with it. It is kept nowhere."""
        name = self._board.state.selected
        self._indexing.run(name, partial(retry_spec, self._collections, name, [path], {path: password}))

    def remove(self, paths: Sequence[str]) -> None:
        """Take documents out of the collection; the files stay, and for ten minutes this can be undone."""
        if not paths:
            return
        name = self._board.state.selected
        self._start(name, partial(delete_documents, self._collections, name, list(paths)), self._on_removed)

    def _on_removed(self, event: JobEvent) -> None:
        if isinstance(event, Failed | Crashed):
            self._tell_end(event, "", "")

    def bring_back(self, paths: Sequence[str] = ()) -> None:
        """Undo the removal of these documents, or of all that can come back."""
        state = self._board.state
        wanted = list(paths) or [document.path for document in state.removed]
        self._write(partial(self._collections.removal.restore, state.selected, wanted))

    def purge(self) -> None:
        """Confirmed: forget what was removed, now and without a trace."""
        name, count = self._board.state.selected, len(self._board.state.removed)
        what = "1 removed document" if count == 1 else f"{count:,} removed documents"
        self._start(
            name,
            partial(purge_spec, self._collections, name),
            lambda event: self._tell_end(
                event, f"No trace of {what} is left in “{name}”. Your files were not touched.", "Nothing was forgotten."
            ),
        )
