"""What indexing found out about files, in the database: written file by file, and told to the next run."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.datasets.test_sets.from_documents import rename_document as rename_in_questions
from workbench.rag.evaluation.set_store import rename_document as rename_in_sets
from workbench.rag.indexing_types import DocumentStatus, FailedFile, FileIndexed, FileStates, KnownDocument
from workbench.rag.reasons import ReasonCode
from workbench.rag.search_settings_store import rename_document as rename_in_settings
from workbench.rag.tables import CollectionRow, DocumentRow, active_index, add_document, document_query, find_row


class FileRecords:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    def known(self, name: str) -> tuple[KnownDocument, ...]:
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

    def failed(self, name: str) -> tuple[FailedFile, ...]:
        """Files that could not be read, for an indexing job."""
        with self._database.reading() as session:
            query = sa.select(DocumentRow.path, DocumentRow.file_state, DocumentRow.reason_code).join(CollectionRow)
            query = query.where(CollectionRow.name == name, DocumentRow.status == str(DocumentStatus.FAILED))
            return tuple(
                FailedFile(path=path, file_state=state, reason_code=ReasonCode(code))
                for path, state, code in session.execute(query)
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
    rename_in_sets(session, moved.collection_id, moved.name, item.name)
    rename_in_settings(session, moved.collection_id, moved.name, item.name)
    rename_in_questions(session, collection, moved.name, item.name)
    moved.path, moved.name, moved.file_state = item.path, item.name, item.file_state
