"""What stands in an exported collection, and what the jobs are given that write and read one."""

from pydantic import Field

from workbench.boundary import Boundary
from workbench.embedding import Precision
from workbench.rag.types import ChunkingConfig, CollectionRef, TextLanguage
from workbench.rag.upkeep_types import RebuildReport

FORMAT = "llm-workbench-collection"
VERSION = 3
MANIFEST, DOCUMENTS, VECTORS, VECTOR_ORDER = "manifest.json", "documents.jsonl", "vectors.f32", "vectors.jsonl"
KNOWLEDGE = "knowledge.json"
"""Judgements, test sets and measurements: `knowledge.Knowledge`."""
SUFFIX = ".collection.zip"
"""How the files are called."""


class Member(Boundary):
    """A file inside the bundle."""

    size_bytes: int = Field(ge=0)
    sha256: str


class EmbedderNote(Boundary):
    """The embedder that built the index; its files are not in the bundle."""

    name: str
    content_hash: str
    precision: Precision
    dimension: int = Field(ge=1, le=65536)
    max_tokens: int = Field(ge=16)

    @property
    def identity(self) -> str:
        """As `EmbedderRef.identity`."""
        return f"{self.content_hash}:{self.precision.value}"


class Manifest(Boundary):
    """What the bundle holds."""

    format: str
    version: int
    program: str
    """The version of the program that wrote it."""
    name: str
    created: str
    language: TextLanguage
    chunking: ChunkingConfig
    embedder: EmbedderNote
    documents: int = Field(ge=0)
    chunks: int = Field(ge=0)
    sources: tuple[str, ...] = ()
    """Files and folders that were kept in sync; empty where it was left out where the files lie."""
    exclusions: tuple[str, ...] = ()
    """SHA-256 of the paths that the user deleted from the collection."""
    files: dict[str, Member]
    """By name."""


class VectorsOf(Boundary):
    """Whose vectors follow in the file of vectors: float32, little end first, one after the other."""

    sha256: str
    """Of the document."""
    chunks: tuple[str, ...]
    """Ids of its chunks, in the order of their vectors."""


class ExportRequest(Boundary):
    """Write a collection into one file."""

    collection: CollectionRef
    source: str
    """A file with one JSON object of `FileIndexed` per line; removed when it was used."""
    target: str
    knowledge: str = ""
    """A file with `Knowledge` as JSON; removed when it was used."""
    with_vectors: bool = False
    program: str
    created: str
    sources: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()


class ExportReport(Boundary):
    path: str
    documents: int
    chunks: int
    vectors: int
    """Documents whose vectors are in it."""
    size_bytes: int


class ImportRequest(Boundary):
    """Read a collection in from one file."""

    bundle: str
    collection: CollectionRef
    """With the folder that its index is built in, and the embedder of this computer."""
    keeps_chunks: bool = True
    """False: the text is cut anew, because the embedder is another one."""
    sources: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()


class ImportReport(Boundary):
    documents: str
    """A file with one JSON object of `FileIndexed` per line, checked."""
    count: int
    knowledge: str = ""
    """A file with `Knowledge` as JSON, checked; empty where none came along."""
    rebuild: RebuildReport
    vectors: int
    """Documents whose vectors were taken over."""


class DuplicateRequest(Boundary):
    """Copy a collection inside the database and its index on the disk."""

    source_id: int
    name: str
    folder: str
    """Of the copy, below the folder of all collections."""
    index_folder: str
    new_index_folder: str
    dimension: int
    language: TextLanguage
    without: tuple[str, ...] = ()
    """Hashes of documents that were removed and may come back: they stay behind."""


class DuplicateReport(Boundary):
    chunks: int
