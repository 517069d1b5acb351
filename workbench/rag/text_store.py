"""The texts of collections in the database: pages and chunks, from which an index can be made again."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.rag.document_store import DocumentStore
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.member_store import MemberStore
from workbench.rag.tables import ChunkRow, CollectionRow, DocumentRow, PageRow, active_index, page_text
from workbench.rag.types import ChunkSpan, PageText, StoredDocument

_TOGETHER = 20
"""Documents whose texts are read at once: enough to be fast, few enough to hold in memory."""


class TextStore:
    """Reads what documents say, page by page."""

    def __init__(self, database: Database, documents: DocumentStore, members: MemberStore) -> None:
        self._database = database
        self._documents = documents
        self._members = members

    def page(self, collection: str, document: str, page: int) -> str:
        """The text of one page, the very one that offsets count in; also of what lies in a document, by its full name
        and its own page. Raises WorkbenchError."""
        located = self._members.locate(collection, document)
        found = self._documents.find(collection, located.document if located else document)
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

    def document(self, name: str, document: str) -> StoredDocument:
        """A document with its text and its chunks, by its name or path. Raises WorkbenchError for one without text."""
        found = self._documents.find(name, document)
        source = found.duplicate_of or found.name
        wanted = sa.select(DocumentRow.id).join(CollectionRow).where(CollectionRow.name == name)
        with self._database.reading() as session:
            number = session.scalar(wanted.where(DocumentRow.name == source, DocumentRow.chunk_count > 0))
        if number is not None:
            return self._stored([number])[0]
        raise WorkbenchError(f"{found.name} holds no text.", hint=found.reason, code="no_text")

    def all(self, name: str) -> Iterator[StoredDocument]:
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
