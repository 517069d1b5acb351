"""Collections that were deleted and can come back; when folders were looked at, and what was found.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("deleted_at", "deleted_name", "damage", "last_sync"):
        op.add_column("rag_collections", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("rag_sources", sa.Column("synced_at", sa.String(), nullable=False, server_default=""))
