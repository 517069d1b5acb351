"""Collections and their documents in the database: texts, spans, reasons. The index can be made again from it."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.conversation_store import ConversationStore
from workbench.rag.document_filter import DocumentFilter, DocumentFilterStore, NoSuchDocuments
from workbench.rag.folders import path_hash
from workbench.rag.health_store import HealthStore
from workbench.rag.index_store import IndexStore
from workbench.rag.indexing_types import DocumentStatus, FailedFile, FileIndexed, FileStates, KnownDocument, SyncReport
from workbench.rag.judgement_store import JudgementStore
from workbench.rag.lifecycle import CollectionLifecycle, checked_name, new_folder, refuse_taken
from workbench.rag.member_store import MemberStore
from workbench.rag.reasons import ReasonCode
from workbench.rag.removal import RemovalStore
from workbench.rag.rereading import RereadingStore
from workbench.rag.search_settings_store import SearchSettingsStore
from workbench.rag.tables import (
    ChunkRow,
    CollectionRow,
    DocumentRow,
    ExclusionRow,
    IndexRow,
    PageRow,
    SourceRow,
    active_index,
    add_document,
    document_query,
    find_row,
    now,
    page_text,
)
from workbench.rag.types import (
    ChunkingConfig,
    ChunkSpan,
    CollectionRef,
    PageText,
    StoredDocument,
    TextLanguage,
)

_TOGETHER = 20
"""Documents whose texts are read at once: enough to be fast, few enough to hold in memory."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A file of a collection and what became of it."""

    name: str
    path: str
    status: DocumentStatus
    sha256: str = ""
    pages: int = 0
    chunks: int = 0
    characters: int = 0
    reason: str = ""
    reason_code: ReasonCode = ReasonCode.NONE
    title: str = ""
    file_type: str = ""
    encoding: str = ""
    warnings: tuple[str, ...] = ()
    size_bytes: int = 0
    duplicate_of: str = ""
    indexed_at: str = ""
    deleted_at: str = ""
    """When the user deleted it; it can come back until it is purged."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of indexed documents with one embedder and one chunking."""

    name: str
    folder: Path
    embedder: EmbedderRef
    chunking: ChunkingConfig
    created: str = ""
    documents: int = 0
    """Documents that can be found."""
    chunks: int = 0
    failed: int = 0
    language: TextLanguage = TextLanguage.ENGLISH
    deleted: int = 0
    """Documents that were deleted and are not yet purged."""
    sources: tuple[Path, ...] = ()
    """Files and folders that are kept in sync."""
    last_sync: SyncReport | None = None
    """What the last look at files and folders found; None before the first."""
    synced_at: dict[Path, str] = field(default_factory=dict)
    """When each source was looked at to the end; empty: never."""
    damage: str = ""
    """What was found wrong with the index that answers; empty once it was mended."""


class CollectionStore:
    """Reads and writes collections. Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database, paths: WorkbenchPaths) -> None:
        self._database = database
        self.paths = paths
        self.database = database
        """Where everything about collections is kept, test sets and judgements too."""
        self.indexes = IndexStore(database, paths)
        self.removal = RemovalStore(database, paths)
        self.filters = DocumentFilterStore(database)
        self.members = MemberStore(database)
        self.rereading = RereadingStore(database)
        self.judgements = JudgementStore(database)
        self.conversations = ConversationStore(database)
        self.search_settings = SearchSettingsStore(database)
        self.health = HealthStore(database)
        self.lifecycle = CollectionLifecycle(database, paths)

    def list_collections(self) -> list[Collection]:
        with self._database.reading() as session:
            there = sa.select(CollectionRow).where(CollectionRow.deleted_at == "")
            rows = session.scalars(there.order_by(CollectionRow.name))
            return [self._collection(session, row) for row in rows]

    def names(self) -> list[str]:
        """Those of all collections, in order: quick also where there are many."""
        with self._database.reading() as session:
            there = sa.select(CollectionRow.name).where(CollectionRow.deleted_at == "")
            return list(session.scalars(there.order_by(CollectionRow.name)))

    def find(self, name: str) -> Collection | None:
        with self._database.reading() as session:
            row = find_row(session, name)
            return self._collection(session, row) if row else None

    def get(self, name: str) -> Collection:
        found = self.find(name)
        if found is None:
            known = ", ".join(c.name for c in self.list_collections())
            hint = f"There are: {known}." if known else f"Make it with `workbench index {name} FOLDER`."
            raise WorkbenchError(f"There is no collection named {name!r}.", hint=hint, code="no_collection")
        return found

    def id_of(self, name: str) -> int:
        """What stays when it is renamed. Raises WorkbenchError when there is no such collection."""
        self.get(name)
        with self._database.reading() as session:
            row = find_row(session, name)
            assert row is not None
            return row.id

    def ref(self, name: str) -> CollectionRef:
        """What workers get. Raises WorkbenchError when there is no such collection."""
        return self.ref_of(self.get(name))

    def ref_of(self, found: Collection) -> CollectionRef:
        """What workers get of a collection that was just listed. Raises WorkbenchError when it is gone by now."""
        with self._database.reading() as session:
            row = find_row(session, found.name)
            if row is None:
                raise WorkbenchError(f"There is no collection named {found.name!r}.", code="no_collection")
            held = sa.select(sa.func.coalesce(sa.func.sum(DocumentRow.chunk_count), 0))
            chunks = session.scalar(held.where(DocumentRow.collection_id == row.id))
            hidden = _hidden(session, row.id)
        return CollectionRef(
            name=found.name,
            folder=str(found.folder),
            embedder=found.embedder,
            chunking=found.chunking,
            chunks=int(chunks or 0),
            language=found.language,
            hidden=hidden,
        )

    def asked_refs(
        self, name: str, also: Sequence[str], wanted: DocumentFilter
    ) -> tuple[CollectionRef, tuple[CollectionRef, ...]]:
        """`ref` of a collection and of those that are asked with it, each for the documents that are wanted.

        Names of documents and folders are the collection's own; days and languages hold for all of them, and a further
        collection that has nothing to offer is left out. Raises WorkbenchError when the first has nothing.
        """
        first = self.ref(name).model_copy(update={"only": self.filters.resolve(name, wanted)})
        inside = wanted.model_copy(update={"documents": (), "folders": ()})
        others = []
        for other in also:
            try:
                only = self.filters.resolve(other, inside)
            except NoSuchDocuments:
                continue
            others.append(self.ref(other).model_copy(update={"only": only}))
        return first, tuple(others)

    def _collection(self, session: Session, row: CollectionRow) -> Collection:
        indexed = DocumentRow.status == str(DocumentStatus.INDEXED)
        is_there = DocumentRow.deleted_at == ""
        query = sa.select(
            sa.func.count().filter(indexed, is_there),
            sa.func.coalesce(sa.func.sum(DocumentRow.chunk_count).filter(is_there), 0),
            sa.func.count().filter(sa.not_(indexed), is_there),
            sa.func.count().filter(sa.not_(is_there)),
        ).where(DocumentRow.collection_id == row.id)
        documents, chunks, failed, deleted = session.execute(query).one()
        index = active_index(session, row.id)
        sources = session.execute(
            sa.select(SourceRow.path, SourceRow.synced_at).where(SourceRow.collection_id == row.id)
        )
        synced_at = {Path(path): at for path, at in sources}
        return Collection(
            name=row.name,
            folder=self.paths.collections / index.folder,
            embedder=EmbedderRef.model_validate_json(index.embedder),
            chunking=ChunkingConfig.model_validate_json(index.chunking),
            created=row.created,
            documents=documents,
            chunks=chunks,
            failed=failed,
            language=TextLanguage(index.language),
            deleted=deleted,
            sources=tuple(sorted(synced_at)),
            last_sync=SyncReport.model_validate_json(row.last_sync) if row.last_sync else None,
            synced_at=synced_at,
            damage=row.damage,
        )

    def create(
        self,
        name: str,
        embedder: EmbedderRef,
        chunking: ChunkingConfig,
        language: TextLanguage = TextLanguage.ENGLISH,
    ) -> Collection:
        """A new, empty collection."""
        checked_name(name)
        folder = new_folder(name)
        with self._database.session() as session:
            refuse_taken(session, name)
            row = CollectionRow(
                name=name, folder=folder, created=now(), deleted_at="", deleted_name="", damage="", last_sync=""
            )
            session.add(row)
            session.flush()
            index = IndexRow(
                collection_id=row.id,
                folder=f"{folder}/1",
                embedder=embedder.model_dump_json(),
                chunking=chunking.model_dump_json(),
                language=language.value,
                is_active=True,
                left_at="",
                created=now(),
            )
            session.add(index)
            session.flush()
            return self._collection(session, row)

    def delete(self, name: str) -> None:
        """At once and for good: the collection, its texts and its indexes; the user's files stay."""
        self.get(name)
        with self._database.session() as session:
            row = find_row(session, name)
            assert row is not None
            folder = self.paths.collections / row.folder
            session.delete(row)
        shutil.rmtree(folder, ignore_errors=True)

    def documents(self, name: str, *, path: str = "") -> list[SourceDocument]:
        """Every file of the collection, failed ones too, by name; with `path` only the one of that path."""
        return [document for document in self.all_documents(name, path) if not document.deleted_at]

    def deleted_documents(self, name: str) -> list[SourceDocument]:
        """Those that can still come back, by name."""
        return [document for document in self.all_documents(name) if document.deleted_at]

    def all_documents(self, name: str, path: str = "") -> list[SourceDocument]:
        with self._database.reading() as session:
            query = sa.select(DocumentRow).join(CollectionRow).where(CollectionRow.name == name)
            query = query.where(DocumentRow.path == path) if path else query
            return [_document(row) for row in session.scalars(query.order_by(DocumentRow.name))]

    def add_sources(self, name: str, sources: Sequence[Path]) -> None:
        """Remember files and folders that the user added; what was deleted from them by name may come back."""
        with self._database.session() as session:
            row = find_row(session, name)
            assert row is not None
            for path in map(str, sources):
                session.merge(SourceRow(collection_id=row.id, path=path))
                session.execute(
                    sa.delete(ExclusionRow).where(
                        ExclusionRow.collection_id == row.id, ExclusionRow.path_hash == path_hash(path)
                    )
                )

    def remove_source(self, name: str, source: Path) -> None:
        """Do not keep this file or folder in sync any more; what was indexed from it stays."""
        with self._database.session() as session:
            row = find_row(session, name)
            assert row is not None
            session.execute(
                sa.delete(SourceRow).where(SourceRow.collection_id == row.id, SourceRow.path == str(source))
            )

    def exclusions(self, name: str) -> tuple[str, ...]:
        """SHA-256 of the paths that the user deleted from the collection."""
        with self._database.reading() as session:
            query = sa.select(ExclusionRow.path_hash).join(CollectionRow).where(CollectionRow.name == name)
            return tuple(session.scalars(query))

    def known_documents(self, name: str) -> tuple[KnownDocument, ...]:
        """Documents whose text is kept, for an indexing job; those that were deleted and may come back too."""
        with self._database.reading() as session:
            query = sa.select(DocumentRow).join(CollectionRow).where(CollectionRow.name == name)
            rows = session.scalars(query.where(DocumentRow.status == str(DocumentStatus.INDEXED)))
            return tuple(
                KnownDocument(
                    path=row.path,
                    name=row.name,
                    sha256=row.sha256,
                    chunks=row.chunk_count,
                    pages=row.page_count,
                    duplicate_of=row.duplicate_of,
                    file_state=row.file_state,
                    is_deleted=bool(row.deleted_at),
                )
                for row in rows.all()
            )

    def failed_files(self, name: str) -> tuple[FailedFile, ...]:
        """Files that could not be read, for an indexing job."""
        with self._database.reading() as session:
            query = sa.select(DocumentRow.path, DocumentRow.file_state, DocumentRow.reason_code).join(CollectionRow)
            query = query.where(CollectionRow.name == name, DocumentRow.status == str(DocumentStatus.FAILED))
            return tuple(
                FailedFile(path=path, file_state=state, reason_code=ReasonCode(code))
                for path, state, code in session.execute(query)
            )

    def find_document(self, collection: str, document: str) -> SourceDocument:
        """By name, by path, or by a file name that only one document has. Raises WorkbenchError."""
        if (named := self._named(collection, document)) is not None:
            return named  # by far the most: no need to read them all
        self.get(collection)
        documents = self.documents(collection)
        path = str(Path(document).expanduser().absolute())
        exact = [d for d in documents if d.name == document or d.path in {document, path}]
        found = exact or [d for d in documents if Path(d.name).name == document]
        if len(found) == 1:
            return found[0]
        if not found:
            raise WorkbenchError(
                f"The collection {collection!r} has no document {document!r}.",
                hint=f"It has: {', '.join(d.name for d in documents[:20])}{' ...' if len(documents) > 20 else ''}",
                code="no_document",
            )
        raise WorkbenchError(
            f"More than one document of {collection!r} is called {document!r}.",
            hint=f"Name one of: {', '.join(d.name for d in found)}.",
            code="ambiguous_document",
        )

    def _named(self, collection: str, name: str) -> SourceDocument | None:
        with self._database.reading() as session:
            query = sa.select(DocumentRow).join(CollectionRow).where(CollectionRow.name == collection)
            row = session.scalars(query.where(DocumentRow.name == name, DocumentRow.deleted_at == "")).one_or_none()
            return _document(row) if row is not None else None

    def page_text(self, collection: str, document: str, page: int) -> str:
        """The text of one page, the very one that offsets count in; also of what lies in a document, by its full name
        and its own page. Raises WorkbenchError."""
        located = self.members.locate(collection, document)
        found = self.find_document(collection, located.document if located else document)
        member = located.member if located else ""
        query = sa.select(PageRow.text).join(DocumentRow).join(CollectionRow)
        query = query.where(CollectionRow.name == collection, DocumentRow.name == (found.duplicate_of or found.name))
        if member:
            query = query.where(PageRow.member == member).order_by(PageRow.number).offset(max(0, page - 1)).limit(1)
        else:
            query = query.where(PageRow.number == page)
        with self._database.reading() as session:
            text = session.scalar(query) if page >= 1 else None
        if text is None:
            pages = located.pages if located and member else found.pages
            raise WorkbenchError(
                f"{located.name if located else found.name} has no page {page}.",
                hint=f"It has {pages} pages." if pages else found.reason,
                code="no_page",
            )
        return text

    def stored_document(self, name: str, document: str) -> StoredDocument:
        """A document with its text and its chunks, by its name or path. Raises WorkbenchError for one without text."""
        found = self.find_document(name, document)
        source = found.duplicate_of or found.name
        wanted = sa.select(DocumentRow.id).join(CollectionRow).where(CollectionRow.name == name)
        with self._database.reading() as session:
            number = session.scalar(wanted.where(DocumentRow.name == source, DocumentRow.chunk_count > 0))
        if number is not None:
            return self._stored([number])[0]
        raise WorkbenchError(f"{found.name} holds no text.", hint=found.reason, code="no_text")

    def texts(self, name: str) -> Iterator[StoredDocument]:
        """Every indexed document with pages and chunks, one after the other; those that may come back too."""
        wanted = sa.select(DocumentRow.id).join(CollectionRow).where(CollectionRow.name == name)
        wanted = wanted.where(DocumentRow.status == str(DocumentStatus.INDEXED), DocumentRow.chunk_count > 0)
        with self._database.reading() as session:
            numbers = list(session.scalars(wanted.order_by(DocumentRow.name)))
        for first in range(0, len(numbers), _TOGETHER):
            yield from self._stored(numbers[first : first + _TOGETHER])

    def _stored(self, numbers: Sequence[int]) -> list[StoredDocument]:
        """Documents by their ids, in that order."""
        pages: dict[int, list[PageText]] = {number: [] for number in numbers}
        spans: dict[int, list[ChunkSpan]] = {number: [] for number in numbers}
        with self._database.reading() as session:
            rows = {row.id: row for row in session.scalars(sa.select(DocumentRow).where(DocumentRow.id.in_(numbers)))}
            if not rows:
                return []
            index = active_index(session, next(iter(rows.values())).collection_id)
            texts = sa.select(PageRow).where(PageRow.document_id.in_(numbers))
            for page in session.scalars(texts.order_by(PageRow.document_id, PageRow.number)):
                pages[page.document_id].append(page_text(page))
            chunks = sa.select(ChunkRow).where(ChunkRow.document_id.in_(numbers), ChunkRow.index_id == index.id)
            for c in session.scalars(chunks.order_by(ChunkRow.document_id, ChunkRow.number)):
                spans[c.document_id].append(
                    ChunkSpan(id=c.chunk_id, page=c.page, start=c.start, end=c.end, title=c.title)
                )
        return [
            StoredDocument(
                name=row.name,
                sha256=row.sha256,
                pages=tuple(pages[row.id]),
                spans=tuple(spans[row.id]),
                title=row.title,
                is_markdown=row.is_markdown,
            )
            for row in (rows[number] for number in numbers if number in rows)
        ]

    def record(self, collection: str, item: FileIndexed) -> None:
        """Write down what became of a file, in one transaction."""
        if item.status is DocumentStatus.UNCHANGED:
            return
        with self._database.session() as session:
            owner = find_row(session, collection)
            if owner is None:
                return  # deleted while its job was still speaking
            old = session.scalars(document_query(collection, item.path)).one_or_none()
            match item.status:
                case DocumentStatus.RENAMED:
                    _rename(session, collection, old, item)
                case DocumentStatus.REMOVED:
                    if old is not None:
                        session.delete(old)
                case DocumentStatus.FAILED if old is not None and old.status == DocumentStatus.INDEXED:
                    old.reason = f"An older state is indexed; the file as it is now cannot be read: {item.reason}"
                    old.reason_code = item.reason_code.value
                case _:
                    if old is not None:
                        session.delete(old)
                        session.flush()
                    item = _with_free_name(session, owner.id, item)
                    add_document(session, owner.id, active_index(session, owner.id).id, item)

    def record_states(self, collection: str, found: FileStates) -> None:
        """Write down what the file system says of unchanged files, in one transaction."""
        with self._database.session() as session:
            owner = find_row(session, collection)
            if owner is not None:
                rows = sa.update(DocumentRow).where(
                    DocumentRow.collection_id == owner.id, DocumentRow.path == sa.bindparam("of_path")
                )
                session.connection().execute(
                    rows.values(file_state=sa.bindparam("state")),
                    [{"of_path": path, "state": state} for path, state in found.states.items()],
                )


def _with_free_name(session: Session, collection_id: int, item: FileIndexed) -> FileIndexed:
    """Of two files with one name (from two folders) one that cannot be read is called by another."""
    mine = sa.select(DocumentRow).where(DocumentRow.collection_id == collection_id)
    other = session.scalars(mine.where(DocumentRow.name == item.name)).one_or_none()
    if other is None:
        return item
    number = 2
    while session.scalar(mine.where(DocumentRow.name == f"{item.name} ({number})")):
        number += 1
    free = f"{item.name} ({number})"
    if item.status is DocumentStatus.FAILED:
        return item.model_copy(update={"name": free})
    if other.status == DocumentStatus.FAILED:
        other.name = free
        session.flush()
    return item


def _rename(session: Session, collection: str, in_place: DocumentRow | None, item: FileIndexed) -> None:
    moved = session.scalars(document_query(collection, item.renamed_from)).one_or_none()
    if moved is None:
        return  # recorded before
    if in_place is not None:
        session.delete(in_place)
        session.flush()
    session.execute(
        sa.update(DocumentRow)
        .where(DocumentRow.collection_id == moved.collection_id, DocumentRow.duplicate_of == moved.name)
        .values(duplicate_of=item.name)
    )
    moved.path, moved.name, moved.file_state = item.path, item.name, item.file_state


def _hidden(session: Session, collection_id: int) -> tuple[str, ...]:
    """Hashes of deleted documents, but for those that another document shares."""
    mine = sa.select(DocumentRow.sha256).where(DocumentRow.collection_id == collection_id)
    deleted = set(session.scalars(mine.where(DocumentRow.deleted_at != "")))
    return tuple(sorted(deleted - set(session.scalars(mine.where(DocumentRow.deleted_at == "")))))


def _document(row: DocumentRow) -> SourceDocument:
    return SourceDocument(
        name=row.name,
        path=row.path,
        status=DocumentStatus(row.status),
        sha256=row.sha256,
        pages=row.page_count,
        chunks=row.chunk_count,
        characters=row.characters,
        reason=row.reason,
        reason_code=ReasonCode(row.reason_code),
        title=row.title,
        file_type=row.file_type,
        encoding=row.encoding,
        warnings=tuple(row.warnings.splitlines()),
        size_bytes=row.size_bytes,
        duplicate_of=row.duplicate_of,
        indexed_at=row.indexed_at,
        deleted_at=row.deleted_at,
    )
