"""Why a document was not read, as a word beside the sentence.

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KNOWN = (
    ("needs_password", "%needs a password%"),
    ("needs_ocr", "%needs OCR%"),
    ("duplicate", "It has the same content as %"),
)
"""Sentences of earlier versions; others get their word when the file is looked at again."""


def upgrade() -> None:
    # Not as a batch: that would make the table anew, and dropping the old one takes pages and chunks along.
    op.add_column("rag_documents", sa.Column("reason_code", sa.String(), nullable=False, server_default=""))
    documents = sa.table(
        "rag_documents", sa.column("status"), sa.column("reason", sa.String), sa.column("reason_code", sa.String)
    )
    op.execute(documents.update().where(documents.c.status == "failed").values(reason_code="other"))
    for code, sentence in _KNOWN:
        op.execute(documents.update().where(documents.c.reason.like(sentence)).values(reason_code=code))
