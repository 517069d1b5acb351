"""What the user does on the page Chunks: look how a document is cut, then have the index built anew that way. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.rag.chunk_preview import PREVIEW_CHUNKS, WORKER, ChunkPreview, ChunkPreviewRequest, PreviewedPage
from workbench.rag.indexing import build_spec, undo_rebuild
from workbench.rag.store import Collection
from workbench.rag.types import ChunkingConfig, StoredDocument
from workbench.rag.upkeep_types import RebuildReport
from workbench.settings import ChunkerKind
from workbench.ui.board import Board, Running, Shows
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.chunks_state import PART_CHARACTERS, ChunkSettings, ChunksState
from workbench.ui.documents.state import DocumentsState
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tried

_IMPOSSIBLE = Trouble("The overlap must be at most half of the chunk size.", "Make chunks longer or repeat less.")


class ChunksPart:
    """One document at a time is shown; the index of the whole collection is built."""

    def __init__(self, surroundings: Surroundings, refresh: Callable[[], None]) -> None:
        """`refresh` reads the collections of the tab anew."""
        self.board: Board[ChunksState, Shows[ChunksState]] = Board(ChunksState())
        self._jobs = surroundings.jobs
        self._messages = surroundings.messages
        self._collections = surroundings.collections
        self._in_background = surroundings.in_background
        self._refresh = refresh
        self._preview: JobHandle | None = None
        self._rebuild: JobHandle | None = None
        self._turn = 0
        self._read: tuple[tuple[str, str, str], StoredDocument] | None = None
        """The document that was shown last, by collection, name and hash."""

    @property
    def state(self) -> ChunksState:
        return self.board.state

    # -- what is shown ------------------------------------------------------------------------------------------------

    def follow(self, tab: DocumentsState) -> None:
        """The tab shows a collection, or another state of it."""
        documents = tuple(d for d in tab.documents if d.chunks)
        collection = tab.collection
        # Those that never answered were built to be measured.
        can_undo = any(not index.is_active and index.left_at for index in tab.indexes)
        if can_undo != self.state.can_undo:
            self.board.show(can_undo=can_undo)
        current = collection.chunking if collection else None
        if (tab.selected, documents, current) == (self.state.selected, self.state.documents, self.state.current):
            return
        is_other = tab.selected != self.state.selected
        names = [document.name for document in documents]
        document = self.state.document if not is_other and self.state.document in names else (names or [""])[0]
        before, settings = self.state, self.state.settings
        self.board.show(selected=tab.selected, documents=documents, document=document, current=current)
        # Values that nobody touched follow the index.
        if collection is not None and (is_other or settings.chunking in {None, before.current}):
            self._take_settings(collection)
        if is_other or _text_of(before) != _text_of(self.state):
            self._leave_page()
            self._look()
        elif self.state.settings != settings:
            self._look()

    def _take_settings(self, collection: Collection) -> None:
        settings = ChunkSettings.of(collection.chunking)
        self.board.show(settings=settings, largest=collection.embedder.max_tokens)

    def choose_document(self, name: str) -> None:
        if name != self.state.document:
            self.board.show(document=name)
            self._leave_page()
            self._look()

    def choose_chunker(self, chunker: ChunkerKind) -> None:
        self._change(self.state.settings.with_chunker(chunker))

    def change_size(self, size: int) -> None:
        self._change(self.state.settings.with_size(size))

    def change_overlap(self, overlap: int) -> None:
        self._change(replace(self.state.settings, overlap=overlap))

    def take_back(self) -> None:
        """The values of the index that answers."""
        if self.state.current is not None:
            self._change(ChunkSettings.of(self.state.current))

    def turn_page(self, step: int) -> None:
        """The next part of the text, or the one before."""
        page, part = self.state.page, self.state.part + step
        parts = self.state.shown.parts if self.state.shown else 1
        if part < 0 or part >= parts:
            page, part = page + step, 0
        if 1 <= page <= max(self.state.pages, 1):
            self.board.show(page=page, part=part)
            self._look()

    def _change(self, settings: ChunkSettings) -> None:
        if settings != self.state.settings:
            self.board.show(settings=settings)
            self._look()

    def _leave_page(self) -> None:
        self.board.show(page=1, part=0, shown=None, summary=None, trouble=None)

    def _look(self) -> None:
        """Cut the document with the values as they are now; an older look is not waited for."""
        self._turn += 1
        turn = self._turn
        if self._preview is not None:
            self._preview.cancel()
            self._preview = None
        state, chunking = self.state, self.state.settings.chunking
        if state.source is None:
            self.board.show(is_cutting=False)
            return
        if chunking is None:
            self.board.show(is_cutting=False, trouble=_IMPOSSIBLE)
            return
        self.board.show(is_cutting=True, trouble=None)
        self._in_background(lambda: self._preview_spec(state, chunking), lambda made: self._start_look(turn, made))

    def _preview_spec(self, state: ChunksState, chunking: ChunkingConfig) -> JobSpec | WorkbenchError:
        """Off the UI thread: a document may hold millions of characters."""
        source = state.source
        assert source is not None
        try:
            collection = self._collections.get(state.selected)
            key = (state.selected, source.name, source.sha256)
            kept = self._read
            if kept is None or kept[0] != key:
                kept = self._read = (key, self._collections.texts.document(state.selected, source.name))
        except WorkbenchError as problem:
            return problem
        request = ChunkPreviewRequest(
            document=kept[1].model_copy(update={"spans": ()}),
            embedder=collection.embedder,
            chunking=chunking,
            page=state.page,
            part=state.part,
            part_characters=PART_CHARACTERS,
        )
        return JobSpec(
            task=PREVIEW_CHUNKS,
            params=request.model_dump(mode="json"),
            title=f"Cut {source.name}",
            worker=WORKER,
        )

    def _start_look(self, turn: int, made: JobSpec | WorkbenchError) -> None:
        if turn != self._turn:
            return
        if isinstance(made, WorkbenchError):
            self.board.show(is_cutting=False, trouble=trouble_of(made))
            return
        shown: list[PreviewedPage] = []

        def heard(event: JobEvent) -> None:
            if turn != self._turn:
                return
            match event:
                case Produced(kind="PreviewedPage", item=item):
                    shown.append(PreviewedPage.model_validate(item))
                case Finished(result=result):
                    summary = ChunkPreview.model_validate(result)
                    self.board.show(is_cutting=False, shown=shown[-1] if shown else None, summary=summary)
                case Failed() | Crashed():
                    self.board.show(is_cutting=False, trouble=trouble_of(event))
                case Cancelled():
                    self.board.show(is_cutting=False)
                case _:
                    pass

        self._preview = self._jobs.submit(made, heard)

    # -- the index ----------------------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Build the index with these values beside the one that answers, which it replaces at the end."""
        name, chunking = self.state.selected, self.state.settings.chunking
        if not self.state.can_rebuild or chunking is None:
            return
        self._start(name, lambda: build_spec(self._collections, name, chunking=chunking), self._tell_rebuilt)

    def undo(self) -> None:
        """Let the index answer again that did before the last rebuild."""
        name = self.state.selected
        if self.state.can_undo and self.state.running is None:
            self._start(name, lambda: undo_rebuild(self._collections, name), self._tell_undone)

    def stop(self) -> None:
        """The index that answers goes on; a later rebuild with the same values goes on where this one was."""
        if self._rebuild is not None:
            self._rebuild.cancel()

    def _start(self, name: str, make: Callable[[], JobSpec | None], tell: Callable[[str, int], None]) -> None:
        self.board.show(running=Running("Reading the texts"), running_collection=name)

        def go_on(found: JobSpec | WorkbenchError | None) -> None:
            match found:
                case None:
                    self._over(name, lambda: tell(name, 0))
                case WorkbenchError() as problem:
                    self._over(name, lambda: self._messages.error(problem.message, problem.hint, problem.details))
                case JobSpec() as spec:
                    self._rebuild = self._jobs.submit(spec, lambda event: self._on_rebuild(name, event, tell))

        self._in_background(partial(tried, make), go_on)

    def _on_rebuild(self, name: str, event: JobEvent, tell: Callable[[str, int], None]) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self.board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self.board.show(running=Running(label, done, total))
            case Finished(result=result):
                chunks = RebuildReport.model_validate(result).chunks
                self._over(name, lambda: tell(name, chunks))
            case Failed() | Crashed():
                trouble = trouble_of(event)
                self._over(name, lambda: self._messages.error(trouble.text, trouble.hint, trouble.details))
            case Cancelled():
                self._over(
                    name, lambda: self._messages.info(f"The rebuild of “{name}” was stopped; its old index answers.")
                )
            case _:
                pass

    def _over(self, name: str, tell: Callable[[], None]) -> None:
        self._rebuild = None
        self.board.show(running=None, running_collection="")
        self._refresh()
        tell()

    def _tell_rebuilt(self, name: str, chunks: int) -> None:
        self._messages.info(f"“{name}” answers from its new index with {chunks} chunks. Undo brings the old one back.")

    def _tell_undone(self, name: str, _chunks: int) -> None:
        collection = self._collections.find(name)
        if collection is not None and name == self.state.selected:
            self._change(ChunkSettings.of(collection.chunking))
        self._messages.info(f"“{name}” answers from its earlier index again.")


def _text_of(state: ChunksState) -> tuple[str, str] | None:
    """Which text is shown."""
    return (state.source.name, state.source.sha256) if state.source else None
