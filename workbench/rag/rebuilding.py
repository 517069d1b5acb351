"""Building an index from the database alone, beside the one that answers meanwhile.

The same for an index that was damaged and for one with another embedder, chunking or language. What an older index
holds undamaged is taken over, and an interrupted build goes on where it was.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.log import get_logger
from workbench.rag.chunk_writing import ChunkWriter, stored_chunks
from workbench.rag.chunking import Chunker
from workbench.rag.durability import sync_files, sync_folders, write_durably
from workbench.rag.index_files import remove_index
from workbench.rag.index_kinds import UNFINISHED, kind_of
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.rows import StoredChunk, join, places_of_rows, places_sum
from workbench.rag.salvage import salvage
from workbench.rag.types import ChunkSpan, StoredDocument
from workbench.rag.upkeep_types import DocumentSpans, RebuildReport, RebuildRequest

_log = get_logger("rag")

# Documents are written together until they hold so many chunks.
_BATCH_CHUNKS = 512
_SPANS = "spans.jsonl"


class Rebuilder:
    """One build. Use with `with`."""

    def __init__(self, context: JobContext, request: RebuildRequest) -> None:
        self._context = context
        self._request = request
        self._folder = Path(request.collection.folder)
        self._begin()
        self._writer = self._open()
        self._held: set[str] = set()
        self._expected: dict[str, int] = {}
        """What the places of each document's chunks add up to: the same file may have been read anew."""
        self._waiting: list[StoredChunk] = []
        self._embedded = self._reused = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def _begin(self) -> None:
        """An unfinished index of another kind is of no use."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark, kind = self._folder / UNFINISHED, kind_of(self._request.collection)
        if not mark.exists() or mark.read_text(encoding="utf-8") != kind:
            if mark.exists():
                remove_index(self._folder)
            write_durably(mark, kind.encode())

    def _open(self) -> ChunkWriter:
        try:
            return ChunkWriter(self._request.collection, self._context)
        except WorkbenchError as problem:
            if problem.code != "index_damaged":
                raise
            _log.info("The unfinished index %s is begun anew: %s", self._folder, problem.details)
            remove_index(self._folder)
            return ChunkWriter(self._request.collection, self._context)

    def run(self) -> RebuildReport:
        """Raises WorkbenchError when the documents cannot be read or the index cannot be written."""
        began = time.monotonic()
        spans = self._write_spans()
        self._drop_others()
        self._take_over()
        for document, chunks in self._documents(spans):
            self._add(document, chunks)
        self._flush()
        self._context.progress(1, 1, "Tidying the index")
        self._writer.store.optimize()
        Path(self._request.source).unlink()
        (self._folder / UNFINISHED).unlink()
        sync_folders([self._folder])
        return RebuildReport(
            documents=self._embedded,
            chunks=self._writer.store.count(),
            reused=self._reused,
            spans=str(spans),
            seconds=time.monotonic() - began,
        )

    def _write_spans(self) -> Path:
        """The chunks of every document into a file, which the database takes over in one step."""
        path = self._folder / _SPANS
        chunker = None
        if not self._request.keeps_chunks:
            chunker = Chunker(self._request.collection.chunking, self._request.collection.embedder)
        with path.open("w", encoding="utf-8") as out:
            for document in self._stored():
                self._context.progress(0, 0, f"Cutting {document.name}")
                spans = _cut(document, chunker) if chunker else document.spans
                self._expected[document.sha256] = places_sum(
                    (row.page, row.start, row.end)
                    for row in stored_chunks(document.name, document.sha256, document.pages, spans)
                )
                out.write(DocumentSpans(sha256=document.sha256, spans=tuple(spans)).model_dump_json() + "\n")
        sync_files([path])
        return path

    def _stored(self) -> Iterator[StoredDocument]:
        with Path(self._request.source).open(encoding="utf-8") as lines:
            for line in lines:
                yield StoredDocument.model_validate_json(line)

    def _documents(self, spans: Path) -> Iterator[tuple[StoredDocument, tuple[ChunkSpan, ...]]]:
        with spans.open(encoding="utf-8") as lines:
            for document, line in zip(self._stored(), lines, strict=True):
                yield document, DocumentSpans.model_validate_json(line).spans

    def _drop_others(self) -> None:
        """What an interrupted build, or an index that is brought up to date, holds and nobody wants any more."""
        held = self._writer.store.place_sums()
        self._writer.store.remove([name for name, places in held.items() if self._expected.get(name) != places])
        self._held = set(self._writer.store.counts())

    def _take_over(self) -> None:
        """Vectors of older indexes whose rows are exactly what was confirmed."""
        waiting: list[Any] = []
        for folder in self._request.takes_over:
            for doc_hash, rows in salvage(Path(folder), self._request.collection.embedder.dimension):
                self._context.progress(self._reused, len(self._expected), "Taking over what is undamaged")
                if self._expected.get(doc_hash) == places_of_rows(rows) and doc_hash not in self._held:
                    self._held.add(doc_hash)
                    self._reused += 1
                    waiting.append(rows)
                if sum(part.num_rows for part in waiting) >= _BATCH_CHUNKS:
                    self._writer.store.add_rows(join(waiting))
                    waiting.clear()
            if waiting:
                self._writer.store.add_rows(join(waiting))
                waiting.clear()

    def _add(self, document: StoredDocument, spans: tuple[ChunkSpan, ...]) -> None:
        self._context.progress(len(self._held), len(self._expected), f"Embedding {document.name}")
        if document.sha256 in self._held:
            return
        self._held.add(document.sha256)
        self._waiting += stored_chunks(document.name, document.sha256, document.pages, spans)
        self._embedded += 1
        if len(self._waiting) >= _BATCH_CHUNKS:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._writer.write(self._writer.embed(waiting))


def _cut(document: StoredDocument, chunker: Chunker) -> list[ChunkSpan]:
    parsed = Parsed(
        pages=document.pages, title=document.title, is_markdown=document.is_markdown, sha256=document.sha256
    )
    return chunker.chunk(parsed, document.name, document.sha256)
