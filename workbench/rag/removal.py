"""Documents that the user deletes: hidden at once, back on request, and after a while purged without a trace."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.datasets.test_sets.from_documents import forget_passages
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag import conversation_store, judgement_store, search_settings_store
from workbench.rag.evaluation.measurement_store import forget_measurements
from workbench.rag.evaluation.set_store import forget_documents
from workbench.rag.folders import path_hash
from workbench.rag.index_store import IndexStore
from workbench.rag.purged import Purged
from workbench.rag.tables import ChunkRow, CollectionRow, DocumentRow, ExclusionRow, IndexRow, PageRow, SourceRow
from workbench.rag.unrecorded import forget_jobs, forget_work
from workbench.rag.upkeep_types import PurgeRequest

UNDO_TIME = timedelta(minutes=10)
"""So long a deleted document can come back."""


class RemovalStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database, paths: WorkbenchPaths) -> None:
        self._database = database
        self._paths = paths

    def delete(self, collection: str, paths: Sequence[str]) -> dict[str, str]:
        """Hide documents, by their path. Returns new names by hash where a copy takes a document's place.

        Raises WorkbenchError when one is not there.
        """
        renamed: dict[str, str] = {}
        with self._database.session() as session:
            for row in _rows(session, collection, paths):
                heir = _heir(session, row)
                if heir is not None:
                    _inherit(session, row, heir)
                    renamed[row.sha256] = heir.name
                row.deleted_at = datetime.now(UTC).isoformat()
        return renamed

    def restore(self, collection: str, paths: Sequence[str]) -> None:
        """Undo `delete`. Raises WorkbenchError for a document that was purged."""
        with self._database.session() as session:
            for row in _rows(session, collection, paths):
                row.deleted_at = ""

    def due(self, *, now: datetime | None = None) -> dict[str, list[int]]:
        """Ids of the documents whose time is over, by collection."""
        before = ((now or datetime.now(UTC)) - UNDO_TIME).isoformat()
        return self._deleted(before)

    def all_deleted(self, collection: str) -> list[int]:
        """Ids of all documents that are hidden, for a purge at once."""
        return self._deleted("9").get(collection, [])

    def _deleted(self, before: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        with self._database.reading() as session:
            query = sa.select(CollectionRow.name, DocumentRow.id).join(DocumentRow)
            query = query.where(DocumentRow.deleted_at != "", DocumentRow.deleted_at <= before)
            query = query.where(CollectionRow.deleted_at == "")
            for name, number in session.execute(query.order_by(DocumentRow.id)):
                found.setdefault(name, []).append(number)
        return found

    def hashes(self, document_ids: Sequence[int]) -> tuple[str, ...]:
        """Contents that no other document of the collection shares: those that leave the indexes."""
        columns = sa.select(DocumentRow.collection_id, DocumentRow.sha256)
        with self._database.reading() as session:
            leaving = session.execute(columns.where(DocumentRow.id.in_(document_ids))).all()
            staying = session.execute(columns.where(DocumentRow.id.not_in(document_ids))).all()
        kept = {tuple(row) for row in staying}
        return tuple(sorted({row.sha256 for row in leaving if tuple(row) not in kept}))

    def names(self, document_ids: Sequence[int]) -> tuple[str, ...]:
        """What the documents are called."""
        query = sa.select(DocumentRow.name).where(DocumentRow.id.in_(document_ids)).order_by(DocumentRow.name)
        with self._database.reading() as session:
            return tuple(session.scalars(query))

    def record_purge(self, request: PurgeRequest) -> None:
        """The indexes were written anew: name their new folders, forget the documents, remove every older trace."""
        with self._database.session() as session:
            for copy in request.copies:
                session.execute(
                    sa.update(IndexRow)
                    .where(IndexRow.folder == self._relative(copy.folder))
                    .values(folder=self._relative(copy.new_folder))
                )
            rows = session.scalars(
                sa.select(DocumentRow).where(DocumentRow.id.in_(request.document_ids), DocumentRow.deleted_at != "")
            )
            folders: list[str] = []
            leaving = rows.all()
            owner = session.get(CollectionRow, leaving[0].collection_id) if leaving else None
            if owner is not None:
                _forget_conversations(session, owner, leaving, request)
            for row in leaving:
                if row.sha256 in request.doc_hashes:
                    judgement_store.forget_document(session, row.collection_id, row.sha256)
                search_settings_store.forget_document(session, row.collection_id, row.name)
                folders += _forget_measured(session, row)
                _exclude(session, row)
                session.delete(row)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        if owner is not None:
            forget_work(self._paths, owner.folder, is_all=False)
            forget_jobs(self._paths, owner.folder)
        self._database.forget()
        IndexStore(self._database, self._paths).sweep(request.collection, unfinished=True)

    def _relative(self, folder: str) -> str:
        return Path(folder).relative_to(self._paths.collections).as_posix()


def _forget_conversations(
    session: Session, owner: CollectionRow, leaving: Sequence[DocumentRow], request: PurgeRequest
) -> None:
    """The collection is named as it is called now: it may have been renamed since the purge began."""
    purged = Purged(owner.name, frozenset(request.doc_hashes), frozenset(row.name for row in leaving))
    conversation_store.forget_documents(session, owner.id, purged)


def seconds_left(deleted_at: str) -> float:
    """Until a deleted document is purged; at least 0."""
    gone = datetime.now(UTC) - datetime.fromisoformat(deleted_at)
    return max(0.0, (UNDO_TIME - gone).total_seconds())


def _rows(session: Session, collection: str, paths: Sequence[str]) -> list[DocumentRow]:
    query = sa.select(DocumentRow).join(CollectionRow).where(CollectionRow.name == collection)
    found = {row.path: row for row in session.scalars(query.where(DocumentRow.path.in_(paths)))}
    if missing := [path for path in paths if path not in found]:
        raise WorkbenchError(
            f"{Path(missing[0]).name} is not in the collection {collection!r} any more.", code="no_document"
        )
    return [found[path] for path in paths]


def _heir(session: Session, row: DocumentRow) -> DocumentRow | None:
    """A copy of the same content that takes the place of a deleted document."""
    query = sa.select(DocumentRow).where(
        DocumentRow.collection_id == row.collection_id,
        DocumentRow.duplicate_of == row.name,
        DocumentRow.deleted_at == "",
    )
    return session.scalars(query.order_by(DocumentRow.name).limit(1)).one_or_none()


def _inherit(session: Session, row: DocumentRow, heir: DocumentRow) -> None:
    """Pages and chunks go over to the heir; the others are copies of it from now on, the deleted one too."""
    for table in (PageRow, ChunkRow):
        session.execute(sa.update(table).where(table.document_id == row.id).values(document_id=heir.id))
    session.execute(
        sa.update(DocumentRow)
        .where(DocumentRow.collection_id == row.collection_id, DocumentRow.duplicate_of == row.name)
        .values(duplicate_of=heir.name)
    )
    for name in (
        "page_count",
        "chunk_count",
        "characters",
        "title",
        "file_type",
        "encoding",
        "is_markdown",
        "language",
    ):
        setattr(heir, name, getattr(row, name))
    heir.duplicate_of, heir.reason, heir.reason_code = "", "", ""
    row.duplicate_of, row.chunk_count = heir.name, 0


def _forget_measured(session: Session, row: DocumentRow) -> list[str]:
    """Questions that were made from the document, and what was measured with it. Returns folders that go as well."""
    forget_documents(session, row.collection_id, [row.name])
    collection = session.get(CollectionRow, row.collection_id)
    forget_passages(session, collection.name if collection else "", [row.name])
    return forget_measurements(session, row.collection_id, [row.name])


def _exclude(session: Session, row: DocumentRow) -> None:
    """A sync must not bring back what lies in a synced folder. A file that was added by itself leaves its sources."""
    session.execute(
        sa.delete(SourceRow).where(SourceRow.collection_id == row.collection_id, SourceRow.path == row.path)
    )
    session.merge(ExclusionRow(collection_id=row.collection_id, path_hash=path_hash(row.path)))


def wait_text(deleted_at: str) -> str:
    """ "7 minutes", for people."""
    minutes = int(seconds_left(deleted_at) // 60) + 1
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
