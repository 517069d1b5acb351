"""The loop of an indexing job: parse, chunk, embed, write, read back, and only then say so, file by file."""

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.embedding import SPECIAL_TOKENS, load_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.chunking import Chunker
from workbench.rag.folders import FoundFile, LeftOut, OwnFolders, walk
from workbench.rag.indexing_plan import Duplicate, Plan, ToIndex, Unchanged, find_removed, free_name, make_plan
from workbench.rag.parser import Parser
from workbench.rag.types import (
    ChunkSpan,
    CollectionRef,
    DocumentStatus,
    FileIndexed,
    IndexReport,
    IndexRequest,
    KnownDocument,
    PageText,
    Skipped,
)
from workbench.rag.vector_store import StoredChunk, VectorStore, damaged

if TYPE_CHECKING:
    from workbench.embedding import Embedder, Vectors

# So many chunks are embedded and written together: one commit for many small files, a sign of life for big ones.
_BATCH_CHUNKS = 64


def stored_chunks(name: str, sha256: str, pages: Sequence[PageText], spans: Sequence[ChunkSpan]) -> list[StoredChunk]:
    """The index rows of a document, from its text and spans alone."""
    texts = {page.number: page.text for page in pages}
    return [
        StoredChunk(
            chunk_id=span.id,
            document=name,
            doc_hash=sha256,
            page=span.page,
            start=span.start,
            end=span.end,
            title=span.title,
            text=texts[span.page][span.start : span.end],
        )
        for span in spans
    ]


class ChunkWriter:
    """Embeds chunks and adds them to the index, in slices between which a cancel takes effect."""

    def __init__(self, collection: CollectionRef, context: JobContext) -> None:
        self.store = VectorStore(Path(collection.folder), collection.embedder.dimension)
        self._collection = collection
        self._context = context
        self._embedder: Embedder | None = None

    def embed(self, chunks: Sequence[StoredChunk]) -> "Vectors":
        """Float32 of shape (len(chunks), dimension)."""
        import numpy as np

        if self._embedder is None:
            # Loaded at the first new chunk: a run that finds nothing new takes no time for it.
            self._embedder = load_embedder(self._collection.embedder, threads=self._context.threads)
        texts = [embedded_text(chunk, self._embedder) for chunk in chunks]
        slices = []
        for position in range(0, len(texts), _BATCH_CHUNKS):
            self._context.check_cancelled()
            slices.append(self._embedder.embed_documents(texts[position : position + _BATCH_CHUNKS]))
        joined: Vectors = np.concatenate(slices)
        return joined

    def write(self, chunks: Sequence[StoredChunk]) -> None:
        self.store.add(chunks, self.embed(chunks))


def embedded_text(chunk: StoredChunk, embedder: "Embedder") -> str:
    """The chunk below as much of its heading path as the embedder can still see, deepest headings first."""
    room = embedder.max_tokens - SPECIAL_TOKENS - embedder.count_tokens(chunk.text)
    headings = chunk.title.split(" > ")
    while headings and embedder.count_tokens(" > ".join(headings)) > room:
        headings.pop(0)
    return "\n".join(filter(None, [" > ".join(headings), chunk.text]))


class Indexer:
    """One run over files and folders."""

    def __init__(self, context: JobContext, request: IndexRequest) -> None:
        self._context = context
        self._request = request
        self._writer = ChunkWriter(request.collection, context)
        self._store = self._writer.store
        self._chunker = Chunker(request.collection.chunking, request.collection.embedder)
        self._counts: Counter[DocumentStatus] = Counter()
        self._new_chunks = 0
        self._total = 0
        self._done = 0
        self._waiting: list[tuple[FileIndexed, ToIndex]] = []

    def run(self) -> IndexReport:
        started = time.monotonic()
        self._reconcile(self._request.known)
        plan = self._plan()
        self._remove(plan)
        with Parser() as parser:
            for step in plan.steps:
                self._take(step, parser)
        self._flush()
        if self._counts[DocumentStatus.INDEXED] or self._counts[DocumentStatus.REMOVED]:
            self._context.progress(self._total, self._total, "Tidying the index")
            self._store.optimize()
        return IndexReport(
            collection=self._request.collection.name,
            indexed=self._counts[DocumentStatus.INDEXED],
            unchanged=self._counts[DocumentStatus.UNCHANGED],
            failed=self._counts[DocumentStatus.FAILED],
            removed=self._counts[DocumentStatus.REMOVED],
            chunks=self._new_chunks,
            seconds=time.monotonic() - started,
        )

    def _reconcile(self, known: Sequence[KnownDocument]) -> None:
        """Drop what the database does not know (a run that was killed); refuse an index that lost something."""
        held = self._store.counts()
        expected = {document.sha256: document.chunks for document in known if document.chunks}
        self._store.remove([sha256 for sha256 in held if sha256 not in expected])
        lost = [sha256 for sha256, chunks in expected.items() if held.get(sha256) != chunks]
        if lost:
            raise damaged(Path(self._request.collection.folder), f"{len(lost)} documents are not complete")

    def _plan(self) -> Plan:
        sources = [Path(source) for source in self._request.sources]
        files: list[FoundFile] = []
        for found in walk(sources, self._own_folders()):
            self._context.progress(0, 0, f"Looking for files: {len(files)}")
            if isinstance(found, LeftOut):
                self._context.produce(Skipped(path=str(found.path), reason=found.reason))
            else:
                files.append(found)
        self._total = len(files)
        removed = find_removed(self._request.known, files, [source for source in sources if source.is_dir()])
        return make_plan(list(self._hashed(files)), self._request.known, removed)

    def _own_folders(self) -> OwnFolders | None:
        request = self._request
        return OwnFolders(Path(request.data_folder), Path(request.projects_folder)) if request.data_folder else None

    def _hashed(self, files: Sequence[FoundFile]) -> "list[tuple[FoundFile, str]]":
        """The readable files with their hashes; the others are reported."""
        readable = []
        for number, file in enumerate(files):
            self._context.progress(0, len(files), f"Looking for changes: {number + 1} of {len(files)}")
            if file.problem:
                self._fail(file, file.name, file.problem)
                continue
            try:
                readable.append((file, self._hash(file.path)))
            except OSError as error:
                self._fail(file, file.name, f"It cannot be read: {error.strerror}.")
        return readable

    def _hash(self, path: Path) -> str:
        total = hashlib.sha256()
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                total.update(part)
                self._context.check_cancelled()
        return total.hexdigest()

    def _remove(self, plan: Plan) -> None:
        self._store.remove([document.sha256 for document in plan.removed if document.chunks])
        for document in plan.removed:
            self._say(
                FileIndexed(
                    path=document.path,
                    name=document.name,
                    status=DocumentStatus.REMOVED,
                    reason="The file is gone.",
                )
            )

    def _take(self, step: Unchanged | Duplicate | ToIndex, parser: Parser) -> None:
        match step:
            case Unchanged(known=known):
                self._done += 1
                self._say(
                    FileIndexed(
                        path=known.path,
                        name=known.name,
                        status=DocumentStatus.UNCHANGED,
                        sha256=known.sha256,
                        pages=known.pages,
                        chunks=known.chunks,
                        duplicate_of=known.duplicate_of,
                    )
                )
            case Duplicate():
                self._done += 1
                self._say(
                    FileIndexed(
                        path=str(step.file.path),
                        name=step.name,
                        status=DocumentStatus.INDEXED,
                        sha256=step.sha256,
                        reason=f"It has the same content as {step.original} and is found under that name.",
                        duplicate_of=step.original,
                    )
                )
            case ToIndex():
                self._context.progress(self._done, self._total, f"Reading {step.name}")
                self._done += 1
                self._read(step, parser)

    def _read(self, step: ToIndex, parser: Parser) -> None:
        path = step.file.path
        try:
            parsed = parser.parse(path, path.name, self._context.check_cancelled)
            if parsed.sha256 != step.sha256:
                raise WorkbenchError(f"{path.name} changed while it was read.", hint="Index it again.", code="changed")
            spans = self._chunker.chunk(parsed, step.name, step.sha256)
            if not spans:
                raise WorkbenchError(f"{path.name} is empty: it holds no text.", code="empty")
        except WorkbenchError as problem:
            self._fail(step.file, step.name, str(problem), step.sha256)
            return
        item = FileIndexed(
            path=str(path),
            name=step.name,
            status=DocumentStatus.INDEXED,
            sha256=step.sha256,
            pages=len(parsed.pages),
            chunks=len(spans),
            title=parsed.title,
            file_type=parsed.file_type,
            encoding=parsed.encoding,
            warnings=parsed.warnings,
            size_bytes=path.stat().st_size,
            texts=parsed.pages,
            spans=tuple(spans),
        )
        self._waiting.append((item, step))
        if sum(item.chunks for item, _ in self._waiting) >= _BATCH_CHUNKS:
            self._flush()

    def _flush(self) -> None:
        """Write the waiting files in one commit and acknowledge each."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        chunks = [
            chunk for item, _ in waiting for chunk in stored_chunks(item.name, item.sha256, item.texts, item.spans)
        ]
        self._context.progress(self._done, self._total, f"Embedding {waiting[-1][0].name}")
        self._writer.write(chunks)
        # The new state is in before the old one leaves: no moment without either.
        self._store.remove([step.replaces for _, step in waiting if step.replaces])
        for item, _ in waiting:
            self._new_chunks += item.chunks
            self._say(item)

    def _fail(self, file: FoundFile, name: str, reason: str, sha256: str = "") -> None:
        known = {document.path: document.name for document in self._request.known}
        path = str(file.path)
        if path not in known and name in known.values():
            name = free_name(file, set(known.values()))
        self._say(
            FileIndexed(
                path=path, name=known.get(path, name), status=DocumentStatus.FAILED, reason=reason, sha256=sha256
            )
        )

    def _say(self, item: FileIndexed) -> None:
        self._counts[item.status] += 1
        self._context.produce(item)
