"""The loop of an indexing job: parse, chunk, embed, write, read back, and only then say so, file by file."""

import time
from collections import deque
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.chunk_writing import ChunkWriter, Embedding, stored_chunks
from workbench.rag.chunking import Chunker
from workbench.rag.folders import OwnFolders
from workbench.rag.indexing_plan import (
    Duplicate,
    Moved,
    Plan,
    Step,
    ToIndex,
    Unchanged,
)
from workbench.rag.indexing_types import (
    DocumentStatus,
    FileIndexed,
    FilesAt,
    FileStage,
    FileStates,
    IndexReport,
    IndexRequest,
    KnownDocument,
)
from workbench.rag.journal import state_of
from workbench.rag.languages import language_of
from workbench.rag.looking import Look
from workbench.rag.parser import Parser
from workbench.rag.passwords import Passwords
from workbench.rag.reasons import READER_VERSION, ReasonCode, reason_code
from workbench.rag.surveying import Survey
from workbench.rag.telling import Telling
from workbench.rag.vector_store import damaged

COLLECTION_CHANGED = "collection_changed"
"""The code of the error whose remedy is to make the same job anew."""

# So many chunks are written together: one commit for many small files.
_BATCH_CHUNKS = 256
# A file that is read, but not embedded yet, is done by so much: embedding takes most of the time.
_SHARE_OF_READING = 0.1
# So many files are announced together.
_ANNOUNCED = 500


_Read = tuple[FileIndexed, ToIndex]


class Indexer:
    """One run over files and folders. Use with `with`."""

    def __init__(self, context: JobContext, request: IndexRequest) -> None:
        self._context = context
        self._request = request
        _refuse_stale(request)
        self._writer = ChunkWriter(request.collection, context)
        self._store = self._writer.store
        self._known = [document for document in request.known if not document.is_deleted]
        self._telling = Telling(context, request)
        self._look = Look(context, request, self._telling)
        self._new_chunks = 0
        self._changed = 0
        self._done = 0.0
        """In files."""
        self._waiting: list[_Read] = []
        self._embedding: deque[tuple[list[_Read], Embedding]] = deque()
        self._needed: frozenset[str] = frozenset()
        self._passwords = Passwords(request.passwords)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    @cached_property
    def _chunker(self) -> Chunker:
        return Chunker(self._request.collection.chunking, self._request.collection.embedder)

    def run(self) -> IndexReport:
        started = time.monotonic()
        self._reconcile(self._request.known)
        with Parser() as parser:
            plan = self._look.plan(Survey(parser, self._own_folders(), self._context.check_cancelled))
            self._needed = frozenset(step.sha256 for step in plan.steps if isinstance(step, ToIndex))
            self._tell_states(plan)
            self._tell_waiting(plan)
            self._move([step for step in plan.steps if isinstance(step, Moved)])
            self._remove(plan)
            for step in plan.steps:
                self._take(step, parser)
        self._embed_waiting()
        while self._embedding:
            self._write_oldest()
        counts = self._telling.counts
        if any(counts[s] for s in (DocumentStatus.INDEXED, DocumentStatus.REMOVED, DocumentStatus.RENAMED)):
            self._context.progress(self._look.files, self._look.files, "Tidying the index")
            self._store.tidy()
        return IndexReport(
            collection=self._request.collection.name,
            indexed=counts[DocumentStatus.INDEXED],
            unchanged=counts[DocumentStatus.UNCHANGED],
            failed=counts[DocumentStatus.FAILED],
            removed=counts[DocumentStatus.REMOVED],
            renamed=counts[DocumentStatus.RENAMED],
            chunks=self._new_chunks,
            changed=self._changed,
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

    @cached_property
    def _names_by_hash(self) -> dict[str, str]:
        """What the index calls each content."""
        return {document.sha256: document.name for document in self._request.known if not document.duplicate_of}

    def _own_folders(self) -> OwnFolders | None:
        request = self._request
        return OwnFolders(Path(request.data_folder), Path(request.projects_folder)) if request.data_folder else None

    def _tell_states(self, plan: Plan) -> None:
        """All at once: one transaction instead of thousands."""
        unchanged = (step.known.path for step in plan.steps if isinstance(step, Unchanged))
        states = {path: state for path in unchanged if (state := self._telling.states.get(path, ""))}
        if states:
            self._context.produce(FileStates(states=states))

    def _tell_waiting(self, plan: Plan) -> None:
        """What will be read, a few hundred files at a time: a message has its limits."""
        waiting = [(str(step.file.path), step.name) for step in plan.steps if isinstance(step, ToIndex)]
        for first in range(0, len(waiting), _ANNOUNCED):
            self._context.produce(FilesAt(stage=FileStage.WAITING, files=dict(waiting[first : first + _ANNOUNCED])))

    def _move(self, moves: Sequence[Moved]) -> None:
        """Call documents by the place where their content lies now; nothing is embedded."""
        moved = {move.known.sha256: move.name for move in moves if move.known.name != move.name}
        self._store.rename(moved, self._names_by_hash)
        for move in moves:
            self._telling.say(
                FileIndexed(
                    path=str(move.file.path),
                    name=move.name,
                    status=DocumentStatus.RENAMED,
                    sha256=move.known.sha256,
                    pages=move.known.pages,
                    chunks=move.known.chunks,
                    renamed_from=move.known.path,
                    file_state=self._telling.states.get(str(move.file.path), ""),
                )
            )

    def _remove(self, plan: Plan) -> None:
        gone = [document.sha256 for document in plan.removed if document.chunks]
        self._store.remove([sha256 for sha256 in gone if sha256 not in self._needed])
        for document in plan.removed:
            self._telling.say(
                FileIndexed(
                    path=document.path,
                    name=document.name,
                    status=DocumentStatus.REMOVED,
                    reason="The file is gone.",
                )
            )

    def _take(self, step: Step, parser: Parser) -> None:
        match step:
            case Moved():
                self._done += 1  # said before
            case Unchanged(known=known):
                self._done += 1
                self._telling.say(
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
                self._telling.say(
                    FileIndexed(
                        path=str(step.file.path),
                        name=step.name,
                        status=DocumentStatus.INDEXED,
                        sha256=step.sha256,
                        reason_code=ReasonCode.DUPLICATE,
                        reason=f"It has the same content as {step.original} and is found under that name.",
                        duplicate_of=step.original,
                        file_state=self._telling.states.get(str(step.file.path), ""),
                    )
                )
            case ToIndex():
                self._context.progress(self._done, self._look.files, f"Reading {step.name}")
                self._context.produce(FilesAt(stage=FileStage.READING, files={str(step.file.path): step.name}))
                self._done += _SHARE_OF_READING if self._read(step, parser) else 1

    def _read(self, step: ToIndex, parser: Parser) -> bool:
        """Whether there is something to embed; otherwise the file was told as failed."""
        path = step.file.path
        try:
            password = self._passwords.of(path)
            parsed = parser.parse(
                path,
                path.name,
                self._context.check_cancelled,
                password=password,
                recognition=self._request.recognition,
            )
            if parsed.sha256 != step.sha256:
                raise WorkbenchError(
                    f"{path.name} changed while it was read.", hint="Try again.", code=ReasonCode.CHANGED
                )
            spans = self._chunker.chunk(parsed, step.name, step.sha256)
            if not spans:
                raise WorkbenchError(f"{path.name} is empty: it holds no text.", code="empty")
        except WorkbenchError as problem:
            self._telling.fail(step.file, step.name, str(problem), reason_code(problem.code), step.sha256)
            return False
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
            reader=READER_VERSION,
            language=language_of(page.text for page in parsed.pages),
            warnings=parsed.warnings,
            size_bytes=parsed.size_bytes,
            file_state=self._telling.states.get(str(path), ""),
            is_markdown=parsed.is_markdown,
            texts=parsed.pages,
            spans=tuple(spans),
        )
        self._waiting.append((item, step))
        if sum(item.chunks for item, _ in self._waiting) >= _BATCH_CHUNKS:
            self._embed_waiting()
        return True

    def _embed_waiting(self) -> None:
        """Begin to embed the files that were read; meanwhile those before them are written, and others read."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        held = self._store.counts()
        # Content that another file had until now is in the index already: only its name is another one.
        new = [item for item, step in waiting if item.sha256 not in held or step.replaces == item.sha256]
        chunks = [chunk for item in new for chunk in stored_chunks(item.name, item.sha256, item.texts, item.spans)]
        self._context.progress(self._done, self._look.files, f"Embedding {waiting[-1][0].name}")
        self._context.produce(FilesAt(stage=FileStage.EMBEDDING, files={item.path: item.name for item, _ in waiting}))
        self._embedding.append((waiting, self._writer.embed(chunks)))
        if len(self._embedding) > 1:
            self._write_oldest()

    def _write_oldest(self) -> None:
        """Write the files that were embedded first in one commit and acknowledge each."""
        written, embedding = self._embedding.popleft()
        # Read anew: what is in the database restores it if this is not survived.
        self._store.remove([item.sha256 for item, step in written if step.replaces == item.sha256])
        self._writer.write(embedding)
        new = {chunk.doc_hash for chunk in embedding.chunks}
        renamed = {item.sha256: item.name for item, _ in written if item.sha256 not in new}
        self._store.rename(renamed, self._names_by_hash)
        # The new state is in before the old one leaves: no moment without either.
        self._store.remove([step.replaces for _, step in written if step.replaces not in self._needed])
        self._done += (1 - _SHARE_OF_READING) * len(written)
        for item, _ in written:
            self._new_chunks += item.chunks
            self._telling.say(item)
        known = {document.path for document in self._known}
        self._changed += sum(item.path in known for item, _ in written)


def _refuse_stale(request: IndexRequest) -> None:
    """Another job wrote to the index while this one waited: what it knows of the documents is out of date."""
    if request.index_state and request.index_state != state_of(Path(request.collection.folder)):
        raise WorkbenchError(
            f"The collection {request.collection.name!r} changed while this job waited.",
            hint="Start it again.",
            code=COLLECTION_CHANGED,
        )
