"""How collections lie in the database: the tables, and a file's result as rows of them."""

import json
import time
from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.database import Base
from workbench.errors import WorkbenchError
from workbench.rag.indexing_types import FileIndexed
from workbench.rag.types import ChunkSpan, PageMark, PageText


class CollectionRow(Base):
    __tablename__ = "rag_collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    folder: Mapped[str]
    created: Mapped[str]
    deleted_at: Mapped[str] = mapped_column(server_default="")
    """When the user deleted it; it can come back until it is purged. Empty while it is there."""
    deleted_name: Mapped[str] = mapped_column(server_default="")
    """What it was called before; its name is free for another one."""
    damage: Mapped[str] = mapped_column(server_default="")
    """What was found wrong with the index that answers; empty once it was mended."""
    last_sync: Mapped[str] = mapped_column(server_default="")
    """`SyncReport` as JSON; empty before the first."""


class IndexRow(Base):
    """One index of a collection: one embedder, one chunking, one language. Searches use the active one."""

    __tablename__ = "rag_indexes"

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    folder: Mapped[str] = mapped_column(unique=True)
    """Below the folder of all collections."""
    embedder: Mapped[str]
    """EmbedderRef as JSON."""
    chunking: Mapped[str]
    """ChunkingConfig as JSON."""
    language: Mapped[str]
    is_active: Mapped[bool]
    left_at: Mapped[str]
    """When another index took its place; empty while it is active."""
    created: Mapped[str]


class SourceRow(Base):
    """A file or folder that the user added, to be kept in sync."""

    __tablename__ = "rag_sources"

    collection_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(primary_key=True)
    synced_at: Mapped[str] = mapped_column(server_default="")
    """When it was looked at to the end; empty: never."""


class ExclusionRow(Base):
    """A file that the user deleted from the collection while it still lies in a synced folder."""

    __tablename__ = "rag_exclusions"

    collection_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), primary_key=True
    )
    path_hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the path: the purged document's name is not kept."""


class DocumentRow(Base):
    __tablename__ = "rag_documents"
    __table_args__ = (sa.UniqueConstraint("collection_id", "path"), sa.UniqueConstraint("collection_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]
    sha256: Mapped[str]
    page_count: Mapped[int]
    chunk_count: Mapped[int]
    characters: Mapped[int]
    reason: Mapped[str]
    title: Mapped[str]
    file_type: Mapped[str]
    encoding: Mapped[str]
    warnings: Mapped[str]
    """One per line."""
    size_bytes: Mapped[int]
    duplicate_of: Mapped[str]
    indexed_at: Mapped[str]
    is_markdown: Mapped[bool] = mapped_column(server_default=sa.false())
    file_state: Mapped[str] = mapped_column(server_default="")
    """What the file system said of the file when its hash was taken: `folders.FileState`."""
    deleted_at: Mapped[str] = mapped_column(server_default="")
    """When the user deleted it; it can come back until it is purged. Empty while it is there."""
    reason_code: Mapped[str] = mapped_column(server_default="")
    """`ReasonCode`."""
    language: Mapped[str | None]
    """`languages.language_of`; NULL where nobody looked yet."""
    reader: Mapped[str] = mapped_column(server_default="")
    """`reasons.READER_VERSION` when its text was read; empty: by an earlier version that did not say."""


class PageRow(Base):
    __tablename__ = "rag_pages"
    __table_args__ = (
        # What lies in archives and mailboxes is asked for without reading the texts of all others.
        sa.Index("ix_rag_pages_member", "document_id", "member", sqlite_where=sa.text("member != ''")),
    )

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    marks: Mapped[str] = mapped_column(server_default="")
    """Its headings, tables and repeated lines, as JSON; empty without any."""
    member: Mapped[str] = mapped_column(server_default="")
    """The file or message inside the document that it belongs to; empty: the document itself."""
    member_day: Mapped[str] = mapped_column(server_default="")
    """ISO 8601; the day of that file, where the archive says one."""


class ChunkRow(Base):
    __tablename__ = "rag_chunks"

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_documents.id", ondelete="CASCADE"), primary_key=True)
    index_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rag_indexes.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    """Its place in reading order, from 0."""
    chunk_id: Mapped[str]
    page: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    title: Mapped[str]


def add_document(session: Session, collection_id: int, index_id: int, item: FileIndexed) -> None:
    """The document with its pages, and its chunks in that index."""
    row = DocumentRow(
        collection_id=collection_id,
        path=item.path,
        name=item.name,
        status=str(item.status),
        sha256=item.sha256,
        page_count=item.pages,
        chunk_count=item.chunks,
        characters=item.characters,
        reason=item.reason,
        reason_code=item.reason_code.value,
        title=item.title,
        file_type=item.file_type,
        encoding=item.encoding,
        warnings="\n".join(item.warnings),
        size_bytes=item.size_bytes,
        duplicate_of=item.duplicate_of,
        indexed_at=now(),
        is_markdown=item.is_markdown,
        file_state=item.file_state,
        deleted_at="",
        language=item.language,
        reader=item.reader,
    )
    session.add(row)
    session.flush()
    if item.texts:
        pages = [_page_values(row.id, page) for page in item.texts]
        session.execute(sa.insert(PageRow), pages)
    add_chunks(session, row.id, index_id, item.spans)


def _page_values(document_id: int, page: PageText) -> dict[str, object]:
    marks = [mark.model_dump(mode="json", exclude_defaults=True) for mark in page.marks]
    day = page.member_day.isoformat() if page.member_day else ""
    values = {"document_id": document_id, "number": page.number, "text": page.text, "member": page.member}
    return {**values, "member_day": day, "marks": json.dumps(marks) if marks else ""}


def page_text(row: PageRow) -> PageText:
    """A page with its marks."""
    marks = tuple(PageMark.model_validate(mark) for mark in json.loads(row.marks)) if row.marks else ()
    day = date.fromisoformat(row.member_day) if row.member_day else None
    return PageText(number=row.number, text=row.text, marks=marks, member=row.member, member_day=day)


def add_chunks(session: Session, document_id: int, index_id: int, spans: Sequence[ChunkSpan]) -> None:
    """The chunks of a document in one index."""
    if spans:
        session.execute(sa.insert(ChunkRow), list(_chunk_values(document_id, index_id, spans)))


def _chunk_values(document_id: int, index_id: int, spans: Sequence[ChunkSpan]) -> Iterator[dict[str, object]]:
    for number, span in enumerate(spans):
        place = {"page": span.page, "start": span.start, "end": span.end, "title": span.title}
        yield {"document_id": document_id, "index_id": index_id, "number": number, "chunk_id": span.id, **place}


def find_row(session: Session, name: str) -> CollectionRow | None:
    """The collection of that name."""
    return session.scalars(sa.select(CollectionRow).where(CollectionRow.name == name)).one_or_none()


def require_row(session: Session, name: str) -> CollectionRow:
    """The collection of that name. Raises WorkbenchError, which names those that are there."""
    row = find_row(session, name)
    if row is None:
        there = sa.select(CollectionRow.name).where(CollectionRow.deleted_at == "").order_by(CollectionRow.name)
        known = ", ".join(session.scalars(there))
        hint = f"There are: {known}." if known else f"Make it with `workbench index {name} FOLDER`."
        raise WorkbenchError(f"There is no collection named {name!r}.", hint=hint, code="no_collection")
    return row


def document_query(collection: str, path: str) -> "sa.Select[DocumentRow]":
    """The one document of that path."""
    query = sa.select(DocumentRow).join(CollectionRow)
    return query.where(CollectionRow.name == collection, DocumentRow.path == path)


def active_index(session: Session, collection_id: int) -> IndexRow:
    """The index that answers."""
    query = sa.select(IndexRow).where(IndexRow.collection_id == collection_id, IndexRow.is_active)
    return session.scalars(query).one()


def now() -> str:
    """ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
