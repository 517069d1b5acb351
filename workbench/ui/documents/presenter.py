"""Decides what happens around the pages of the Documents tab. No Qt."""

from workbench.ui.documents.asking_part import AskingPart
from workbench.ui.documents.board import Board, Surroundings, View
from workbench.ui.documents.collections_part import CollectionsPart
from workbench.ui.documents.exhaustive_part import ExhaustivePart
from workbench.ui.documents.indexing_part import IndexingPart
from workbench.ui.documents.state import DocumentsState


class DocumentsPresenter:
    """Which collection is selected. The parts do the rest: `management` with collections, `indexing` with files,
    `asking` with questions and places in documents, `reading` with questions to the whole collection. Methods are named
    after what the user did."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._board = Board()
        self._collections = surroundings.collections
        self.asking = AskingPart(surroundings)
        self.reading = ExhaustivePart(surroundings)
        self.indexing = IndexingPart(surroundings, self._board, self)
        self.management = CollectionsPart(surroundings, self._board, self)

    @property
    def state(self) -> DocumentsState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self.asking.start()
        self.refresh()

    def refresh(self) -> None:
        """Read the collections anew; another tab or the command line may have changed them."""
        self.asking.offer_adapters()
        collections = tuple(self._collections.list_collections())
        names = [collection.name for collection in collections]
        selected = self.state.selected if self.state.selected in names else (names[0] if names else "")
        self._board.show(collections=collections)
        if selected != self.state.selected:
            self.select_collection(selected)
        else:
            self.show_documents()

    def select_collection(self, name: str) -> None:
        # Together: whether there is something to ask decides which page the view turns to.
        documents = tuple(self._collections.documents(name)) if name else ()
        has_chunks = any(document.chunks for document in documents)
        self._tell(name, has_chunks=has_chunks)
        self._board.show(selected=name, documents=documents, asks_to_delete=False)

    def show_documents(self) -> None:
        """Read the documents of the selected collection anew."""
        documents = tuple(self._collections.documents(self.state.selected)) if self.state.selected else ()
        self._tell(self.state.selected, has_chunks=any(document.chunks for document in documents))
        self._board.show(documents=documents)

    def read_whole_collection(self, question: str) -> None:
        """A question that asks about all documents goes to the page that reads them all."""
        self.reading.edit_question(question)
        self.show_page("exhaustive")

    def _tell(self, name: str, *, has_chunks: bool) -> None:
        """The pages about questions, which collection is selected."""
        self.asking.show_collection(name, has_chunks=has_chunks)
        self.reading.show_collection(name, has_chunks=has_chunks)

    def show_page(self, key: str) -> None:
        """Bring a page of the tab to the front."""
        self._board.show_page(key)

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `collection` selects, `document` and `page` open a place in it, `show` names a
        page of the tab, `path` is indexed."""
        self.refresh()
        if name := case.get("collection", ""):
            self.select_collection(name)
        if document := case.get("document", ""):
            self.open_page_of(document, int(case.get("page", "1")))
        if key := case.get("show", ""):
            self.show_page(key)
        if path := case.get("path", ""):
            self.indexing.add_paths([path])

    def open_page_of(self, document: str, page: int) -> None:
        """Show a page of a document of the selected collection, nothing marked."""
        self.asking.open_page_of(document, page)
        self.show_page("ask")
