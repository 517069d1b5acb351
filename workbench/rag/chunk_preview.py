"""How a document of a collection would be cut with other settings: nothing is written."""

from collections.abc import Iterator, Sequence

from pydantic import Field

from workbench.boundary import Boundary
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.chunking import Chunker
from workbench.rag.chunking.zones import read_marks
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, ChunkSpan, MarkKind, PageText, StoredDocument

PREVIEW_CHUNKS = "workbench.rag.chunk_preview:preview_chunks"
WORKER = "chunks"
"""Warm: the next change of a value finds the tokenizer loaded."""


class ChunkPreviewRequest(Boundary):
    document: StoredDocument
    """Its spans are of no use here."""
    embedder: EmbedderRef
    chunking: ChunkingConfig
    page: int = Field(0, ge=0)
    """The page whose chunks are produced, from 1; 0: all of them."""
    part: int = Field(0, ge=0)
    """Which part of that page, from 0, where `part_characters` cuts it into several to look at."""
    part_characters: int = Field(0, ge=0)
    """0: pages whole, however long they are."""


class PreviewedChunk(Boundary):
    number: int
    """From 1, in reading order through the document."""
    start: int
    end: int
    """Code points of the page's text, end exclusive."""
    tokens: int
    title: str = ""
    """The headings above it; of a table that was cut also the names of its columns."""


class PreviewedPage(Boundary):
    """A page with its chunks."""

    number: int
    text: str
    offset: int = 0
    """Where the text begins in its page, when it is a part of it."""
    parts: int = 1
    chunks: tuple[PreviewedChunk, ...] = ()
    left_out: tuple[tuple[int, int], ...] = ()
    """What repeats on every page and is in no chunk."""


class ChunkPreview(Boundary):
    """What the whole document would become."""

    chunks: int
    shortest: int = 0
    """In tokens of the embedder, as are the others."""
    longest: int = 0
    mean: float = 0.0

    def __str__(self) -> str:
        if not self.chunks:
            return "No chunks."
        if self.chunks == 1:
            return f"1 chunk of {self.longest} tokens."
        return f"{self.chunks} chunks of {self.shortest} to {self.longest} tokens, {self.mean:.0f} on average."


def preview_chunks(context: JobContext, request: ChunkPreviewRequest) -> ChunkPreview:
    """Cut a document and count; produces PreviewedPage for the pages asked for.

    Raises WorkbenchError: no such page, chunks longer than the embedder sees.
    """
    document = request.document
    if request.page and all(page.number != request.page for page in document.pages):
        raise WorkbenchError(f"{document.name} has no page {request.page}.", hint=f"It has {len(document.pages)}.")
    chunker = Chunker(request.chunking, request.embedder)
    context.progress(0, 0, f"Cutting {document.name}")
    parsed = Parsed(pages=document.pages, title=document.title, is_markdown=document.is_markdown)
    spans = chunker.chunk(parsed, document.name, document.sha256)
    texts = {page.number: page.text for page in document.pages}
    lengths: list[int] = []
    for number, span in enumerate(spans):
        if number % 256 == 0:
            context.progress(number, len(spans), "Counting tokens")
        lengths.append(chunker.count_tokens(texts[span.page][span.start : span.end]))
    for page in document.pages:
        if request.page in {0, page.number}:
            context.produce(_previewed(page, request, spans, lengths))
    if not lengths:
        return ChunkPreview(chunks=0)
    return ChunkPreview(
        chunks=len(lengths), shortest=min(lengths), longest=max(lengths), mean=sum(lengths) / len(lengths)
    )


def _previewed(
    page: PageText, request: ChunkPreviewRequest, spans: Sequence[ChunkSpan], lengths: Sequence[int]
) -> PreviewedPage:
    size = request.part_characters or max(len(page.text), 1)
    parts = max(1, -(-len(page.text) // size))
    offset = min(request.part, parts - 1) * size
    end = offset + size

    def own() -> Iterator[PreviewedChunk]:
        for number, (span, tokens) in enumerate(zip(spans, lengths, strict=True), 1):
            if span.page == page.number and span.start < end and span.end > offset:
                yield PreviewedChunk(number=number, start=span.start, end=span.end, tokens=tokens, title=span.title)

    marks = read_marks(page, is_markdown=request.document.is_markdown)
    left_out = tuple((mark.start, mark.end) for mark in marks if mark.kind is MarkKind.REPEATED)
    return PreviewedPage(
        number=page.number,
        text=page.text[offset:end],
        offset=offset,
        parts=parts,
        chunks=tuple(own()),
        left_out=left_out,
    )
