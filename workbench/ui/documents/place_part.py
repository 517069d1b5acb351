"""The place in a document that is open beside questions and findings. No Qt."""

import base64
from collections.abc import Callable
from dataclasses import replace

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec
from workbench.rag.answer_types import Citation
from workbench.rag.document_store import SourceDocument
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.members import is_in, is_named_pdf
from workbench.rag.page_images import PAGE_IMAGE, WORKER, PageImageReport, PageImageRequest
from workbench.rag.purged import Purged
from workbench.rag.search_types import FoldedHit, Hit
from workbench.ui.documents.asking_state import PagePicture, Place
from workbench.ui.documents.board import Surroundings
from workbench.ui.trouble import Trouble


class PlacePart:
    """Opens places, turns pages, draws them. What is open is kept by whoever shows it."""

    def __init__(
        self,
        surroundings: Surroundings,
        show: Callable[[Place | None, Trouble | None], None],
        shown: Callable[[], Place | None],
        selected: Callable[[], str],
    ) -> None:
        """`show` a place, or why it cannot be opened; `shown` is the one that is open, `selected` the collection that
        places without a collection belong to."""
        self._jobs = surroundings.jobs
        self._collections = surroundings.collections
        self._show = show
        self._shown = shown
        self._selected = selected
        self._turn = 0

    def open_place(self, place: Hit | Citation | FoldedHit) -> None:
        """Show a passage in its document: the picture of the page for a PDF, else the text."""
        said = "" if isinstance(place, FoldedHit) else place.text
        name = place.collection or self._selected()
        self._open(name, place.document, place.page, place.start, place.end, said=said)

    def open_page_of(self, document: str, page: int) -> None:
        """A page of a document by its name, nothing marked."""
        self._open(self._selected(), document, page, 0, 0)

    def open_document(self, document: SourceDocument) -> None:
        """The first page of a document, nothing marked."""
        if document.pages:
            self.open_page_of(document.name, 1)

    def turn_page(self, by: int) -> None:
        """The page before or after; nothing is marked there."""
        place = self._shown()
        if place is not None and 1 <= place.page + by <= place.pages:
            self._open(place.collection, place.document, place.page + by, 0, 0, wants_text=place.wants_text)

    def prefer_text(self, wants_text: bool) -> None:
        place = self._shown()
        if place is not None:
            self._show(replace(place, wants_text=wants_text), None)

    def forget(self, purged: Purged) -> None:
        """These documents are gone for good: what is open of them is closed."""
        place = self._shown()
        if place is None or place.collection != purged.collection:
            return
        if any(is_in(place.document, name) for name in purged.names):
            self.leave()
            self._show(None, None)

    def leave(self) -> None:
        """Another collection: what is being drawn is not shown any more."""
        self._turn += 1

    def _open(
        self, collection: str, name: str, page: int, start: int, end: int, *, said: str = "", wants_text: bool = False
    ) -> None:
        """`said` is what stood there when it was found; empty: nobody knows."""
        try:
            located = self._collections.members.locate(collection, name)
            document = self._collections.documents.find(collection, located.document if located else name)
            text = self._collections.texts.page(collection, name, page)
        except WorkbenchError as problem:
            self._show(None, Trouble(problem.message, problem.hint))
            return
        pages, shown = (located.pages, located.name) if located else (document.pages, document.name)
        place = Place(shown, page, start, end, text, pages, collection=collection, wants_text=wants_text)
        if said and text[start:end] != said:
            place = _found_again(place, said)
        self._draw(document, located.member if located else "", place)

    def _draw(self, document: SourceDocument, member: str, place: Place) -> None:
        self._turn += 1
        turn = self._turn
        if not (is_named_pdf(member) if member else document.file_type == "PDF"):
            self._show(place, None)
            return
        self._show(replace(place, is_loading=True), None)
        wanted = WantedPage(
            page=place.page,
            start=place.start,
            end=place.end,
            sha256=document.sha256,
            member=member,
            text=place.text if member else "",
        )
        request = PageImageRequest(path=document.path, name=document.name, wanted=wanted)

        def heard(event: JobEvent) -> None:
            if turn == self._turn:
                self._on_picture(event)

        title = f"Show {place.document}, page {place.page}"
        params = request.model_dump(mode="json")
        self._jobs.submit(JobSpec(task=PAGE_IMAGE, params=params, title=title, worker=WORKER), heard)

    def _on_picture(self, event: JobEvent) -> None:
        place = self._shown()
        if place is None:
            return
        match event:
            case Finished(result=result):
                image = PageImageReport.model_validate(result)
                picture = PagePicture(base64.b64decode(image.png), image.boxes)
                self._show(replace(place, picture=picture, is_loading=False), None)
            case Failed(message=message, hint=hint):
                self._show(replace(place, is_loading=False, note=f"{place.note} {message} {hint}".strip()), None)
            case Crashed(message=message):
                self._show(replace(place, is_loading=False, note=f"{place.note} {message}".strip()), None)
            case Cancelled():
                self._show(replace(place, is_loading=False), None)
            case _:
                pass


def _found_again(place: Place, said: str) -> Place:
    """Where a passage stands now that its document was read anew since; nothing is marked where that is nowhere."""
    start = place.text.find(said)
    if start >= 0:
        return replace(place, start=start, end=start + len(said))
    note = "The document was changed since: this passage does not stand on this page any more."
    return replace(place, start=0, end=0, note=note)
