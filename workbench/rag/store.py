"""Collections in the database, with a store for each part of them. The index can be made again from it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.embedding import EmbedderRef
from workbench.paths import WorkbenchPaths
from workbench.rag.conversation_store import ConversationStore
from workbench.rag.document_filter import DocumentFilter, DocumentFilterStore, NoSuchDocuments
from workbench.rag.document_store import DocumentStore
from workbench.rag.file_records import FileRecords
from workbench.rag.folders import path_hash
from workbench.rag.health_store import HealthStore
from workbench.rag.index_store import IndexStore
from workbench.rag.indexing_types import DocumentStatus, SyncReport
from workbench.rag.judgement_store import JudgementStore
from workbench.rag.lifecycle import CollectionLifecycle, checked_name, new_folder, refuse_taken
from workbench.rag.member_store import MemberStore
from workbench.rag.purged import ForgetElsewhere, nowhere
from workbench.rag.removal import RemovalStore
from workbench.rag.rereading import RereadingStore
from workbench.rag.search_settings_store import SearchSettingsStore
from workbench.rag.tables import (
    CollectionRow,
    DocumentRow,
    ExclusionRow,
    IndexRow,
    SourceRow,
    active_index,
    find_row,
    now,
    require_row,
)
from workbench.rag.text_store import TextStore
from workbench.rag.types import (
    ChunkingConfig,
    CollectionRef,
    TextLanguage,
)


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

    def __init__(self, database: Database, paths: WorkbenchPaths, forget_elsewhere: ForgetElsewhere = nowhere) -> None:
        """`forget_elsewhere`: what else a purge of a whole collection reaches."""
        self._database = database
        self.paths = paths
        self.database = database
        """Where everything about collections is kept, test sets and judgements too."""
        self.documents = DocumentStore(database)
        self.members = MemberStore(database)
        self.texts = TextStore(database, self.documents, self.members)
        self.files = FileRecords(database)
        self.indexes = IndexStore(database, paths)
        self.removal = RemovalStore(database, paths)
        self.filters = DocumentFilterStore(database)
        self.rereading = RereadingStore(database)
        self.judgements = JudgementStore(database)
        self.conversations = ConversationStore(database)
        self.search_settings = SearchSettingsStore(database)
        self.health = HealthStore(database)
        self.lifecycle = CollectionLifecycle(database, paths, forget_elsewhere)

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
        """Raises WorkbenchError when there is no such collection."""
        with self._database.reading() as session:
            return self._collection(session, require_row(session, name))

    def id_of(self, name: str) -> int:
        """What stays when it is renamed. Raises WorkbenchError when there is no such collection."""
        with self._database.reading() as session:
            return require_row(session, name).id

    def ref(self, name: str) -> CollectionRef:
        """What workers get. Raises WorkbenchError when there is no such collection."""
        return self.ref_of(self.get(name))

    def ref_of(self, found: Collection) -> CollectionRef:
        """What workers get of a collection that was just listed. Raises WorkbenchError when it is gone by now."""
        with self._database.reading() as session:
            row = require_row(session, found.name)
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
        with self._database.session() as session:
            row = require_row(session, name)
            folder = self.paths.collections / row.folder
            session.delete(row)
        shutil.rmtree(folder, ignore_errors=True)

    def add_sources(self, name: str, sources: Sequence[Path]) -> None:
        """Remember files and folders that the user added; what was deleted from them by name may come back."""
        with self._database.session() as session:
            row = require_row(session, name)
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
            row = require_row(session, name)
            session.execute(
                sa.delete(SourceRow).where(SourceRow.collection_id == row.id, SourceRow.path == str(source))
            )

    def exclusions(self, name: str) -> tuple[str, ...]:
        """SHA-256 of the paths that the user deleted from the collection."""
        with self._database.reading() as session:
            query = sa.select(ExclusionRow.path_hash).join(CollectionRow).where(CollectionRow.name == name)
            return tuple(session.scalars(query))


def _hidden(session: Session, collection_id: int) -> tuple[str, ...]:
    """Hashes of deleted documents, but for those that another document shares."""
    mine = sa.select(DocumentRow.sha256).where(DocumentRow.collection_id == collection_id)
    deleted = set(session.scalars(mine.where(DocumentRow.deleted_at != "")))
    return tuple(sorted(deleted - set(session.scalars(mine.where(DocumentRow.deleted_at == "")))))
