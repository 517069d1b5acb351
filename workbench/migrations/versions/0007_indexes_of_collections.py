"""Several indexes for a collection, its folders, documents that were deleted and may come back.

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MARKDOWN = "('Markdown', 'Notebook', 'Word', 'PowerPoint', 'Excel', 'EPUB', 'HTML', 'Feed')"


def upgrade() -> None:
    _make_indexes()
    _move_chunks()
    # Not as a batch: that would make the table anew, and dropping the old one takes pages and chunks along.
    op.add_column("rag_documents", sa.Column("is_markdown", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("rag_documents", sa.Column("file_state", sa.String(), nullable=False, server_default=""))
    op.add_column("rag_documents", sa.Column("deleted_at", sa.String(), nullable=False, server_default=""))
    op.execute(f"UPDATE rag_documents SET is_markdown = 1 WHERE file_type IN {_MARKDOWN}")
    op.create_table(
        "rag_sources",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["rag_collections.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("collection_id", "path"),
    )
    op.create_table(
        "rag_exclusions",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("path_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["rag_collections.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("collection_id", "path_hash"),
    )


def _make_indexes() -> None:
    op.create_table(
        "rag_indexes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("embedder", sa.String(), nullable=False),
        sa.Column("chunking", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["rag_collections.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folder"),
    )
    op.create_index(op.f("ix_rag_indexes_collection_id"), "rag_indexes", ["collection_id"], unique=False)
    op.execute(
        "INSERT INTO rag_indexes (id, collection_id, folder, embedder, chunking, language, is_active, left_at, created)"
        " SELECT id, id, folder, embedder, chunking, 'English', 1, '', created FROM rag_collections"
    )
    op.drop_column("rag_collections", "embedder")
    op.drop_column("rag_collections", "chunking")


def _move_chunks() -> None:
    op.rename_table("rag_chunks", "rag_chunks_before")
    op.create_table(
        "rag_chunks",
        sa.Column("index_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chunk_id", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["index_id"], ["rag_indexes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document_id"], ["rag_documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "index_id", "number"),
    )
    op.execute(
        'INSERT INTO rag_chunks (index_id, document_id, number, chunk_id, page, start, "end", title)'
        ' SELECT d.collection_id, c.document_id, c.number, c.chunk_id, c.page, c.start, c."end", c.title'
        " FROM rag_chunks_before c JOIN rag_documents d ON d.id = c.document_id"
    )
    op.drop_table("rag_chunks_before")
    op.create_index(op.f("ix_rag_chunks_index_id"), "rag_chunks", ["index_id"], unique=False)
