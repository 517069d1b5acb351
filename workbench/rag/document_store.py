"""The documents of collections in the database: listed and found by name."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.reasons import ReasonCode
from workbench.rag.tables import CollectionRow, DocumentRow, require_row


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


class DocumentStore:
    """Reads what is known of documents, failed ones too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, name: str, *, path: str = "") -> list[SourceDocument]:
        """Every file of the collection, failed ones too, by name; with `path` only the one of that path."""
        return [document for document in self.all(name, path) if not document.deleted_at]

    def findable_names(self, name: str) -> list[str]:
        """Of the documents that a search can find."""
        return [document.name for document in self.of(name) if document.status is DocumentStatus.INDEXED]

    def deleted(self, name: str) -> list[SourceDocument]:
        """Those that can still come back, by name."""
        return [document for document in self.all(name) if document.deleted_at]

    def all(self, name: str, path: str = "") -> list[SourceDocument]:
        with self._database.reading() as session:
            query = sa.select(DocumentRow).join(CollectionRow).where(CollectionRow.name == name)
            query = query.where(DocumentRow.path == path) if path else query
            return [_document(row) for row in session.scalars(query.order_by(DocumentRow.name))]

    def find(self, collection: str, document: str) -> SourceDocument:
        """By name, by path, or by a file name that only one document has. Raises WorkbenchError."""
        if (named := self._named(collection, document)) is not None:
            return named  # by far the most: no need to read them all
        with self._database.reading() as session:
            require_row(session, collection)
        documents = self.of(collection)
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
