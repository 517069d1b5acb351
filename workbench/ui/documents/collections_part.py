"""What the user does with collections as a whole: make, rename, delete, bring back. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.rag.indexing import open_collection, rebuild_spec
from workbench.rag.purged import Purged
from workbench.rag.types import ChunkingConfig
from workbench.ui.documents.indexing_part import chunking_of
from workbench.ui.documents.spec_part import SpecPart
from workbench.ui.documents.state import Naming, Purpose
from workbench.ui.trying import tried


class CollectionsPart(SpecPart):
    def begin_new_collection(self) -> None:
        self._board.show(naming=Naming(Purpose.NEW))

    def begin_renaming(self) -> None:
        """Ask for another name of the selected collection."""
        name = self._board.state.selected
        if self._board.state.work.get(name):
            self._messages.warning(f"“{name}” is being worked on.", "Rename it when that has ended, or stop it first.")
        elif name:
            self._board.show(naming=Naming(Purpose.RENAME, wished=name))

    def leave_naming(self) -> None:
        self._board.show(naming=None)

    def give_name(self, name: str) -> None:
        """The name that was asked for."""
        naming, name, selected = self._board.state.naming, name.strip(), self._board.state.selected
        if naming is None:
            return
        match naming.purpose:
            case Purpose.NEW:
                chunking = chunking_of(self._settings())
                self._try(partial(self._make, name, chunking), partial(self._tab.select_collection, name))
            case Purpose.RENAME:
                rename = partial(self._collections.lifecycle.rename, selected, name)
                self._try(rename, partial(self._tab.select_renamed, selected, name))

    def _make(self, name: str, chunking: ChunkingConfig) -> None:
        if self._collections.find(name):
            raise WorkbenchError(f"There is already a collection “{name}”.", hint="Choose another name.")
        open_collection(self._collections, name, chunking)

    def _try(self, change: Callable[[], None], then: Callable[[], None]) -> None:
        """Do it off the UI thread; what is wrong with the name is said beside its field."""

        def done(problem: WorkbenchError | None) -> None:
            if problem is None:
                self._board.show(naming=None)
                then()
                self._tab.refresh()
            elif self._board.state.naming is not None:
                self._board.show(naming=replace(self._board.state.naming, trouble=str(problem)))

        self._in_background(partial(tried, change), done)

    # -- deleting ---------------------------------------------------------------------------------------------------

    def delete_collection(self) -> None:
        """Forget the selected collection and its index; for ten minutes it can come back. The user's files stay."""
        if name := self._board.state.selected:
            self._jobs.stop(name)
            self._write(partial(self._delete, name))

    def _delete(self, name: str) -> None:
        self._collections.lifecycle.delete(name)

    def bring_back(self, collection_id: int) -> None:
        """Undo the deletion of a collection, and select it."""
        names: list[str] = []

        def restore() -> None:
            names.append(self._collections.lifecycle.restore(collection_id))

        self._write(restore, lambda: self._tab.select_collection(names[0]))

    def purge(self, collection_id: int) -> None:
        """Confirmed: forget a deleted collection now and without a trace."""
        gone: list[Purged | None] = []

        def purge() -> None:
            gone.append(self._collections.lifecycle.purge(collection_id))

        def say() -> None:
            for purged in filter(None, gone):
                self._jobs.tell_purged(purged)
            self._messages.info("No trace of the collection is left. Your files were not touched.")

        self._write(purge, say)

    # -- what belongs to it -----------------------------------------------------------------------------------------

    def restore_index(self) -> None:
        """Build the index of the selected collection again from the texts in the database."""
        name = self._board.state.selected
        done = f"The index of “{name}” is whole again; nothing was lost."
        kept = "Building the index was stopped. It goes on from there the next time."
        self._start(
            name, partial(rebuild_spec, self._collections, name), lambda event: self._tell_end(event, done, kept)
        )

    def stop_watching(self, source: Path) -> None:
        """Do not keep a folder in sync any more; what was indexed from it stays."""
        name = self._board.state.selected
        said = f"“{source.name}” is not watched any more. Its documents stay as they are."
        self._write(partial(self._collections.remove_source, name, source), lambda: self._messages.info(said))
