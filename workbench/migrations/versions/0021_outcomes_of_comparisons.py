"""The outcome of a comparison in a word, as its verdict says it: a winner and a kind do not tell all of it.

Revision ID: 0021
Revises: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | Sequence[str] | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("outcome", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE comparisons SET outcome = CASE WHEN winner > '' THEN winner || ' wins' ELSE kind END")
