"""Everything that the page Chunks shows. No Qt."""

from dataclasses import dataclass, replace

from pydantic import ValidationError

from workbench.rag.chunk_preview import ChunkPreview, PreviewedPage
from workbench.rag.document_store import SourceDocument
from workbench.rag.types import ChunkingConfig
from workbench.settings import ChunkerKind
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble

PART_CHARACTERS = 30_000
"""So much text of a page is shown at once."""


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """What the fields say; it need not be possible."""

    chunker: ChunkerKind = ChunkerKind.STRUCTURE
    tokens: int = 120
    characters: int = 600
    overlap: int = 20

    @classmethod
    def of(cls, chunking: ChunkingConfig) -> "ChunkSettings":
        return cls(chunking.chunker, chunking.chunk_tokens, chunking.chunk_characters, chunking.overlap)

    @property
    def size(self) -> int:
        return self.characters if self.chunker is ChunkerKind.CHARACTERS else self.tokens

    @property
    def unit(self) -> str:
        return "characters" if self.chunker is ChunkerKind.CHARACTERS else "tokens"

    @property
    def chunking(self) -> ChunkingConfig | None:
        """None where no chunks can be made of it."""
        try:
            return ChunkingConfig.of(self.chunker, self.size, self.overlap)
        except ValidationError:
            return None

    def with_size(self, size: int) -> "ChunkSettings":
        """In the chunker's unit; an overlap that is too large then becomes half of it."""
        changed = replace(self, characters=size) if self.unit == "characters" else replace(self, tokens=size)
        return replace(changed, overlap=min(changed.overlap, size // 2))

    def with_chunker(self, chunker: ChunkerKind) -> "ChunkSettings":
        """The overlap keeps its share of the chunk: 20 of 120 tokens are 100 of 600 characters."""
        changed = replace(self, chunker=chunker)
        overlap = round(self.overlap * changed.size / self.size) if changed.unit != self.unit else self.overlap
        return replace(changed, overlap=min(overlap, changed.size // 2))


@dataclass(frozen=True, slots=True)
class ChunksState:
    selected: str = ""
    """The collection."""
    documents: tuple[SourceDocument, ...] = ()
    """Those that hold text."""
    document: str = ""
    """The name of the one that is shown."""
    page: int = 1
    part: int = 0
    """Of a page that is too long to be shown at once, from 0."""
    settings: ChunkSettings = ChunkSettings()
    current: ChunkingConfig | None = None
    """What the index that answers was built with."""
    largest: int = 256
    """Tokens that the embedder sees."""
    can_undo: bool = False
    shown: PreviewedPage | None = None
    summary: ChunkPreview | None = None
    is_cutting: bool = False
    trouble: Trouble | None = None
    running: Running | None = None
    """The rebuild."""
    running_collection: str = ""

    @property
    def source(self) -> SourceDocument | None:
        return next((d for d in self.documents if d.name == self.document), None)

    @property
    def pages(self) -> int:
        return self.source.pages if self.source else 0

    @property
    def has_before(self) -> bool:
        return self.page > 1 or self.part > 0

    @property
    def has_more(self) -> bool:
        return self.page < self.pages or (self.shown is not None and self.part + 1 < self.shown.parts)

    @property
    def is_as_indexed(self) -> bool:
        return self.settings.chunking == self.current

    @property
    def can_rebuild(self) -> bool:
        is_possible = self.settings.chunking is not None and self.trouble is None
        return is_possible and not self.is_as_indexed and self.running is None and bool(self.documents)

    @property
    def in_words(self) -> str:
        """ "42 chunks of 31 to 118 tokens, 96 on average. The index has 38 of this document." """
        if self.summary is None:
            return ""
        source = self.source
        if self.is_as_indexed or source is None:
            return f"{self.summary} So it is indexed now."
        return f"{self.summary} The index has {source.chunks} of this document."
