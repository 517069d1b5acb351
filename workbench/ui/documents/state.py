"""What the Documents tab shows: the collections, and everything about the one that is selected. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.rag.collection_jobs import CollectionWork, FileAtWork
from workbench.rag.document_store import SourceDocument
from workbench.rag.embedders import EmbedderOnDisk
from workbench.rag.health import Condition, Verdict, judge
from workbench.rag.index_store import CollectionIndex
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.lifecycle import DeletedCollection
from workbench.rag.store import Collection
from workbench.rag.types import ChunkingConfig
from workbench.ui.board import Running
from workbench.ui.documents.file_rows import FileRow

_NOTHING_KNOWN = Condition()


class Purpose(StrEnum):
    """What a name is asked for."""

    NEW = "new"
    RENAME = "rename"
    DUPLICATE = "duplicate"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Naming:
    """A name is being asked for."""

    purpose: Purpose
    wished: str = ""
    """What the field holds at first."""
    trouble: str = ""
    file: str = ""
    """What is imported."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Over the documents of a collection."""

    readable: int = 0
    failed: int = 0
    chunks: int = 0
    characters: int = 0


_NO_TOTALS = Totals()


@dataclass(frozen=True, slots=True)
class Contents:
    """What the index of a collection holds; while this is the same, its passages are the same."""

    embedder: str = ""
    """Identity of the one that answers."""
    chunking: ChunkingConfig | None = None
    documents: frozenset[tuple[str, str, int]] = frozenset()
    """(name, SHA-256, chunks)"""

    @property
    def has_chunks(self) -> bool:
        return any(chunks for _, _, chunks in self.documents)


NO_CONTENTS = Contents()


@dataclass(frozen=True, slots=True)
class DocumentsState:
    collections: tuple[Collection, ...] = ()
    selected: str = ""
    is_reading: bool = False
    """What the database holds of the selected collection is not there yet."""
    documents: tuple[SourceDocument, ...] = ()
    """Of the selected collection; those that were removed are not among them."""
    removed: tuple[SourceDocument, ...] = ()
    """Documents of it that can come back."""
    rows: tuple[FileRow, ...] = ()
    """Both of them, as they are listed."""
    totals: Totals = _NO_TOTALS
    indexes: tuple[CollectionIndex, ...] = ()
    """Of it, the one that answers first."""
    deleted: tuple[DeletedCollection, ...] = ()
    """Collections that can come back, the one that was deleted last first."""
    work: Mapping[str, tuple[CollectionWork, ...]] = field(default_factory=dict)
    """What is being done, by collection."""
    files_at_work: Mapping[str, FileAtWork] = field(default_factory=dict)
    """By path: files of the selected collection that a job has before it."""
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    """What the disk says, by collection; missing until somebody looked."""
    naming: Naming | None = None
    is_exporting: bool = False
    """What goes into the file is being asked."""
    embedders: tuple[EmbedderOnDisk, ...] | None = None
    """What could build an index; None until somebody looked."""

    @property
    def collection(self) -> Collection | None:
        return next((c for c in self.collections if c.name == self.selected), None)

    @property
    def has_chunks(self) -> bool:
        return self.totals.chunks > 0

    def told_work(self, name: str) -> CollectionWork | None:
        """What is being done with a collection, as far as people are told of it."""
        return next((work for work in self.work.get(name, ()) if work.is_told), None)

    @property
    def running_collection(self) -> str:
        """The collection whose work the strip shows: the selected one before others."""
        return next((name for name in (self.selected, *self.work) if self.told_work(name)), "")

    @property
    def running(self) -> Running | None:
        """What is being done with it; the title of a job names the collection itself."""
        name = self.running_collection
        if (work := self.told_work(name)) is None:
            return None
        return Running(f"{name}: {work.label}" if work.label else work.title, work.done, work.total)

    def verdict(self, collection: Collection) -> Verdict:
        """How a collection is."""
        is_mending = any(work.is_mending for work in self.work.get(collection.name, ()))
        return judge(collection, self.conditions.get(collection.name, _NOTHING_KNOWN), is_mending=is_mending)

    @property
    def summary(self) -> str:
        """ "12 documents · 340 chunks · 2 could not be read"."""
        found = self.totals
        parts = [
            f"{found.readable:,} document{'' if found.readable == 1 else 's'}",
            f"{found.chunks:,} chunk{'' if found.chunks == 1 else 's'}",
        ]
        parts += [f"{found.failed:,} could not be read"] if found.failed else []
        return " · ".join(parts)


def count(documents: Sequence[SourceDocument]) -> Totals:
    """Over thousands of documents: not on the UI thread."""
    return Totals(
        readable=sum(d.status is DocumentStatus.INDEXED for d in documents),
        failed=sum(d.status is DocumentStatus.FAILED for d in documents),
        chunks=sum(d.chunks for d in documents),
        characters=sum(d.characters for d in documents),
    )


def contents_of(collection: Collection, documents: Sequence[SourceDocument]) -> Contents:
    """Of these documents of it. Over thousands of them: not on the UI thread."""
    return Contents(
        embedder=collection.embedder.identity,
        chunking=collection.chunking,
        documents=frozenset((d.name, d.sha256, d.chunks) for d in documents if d.chunks),
    )
