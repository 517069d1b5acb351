"""Values of upkeep: indexes that are built anew, purged, checked, and documents that get other names."""

from pathlib import Path

from pydantic import Field

from workbench.boundary import Boundary
from workbench.rag.purged import Purged
from workbench.rag.types import ChunkSpan, CollectionRef, TextLanguage


class RebuildRequest(Boundary):
    """Build an index from what the database holds, beside the one that answers meanwhile."""

    collection: CollectionRef
    """With the new index's folder, embedder, chunking and language."""
    source: str
    """A file with one JSON object of `StoredDocument` per line; removed when it was used."""
    takes_over: tuple[str, ...] = ()
    """Folders of indexes whose vectors fit: what is undamaged in them is not embedded again."""
    keeps_chunks: bool = True
    """The chunks are those of the database; False: the text is cut anew."""


class RebuildReport(Boundary):
    documents: int
    """How many had to be embedded."""
    chunks: int
    reused: int = 0
    """Documents whose vectors were taken over."""
    spans: str
    """A file with one JSON object of `DocumentSpans` per line: the chunks of every document."""
    seconds: float | None = None
    """From the first document to the last; None where an earlier version did not time it."""


class DocumentSpans(Boundary):
    """The chunks of a document."""

    sha256: str
    spans: tuple[ChunkSpan, ...]


class IndexCopy(Boundary):
    """An index and the folder that takes its place."""

    folder: str
    new_folder: str
    dimension: int
    language: TextLanguage


class PurgeRequest(Boundary):
    """Write the indexes of a collection anew without some documents."""

    collection: str
    copies: tuple[IndexCopy, ...]
    doc_hashes: tuple[str, ...]
    """Leave the indexes."""
    document_ids: tuple[int, ...]
    """Leave the database."""
    documents: tuple[str, ...] = ()
    """What they are called."""

    @property
    def collection_folder(self) -> str:
        """The folder of the collection's indexes: nothing else is called so."""
        return Path(self.copies[0].folder).parent.name

    @property
    def purged(self) -> Purged:
        """What is gone once it was done."""
        return Purged(self.collection, frozenset(self.doc_hashes), frozenset(self.documents))


class PurgeReport(Boundary):
    documents: int
    chunks: int
    """That are left."""


class CheckRequest(Boundary):
    """Read an index from end to end."""

    collection: CollectionRef


class CheckReport(Boundary):
    files: int
    chunks: int


class RenameRequest(Boundary):
    """Call documents of an index by other names."""

    collection: CollectionRef
    names: dict[str, str]
    """Name by document hash."""
    before: dict[str, str] = Field(default_factory=dict)
    """What they are called now: what lies inside them keeps its own part of its name."""


class RenameReport(Boundary):
    documents: int
