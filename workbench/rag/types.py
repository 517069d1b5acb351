"""What the whole document room speaks of: pages, chunks, how they are cut, a collection as workers know it.

Offsets are code points in the page's text, end exclusive; pages count from 1.
"""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.embedding import EmbedderRef
from workbench.settings import ChunkerKind, RagSettings


class MarkKind(StrEnum):
    """What a part of a page is, beside running text."""

    HEADING = "heading"
    TABLE = "table"
    CODE = "code"
    REPEATED = "repeated"
    """A header, a footer or a page number: shown with the page, in no chunk."""


class PageMark(Boundary):
    """A part of a page that is more than running text."""

    kind: MarkKind
    start: int
    end: int
    level: int = 0
    """Of a heading, from 1."""
    header_end: int = 0
    """Where the rows of a table end that name its columns; 0 without such."""


class PageText(Boundary):
    """The text of one page, exactly as it is indexed and shown. Documents without pages have one page."""

    number: int = Field(ge=1)
    text: str
    marks: tuple[PageMark, ...] = ()
    """What its reader found out about its parts, in their order. Empty for Markdown, which says it itself."""
    member: str = ""
    """Which file or message inside the document it belongs to: "contracts/a.pdf" in an archive. Empty: the document."""
    member_day: date | None = None
    """When that file was changed last, as the archive says; None where nothing says it."""


class ChunkSpan(Boundary):
    """A piece of one page of a document."""

    id: str
    """Unique in its collection; the same text of the same file keeps it."""
    page: int
    start: int
    end: int
    title: str = ""
    """The headings above the chunk, "Handbook > Holidays"."""


class ChunkingConfig(Boundary):
    """How pages are cut into chunks. What is not named in an older index is what that version did."""

    chunker: ChunkerKind = ChunkerKind.SECTIONS
    chunk_tokens: int = Field(120, ge=16, le=8192)
    """Longest chunk in the embedder's tokens, its two special tokens included. Not for fixed characters."""
    overlap: int = Field(20, ge=0, le=4096)
    """Tokens, or characters where chunks are measured in them, repeated at the start of the next chunk."""
    chunk_characters: int = Field(600, ge=50, le=32_768)
    """Longest chunk in characters, for fixed characters only; shorter where the embedder sees less."""

    @model_validator(mode="after")
    def _overlap_is_smaller_than_half(self) -> Self:
        if self.overlap > self.size // 2:
            what = "chunk_characters" if self.chunker is ChunkerKind.CHARACTERS else "chunk_tokens"
            raise ValueError(f"overlap ({self.overlap}) must be at most half of {what} ({self.size})")
        return self

    def __str__(self) -> str:
        by = "" if self.chunker is ChunkerKind.SECTIONS else f" by {self.chunker.value}"
        return f"{self.size} {self.unit}{by}, overlap {self.overlap}"

    @property
    def size(self) -> int:
        """The longest chunk, in the chunker's unit."""
        return self.chunk_characters if self.chunker is ChunkerKind.CHARACTERS else self.chunk_tokens

    @property
    def unit(self) -> str:
        """What size and overlap are counted in."""
        return "characters" if self.chunker is ChunkerKind.CHARACTERS else "tokens"

    @classmethod
    def of(cls, chunker: ChunkerKind, size: int, overlap: int) -> Self:
        """A chunker with size and overlap in its own unit."""
        if chunker is ChunkerKind.CHARACTERS:
            return cls(chunker=chunker, chunk_characters=size, overlap=overlap)
        return cls(chunker=chunker, chunk_tokens=size, overlap=overlap)

    @classmethod
    def from_settings(cls, rag: RagSettings) -> Self:
        """How new collections are cut. An overlap of more than half is half."""
        size = rag.chunk_characters if rag.chunker is ChunkerKind.CHARACTERS else rag.chunk_tokens
        return cls.of(rag.chunker, size, min(rag.overlap, size // 2))


class TextLanguage(StrEnum):
    """Whose word endings and stop words the full-text index knows; `NONE` takes words as they are written."""

    NONE = "none"
    ARABIC = "Arabic"
    DANISH = "Danish"
    DUTCH = "Dutch"
    ENGLISH = "English"
    FINNISH = "Finnish"
    FRENCH = "French"
    GERMAN = "German"
    GREEK = "Greek"
    HUNGARIAN = "Hungarian"
    ITALIAN = "Italian"
    NORWEGIAN = "Norwegian"
    PORTUGUESE = "Portuguese"
    ROMANIAN = "Romanian"
    RUSSIAN = "Russian"
    SPANISH = "Spanish"
    SWEDISH = "Swedish"
    TAMIL = "Tamil"
    TURKISH = "Turkish"


class HitFilter(Boundary):
    """Where hits may come from. Nothing named: from everywhere."""

    documents: tuple[str, ...] = ()
    """Names of documents."""
    folders: tuple[str, ...] = ()
    """Folders, as the names of their documents begin: "contracts/2024"."""


class DaysAndLanguages(Boundary):
    """What a choice of documents may say that only the database can tell of them."""

    since: date | None = None
    """Only documents that were last changed on this day or later, in local time, and mails inside files that were sent
    then; in every collection that is asked."""
    until: date | None = None
    """Only documents that were last changed on this day or earlier."""
    languages: tuple[str, ...] = ()
    """Only documents in these languages, by their English names; "unknown" for those of which nobody can tell."""

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"the first day ({self.since}) is after the last ({self.until})")
        return self

    @property
    def looks_inside(self) -> bool:
        """Whether only the database can tell which documents are meant."""
        return bool(self.since or self.until or self.languages)

    def holds(self, day: date) -> bool:
        """Whether it is one of the days that are meant."""
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


class CollectionRef(Boundary):
    """What a worker gets to know of a collection."""

    name: str
    folder: str
    """Holds the index; can be rebuilt from the database at any time."""
    embedder: EmbedderRef
    chunking: ChunkingConfig = ChunkingConfig()
    chunks: int = 0
    """How many chunks the database holds; an index with another number is damaged."""
    language: TextLanguage = TextLanguage.ENGLISH
    hidden: tuple[str, ...] = ()
    """Hashes of documents that were deleted and not yet purged: they are not found."""
    only: HitFilter = HitFilter()
    """Where in this collection a question looks; what `RetrievalConfig.only` says holds as well."""


class StoredDocument(Boundary):
    """A document's text with its chunks: all that the index needs."""

    name: str
    sha256: str
    pages: tuple[PageText, ...]
    spans: tuple[ChunkSpan, ...]
    title: str = ""
    is_markdown: bool = False
