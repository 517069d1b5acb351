"""Chunks into the index: embedded beside the caller, who reads on, then written in one commit."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Self

from workbench.embedding import SPECIAL_TOKENS, load_embedder
from workbench.jobs.context import JobCancelled, JobContext
from workbench.rag.index_writer import IndexWriter
from workbench.rag.members import places_of
from workbench.rag.rows import StoredChunk
from workbench.rag.types import ChunkSpan, CollectionRef, PageText

if TYPE_CHECKING:
    from workbench.embedding import Embedder, Vectors

_LOOK_SECONDS = 0.1


def stored_chunks(name: str, sha256: str, pages: Sequence[PageText], spans: Sequence[ChunkSpan]) -> list[StoredChunk]:
    """The index rows of a document, from its text and spans alone; those of a member carry its name and page."""
    texts = {page.number: page.text for page in pages}
    places = places_of(name, pages)
    return [
        StoredChunk(
            chunk_id=span.id,
            document=places[span.page].document,
            doc_hash=sha256,
            page=places[span.page].page,
            start=span.start,
            end=span.end,
            title=span.title,
            text=texts[span.page][span.start : span.end],
        )
        for span in spans
    ]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Chunks whose vectors are being computed."""

    chunks: Sequence[StoredChunk]
    vectors: "Future[Vectors]"
    """Float32 of shape (len(chunks), dimension)."""


class ChunkWriter:
    """Embeds chunks and adds them to the index. A cancel takes effect between two batches. Use with `with`."""

    def __init__(self, collection: CollectionRef, context: JobContext) -> None:
        self.store = IndexWriter(Path(collection.folder), collection.embedder.dimension, collection.language)
        self._collection = collection
        self._context = context
        self._is_closing = Event()
        self._beside = ThreadPoolExecutor(1, "embedder")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """What is being embedded is given up. Let others write."""
        self._is_closing.set()
        self._beside.shutdown(cancel_futures=True)
        self.store.close()

    def embed(self, chunks: Sequence[StoredChunk]) -> Embedding:
        """Begin to compute their vectors, after all that was begun before."""
        return Embedding(chunks, self._beside.submit(self._vectors, chunks))

    def write(self, embedding: Embedding) -> None:
        """Wait for the vectors and add the chunks; when it returns they are on the disk."""
        while not wait([embedding.vectors], _LOOK_SECONDS).done:
            self._context.check_cancelled()
        self.store.add(embedding.chunks, embedding.vectors.result())

    def _vectors(self, chunks: Sequence[StoredChunk]) -> "Vectors":
        import numpy as np

        if not chunks:
            return np.zeros((0, self._collection.embedder.dimension), dtype=np.float32)
        # Loaded at the first new chunk: a run that finds nothing new takes no time for it.
        embedder = load_embedder(self._collection.embedder, threads=self._context.threads)
        return embedder.embed_documents([embedded_text(chunk, embedder) for chunk in chunks], self._check)

    def _check(self) -> None:
        """Called on other threads."""
        if self._is_closing.is_set():
            raise JobCancelled
        self._context.check_cancelled()


def embedded_text(chunk: StoredChunk, embedder: "Embedder") -> str:
    """The chunk below as much of its heading path as the embedder can still see, deepest headings first."""
    room = embedder.max_tokens - SPECIAL_TOKENS - embedder.count_tokens(chunk.text)
    headings = chunk.title.split(" > ")
    while headings and embedder.count_tokens(" > ".join(headings)) > room:
        headings.pop(0)
    return "\n".join(filter(None, [" > ".join(headings), chunk.text]))
