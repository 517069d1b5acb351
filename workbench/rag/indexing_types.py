"""Values of indexing: what a worker is told of files and folders, and what it says of each."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from workbench.boundary import Boundary
from workbench.rag.reasons import ReasonCode
from workbench.rag.types import ChunkSpan, CollectionRef, PageText


class DocumentStatus(StrEnum):
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REMOVED = "removed"
    RENAMED = "renamed"


class FileIndexed(Boundary):
    """What became of one file. With status indexed its rows are in the index, durably, before this is said."""

    path: str
    name: str
    """The document's name in the collection: the path below the folder that was added."""
    status: DocumentStatus
    sha256: str = ""
    pages: int = 0
    chunks: int = 0
    reason: str = ""
    reason_code: ReasonCode = ReasonCode.NONE
    """The reason as a word that a program can act on."""
    title: str = ""
    file_type: str = ""
    encoding: str = ""
    language: str | None = None
    """English name of the language that the text is written in; empty where that cannot be told."""
    warnings: tuple[str, ...] = ()
    reader: str = ""
    """`reasons.READER_VERSION` of the reader; empty: an earlier version that did not say."""
    size_bytes: int = 0
    modified_ns: int = 0
    file_state: str = ""
    """What the file system said of it when its hash was taken; empty when that may miss a change."""
    is_markdown: bool = False
    renamed_from: str = ""
    """With status renamed: the path it had before. Its chunks and vectors stay."""
    texts: tuple[PageText, ...] = ()
    spans: tuple[ChunkSpan, ...] = ()
    duplicate_of: str = ""
    """The name of the document with the same content that is indexed instead."""

    @property
    def characters(self) -> int:
        """Code points of its text."""
        return sum(len(page.text) for page in self.texts)


class FileStates(Boundary):
    """What the file system says of unchanged files whose hash had to be taken: the next look need not read them."""

    states: dict[str, str]
    """`file_state` by path."""


class KnownDocument(Boundary):
    """What the database knows of a document, for a worker that decides what changed."""

    path: str
    name: str
    sha256: str
    chunks: int
    pages: int = 0
    duplicate_of: str = ""
    file_state: str = ""
    is_deleted: bool = False
    """Deleted by the user and not yet purged: its file is left out."""


class FailedFile(Boundary):
    """A file that could not be read when it was looked at last."""

    path: str
    file_state: str = ""
    """What the file system said of it then, and the reader's version; empty when that may miss a change."""
    reason_code: ReasonCode = ReasonCode.OTHER


class TextRecognition(Boundary):
    """Whether and how the text of scanned pages and pictures is recognised (OCR)."""

    is_on: bool = False
    languages: str = Field("eng", pattern=r"^[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)*$")
    """As the recognition program calls them, "eng+deu"."""
    seconds_per_file: float = Field(300.0, gt=0)
    """Recognition takes seconds for every page."""


class IndexRequest(Boundary):
    model_config = ConfigDict(hide_input_in_errors=True)  # a message about a bad request must not tell passwords

    collection: CollectionRef
    sources: tuple[str, ...]
    """Absolute files and folders; folders with all that is below them."""
    known: tuple[KnownDocument, ...] = ()
    """All documents of the collection."""
    data_folder: str = ""
    """The program's own files, which are left out."""
    projects_folder: str = ""
    """Inside it: the user's copies of sample projects, which are not."""
    excluded: tuple[str, ...] = ()
    """SHA-256 of paths that the user deleted from the collection; a source that names one itself is indexed."""
    index_state: str = ""
    """`journal.state_of` the index when `known` was read; empty: not compared."""
    recognition: TextRecognition = TextRecognition()
    failed: tuple[FailedFile, ...] = ()
    """Files that could not be read before: those that are gone are forgotten."""
    read_again: tuple[str, ...] = ()
    """Paths of documents that are read anew although their files have not changed."""
    tries_failed_again: bool = True
    """Also those that have not changed since; what may pass by itself is tried again in any case."""
    roots: tuple[str, ...] = ()
    """Folders of the collection: a single file below one is called by its path in it."""
    passwords: dict[str, str] = Field(default_factory=dict, repr=False)
    """By absolute path of an encrypted file, or of a folder for all below it. Kept in memory only, never written."""


class IndexReport(Boundary):
    collection: str
    indexed: int = 0
    unchanged: int = 0
    failed: int = 0
    removed: int = 0
    renamed: int = 0
    chunks: int = 0
    """Chunks added by this run."""
    changed: int = 0
    """How many of the indexed ones take the place of an older state."""
    seconds: float = 0.0

    def __str__(self) -> str:
        parts = [f"{self.indexed} indexed", f"{self.unchanged} unchanged"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.removed} removed"] if self.removed else []
        parts += [f"{self.renamed} renamed"] if self.renamed else []
        return f"{', '.join(parts)} ({self.chunks} new chunks)"


class FileStage(StrEnum):
    """Where a file is on its way into the index."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"


class FilesAt(Boundary):
    """Files that came to a stage; nothing of it is kept."""

    stage: FileStage
    files: dict[str, str]
    """Name in the collection by path."""


class SyncReport(Boundary):
    """What a look at files and folders found."""

    at: str
    """When it ended: ISO 8601 in UTC."""
    added: int = 0
    changed: int = 0
    gone: int = 0
    renamed: int = 0
    failed: int = 0
    build_seconds: float | None = None
    """What building the index has taken so far, all syncs that indexed something together, or its last rebuilding;
    None where a part of it was made without being timed."""

    def __str__(self) -> str:
        counts = {"added": self.added, "changed": self.changed, "gone": self.gone, "renamed": self.renamed}
        parts = [f"{count:,} {word}" for word, count in counts.items() if count]
        parts += [f"{self.failed:,} could not be read"] if self.failed else []
        return ", ".join(parts) or "nothing changed"


class Skipped(Boundary):
    """Something below an added folder that is not even tried."""

    path: str
    reason: str
