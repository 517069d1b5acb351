"""What the user does with the indexes of a collection: another one answers, one goes, one is built beside. No Qt."""

from functools import partial
from pathlib import Path

from workbench.embedding import find_embedder
from workbench.jobs.spec import JobSpec
from workbench.rag.embedders import EmbedderOnDisk, list_embedders
from workbench.rag.index_store import CollectionIndex
from workbench.rag.indexing import build_spec, switch_spec
from workbench.rag.types import ChunkingConfig, TextLanguage
from workbench.ui.documents.board import Board, Surroundings
from workbench.ui.documents.spec_part import SpecPart, Tab


class IndexesPart(SpecPart):
    def __init__(self, surroundings: Surroundings, board: Board, tab: Tab) -> None:
        super().__init__(surroundings, board, tab)
        self._is_listing = False

    def list_embedders(self) -> None:
        """Find what could build an index; hashing a new one takes a moment."""
        if self._is_listing:
            return
        self._is_listing = True
        settings = self._settings()
        folders = [self._collections.paths.models, *map(Path, settings.llm.model_folders)]

        def show(found: tuple[EmbedderOnDisk, ...]) -> None:
            self._is_listing = False
            self._board.show(embedders=found)

        self._in_background(partial(list_embedders, folders), show)

    def switch_to(self, index: CollectionIndex) -> None:
        """Let another index answer; what changed since it answered last is brought up to date before."""
        name = self._board.state.selected
        done = f"“{name}” is answered by another index now. The one before stays and can be taken back."
        self._start(
            name,
            partial(switch_spec, self._collections, name, index.id),
            lambda event: self._tell_end(event, done, "The index was not changed."),
            otherwise=partial(self._messages.info, done),
        )

    def go_back(self) -> None:
        """Let the index answer that did before the last change."""
        earlier = [index for index in self._board.state.indexes if not index.is_active]
        if earlier:
            self.switch_to(earlier[0])

    def drop(self, index: CollectionIndex) -> None:
        """Confirmed: an index that does not answer goes, with the space it takes."""
        self._write(partial(self._collections.indexes.drop, self._board.state.selected, index.id))

    def rebuild(self, chunking: ChunkingConfig, embedder: str, language: TextLanguage) -> None:
        """Build an index with other settings beside the one that answers; it answers when it is ready.

        `embedder` is a folder; empty: the one that the collection has.
        """
        name = self._board.state.selected
        done = f"“{name}” is answered by the new index. The one before stays: you can go back to it under Indexes."
        kept = "Building was stopped; the index that answered still does. The same settings go on from there."

        def make_spec() -> JobSpec:
            ref = find_embedder(embedder) if embedder else None
            return build_spec(self._collections, name, chunking=chunking, embedder=ref, language=language)

        self._start(name, make_spec, lambda event: self._tell_end(event, done, kept))
