"""Which file or message inside a document a page belongs to, and which reader read the document.

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("rag_pages", sa.Column("member", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_rag_pages_member", "rag_pages", ["document_id", "member"], sqlite_where=sa.text("member != ''"))
    op.add_column("rag_documents", sa.Column("reader", sa.String(), nullable=False, server_default=""))
    # A PDF with headings or tables was read by this reader already; to ask that later takes reading all pages.
    op.execute(
        "UPDATE rag_documents SET reader = 'r1' WHERE file_type = 'PDF' AND EXISTS"
        " (SELECT 1 FROM rag_pages WHERE rag_pages.document_id = rag_documents.id AND rag_pages.marks != '')"
    )
