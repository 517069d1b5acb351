"""What the user does with collections as a whole: make, name, delete. No Qt."""

from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.rag.indexing import open_collection
from workbench.ui.documents.board import Board, Surroundings
from workbench.ui.documents.indexing_part import IndexingPart, chunking_of


class Selects(Protocol):
    """The tab's presenter, as this part knows it."""

    indexing: IndexingPart

    def refresh(self) -> None: ...
    def select_collection(self, name: str) -> None: ...


class CollectionsPart:
    def __init__(self, surroundings: Surroundings, board: Board, tab: Selects) -> None:
        self._messages = surroundings.messages
        self._collections = surroundings.collections
        self._settings = surroundings.settings
        self._board = board
        self._tab = tab

    def begin_new_collection(self) -> None:
        self._board.show(is_naming=True, name_trouble="")

    def leave_naming(self) -> None:
        self._board.show(is_naming=False, name_trouble="")

    def name_collection(self, name: str) -> None:
        """Make a new, empty collection and select it."""
        try:
            if self._collections.find(name.strip()):
                raise WorkbenchError(f"There is already a collection “{name.strip()}”.", hint="Choose another name.")
            open_collection(self._collections, name.strip(), chunking_of(self._settings()))
        except WorkbenchError as problem:
            self._board.show(name_trouble=str(problem))
            return
        self._board.show(is_naming=False, name_trouble="")
        self._tab.refresh()
        self._tab.select_collection(name.strip())

    def ask_to_delete(self) -> None:
        self._board.show(asks_to_delete=bool(self._board.state.selected))

    def keep_collection(self) -> None:
        self._board.show(asks_to_delete=False)

    def delete_collection(self) -> None:
        """Confirmed: forget the collection and its index; the user's files stay."""
        name = self._board.state.selected
        if self._board.state.running_collection == name:
            self._tab.indexing.stop_indexing()
        self._collections.delete(name)
        self._tab.refresh()
        self._messages.info(f"The collection “{name}” was deleted. Your files were not touched.")
