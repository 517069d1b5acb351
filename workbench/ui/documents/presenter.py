"""Decides what happens around the pages of the Documents tab. No Qt."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from workbench.rag.bundles.types import SUFFIX
from workbench.rag.health import look_at
from workbench.rag.purged import Purged
from workbench.rag.store import Collection
from workbench.ui.documents.asking_part import AskingPart
from workbench.ui.documents.board import Board, Surroundings, View
from workbench.ui.documents.bundles_part import BundlesPart
from workbench.ui.documents.collections_part import CollectionsPart
from workbench.ui.documents.exhaustive_part import ExhaustivePart
from workbench.ui.documents.files_part import FilesPart
from workbench.ui.documents.indexes_part import IndexesPart
from workbench.ui.documents.indexing_part import IndexingPart
from workbench.ui.documents.reading import Reading, read
from workbench.ui.documents.state import NO_CONTENTS, Contents, DocumentsState, Purpose, Totals
from workbench.ui.protocols import Later

SHOW_SECONDS = 0.15
"""Progress is shown at most so often: a folder of thousands of files speaks thousands of times."""
READ_SECONDS = 1.0
"""While a job runs, its documents are read anew at most so often."""


class DocumentsPresenter:
    """Which collection is selected. The parts do the rest: `management` with collections, `indexing` with files that
    are added, `files` with those that are there, `indexes`, `asking` with questions and places in documents, `reading`
    with questions to the whole collection. Methods are named after what the user did."""

    def __init__(self, surroundings: Surroundings, later: Later) -> None:
        self._board = Board()
        self._collections = surroundings.collections
        self._jobs = surroundings.jobs
        self._in_background = surroundings.in_background
        self._later = later
        self._is_reading = self._reads_again = self._is_looking = False
        self._shown_at = self._read_at = 0.0
        self._after_reading: list[Callable[[], None]] = []
        self.asking = AskingPart(surroundings)
        self.reading = ExhaustivePart(surroundings)
        self.indexing = IndexingPart(surroundings, self._board, self)
        self.files = FilesPart(surroundings, self._board, self, self.indexing)
        self.indexes = IndexesPart(surroundings, self._board, self)
        self.bundles = BundlesPart(surroundings, self._board, self)
        self.management = CollectionsPart(surroundings, self._board, self)

    @property
    def state(self) -> DocumentsState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self._jobs.subscribe(self._on_work)
        self._jobs.on_purge(self._on_purge)
        self.asking.start()
        self._board.show(work=self._jobs.all_work())
        self.refresh()

    def come_back(self) -> None:
        """The tab is shown again: what it offers may have changed meanwhile."""
        self.asking.offer_adapters()
        self.reading.offer_adapters()
        self.refresh()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the collections anew; another tab or the command line may have changed them."""
        if self._is_reading:
            self._reads_again = True
            return
        self._is_reading = True
        self._in_background(partial(read, self._collections, self.state.selected, self.state.rows), self._on_read)

    def _on_read(self, reading: Reading) -> None:
        self._is_reading = False
        self._read_at = time.monotonic()
        if self._reads_again:
            self._reads_again = False
            self.refresh()
            return
        # Together: whether there is something to ask decides which page the view turns to.
        self._tell(reading.selected, reading.contents)
        self.asking.keep_only({collection.name for collection in reading.collections})
        self.asking.settings.take(reading.selected, reading.search)
        self._board.show(
            collections=reading.collections,
            deleted=reading.deleted,
            selected=reading.selected,
            documents=reading.documents,
            removed=reading.removed,
            rows=reading.rows,
            totals=reading.totals,
            indexes=reading.indexes,
            files_at_work=self._jobs.files(reading.selected),
            is_reading=False,
        )
        waiting, self._after_reading = self._after_reading, []
        for action in waiting:
            action()
        self._look()

    def _look(self) -> None:
        """What the disk says of the collections. A drive that hangs holds up nothing but this."""
        if self._is_looking:
            return
        self._is_looking = True
        collections = self.state.collections

        def look() -> dict[str, object]:
            outdated = self._collections.rereading.outdated
            return {one.name: look_at(one, len(outdated(one.name))) for one in collections}

        def show(conditions: dict[str, object]) -> None:
            self._is_looking = False
            if conditions != self.state.conditions:
                self._board.show(conditions=conditions)

        self._in_background(look, show)

    def _on_work(self, name: str) -> None:
        """A job on a collection began, ended, or is further."""
        known, now = self.state.work.get(name, ()), self._jobs.work(name)
        if len(known) != len(now):
            self._show_work()
            self.refresh()
        elif time.monotonic() - self._shown_at > SHOW_SECONDS:
            self._show_work()
        else:
            self._later("work", SHOW_SECONDS, self._show_work)
        if name == self.state.selected and now and time.monotonic() - self._read_at > READ_SECONDS:
            self._read_at = time.monotonic()
            self.refresh()

    def _on_purge(self, purged: Purged) -> None:
        """Documents are gone for good: what quotes them goes from the pages as it goes from the database."""
        self.asking.forget_documents(purged)
        self.asking.places.forget(purged)
        self.asking.settings.forget_documents(purged)
        if purged.collection == self.state.selected:
            self.reading.forget_documents(purged)
            self.refresh()

    def _show_work(self) -> None:
        self._shown_at = time.monotonic()
        self._board.show(work=self._jobs.all_work(), files_at_work=self._jobs.files(self.state.selected))

    # -- what the user did ------------------------------------------------------------------------------------------

    def select_collection(self, name: str) -> None:
        """Show another collection."""
        if name != self.state.selected:
            self._select(name, NO_CONTENTS)

    def _select(self, name: str, contents: Contents) -> None:
        """`contents` are those that are known before it has been read."""
        self._tell(name, contents)
        self._board.show(
            selected=name,
            documents=(),
            removed=(),
            rows=(),
            totals=Totals(),
            indexes=(),
            files_at_work={},
            is_reading=True,
            naming=None,
            is_exporting=False,
        )
        self.refresh()

    def select_renamed(self, before: str, name: str) -> None:
        """A collection is called so now; what was found in it stays."""
        self.reading.take_new_name(before, name)
        self._select(name, self.reading.state.contents if before == self.state.selected else NO_CONTENTS)

    def give_name(self, name: str) -> None:
        """The name that was asked for."""
        naming = self.state.naming
        is_other = naming is not None and naming.purpose in {Purpose.DUPLICATE, Purpose.IMPORT}
        (self.bundles.give_name if is_other else self.management.give_name)(name)

    def add_paths(self, paths: Sequence[str]) -> None:
        """What was dropped: exported collections are imported, everything else is indexed."""
        exported = [path for path in paths if path.endswith(SUFFIX)]
        self.bundles.import_files(exported)
        self.indexing.add_paths([path for path in paths if path not in exported])

    def after_reading(self, action: Callable[[], None]) -> None:
        """Do something once what is selected has been read."""
        if self._is_reading:
            self._after_reading.append(action)
        else:
            action()

    def find(self, name: str) -> Collection | None:
        """The collection of that name, as it is shown."""
        return next((collection for collection in self.state.collections if collection.name == name), None)

    def read_whole_collection(self, question: str) -> None:
        """A question that asks about all documents goes to the page that reads them all."""
        self.reading.edit_question(question)
        self.show_page("exhaustive")

    def _tell(self, name: str, contents: Contents) -> None:
        """The pages about questions, which collection is selected."""
        self.asking.show_collection(name, has_chunks=contents.has_chunks)
        self.reading.show_collection(name, contents)

    def show_page(self, key: str) -> None:
        """Bring a page of the tab to the front."""
        self._board.show_page(key)

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `collection` selects, `document` and `page` open a place in it, `show` names a
        page of the tab, `path` is indexed; `question` is searched for, with `mode`, `top_k` and `reranker` where they
        are named."""
        if name := case.get("collection", ""):
            self.select_collection(name)
        self.refresh()
        self.after_reading(partial(self._open_in_selected, case))

    def _open_in_selected(self, case: dict[str, str]) -> None:
        if document := case.get("document", ""):
            self.open_page_of(document, int(case.get("page", "1")))
        if question := case.get("question", ""):
            known = {name: case[name] for name in ("mode", "top_k", "reranker") if name in case}
            self.asking.take_question(question, **known)
            self.show_page("ask")
        if key := case.get("show", ""):
            self.show_page(key)
        if path := case.get("path", ""):
            self.indexing.add_paths([path])

    def open_page_of(self, document: str, page: int) -> None:
        """Show a page of a document of the selected collection, nothing marked."""
        self.asking.open_page_of(document, page)
        self.show_page("ask")
