"""What the user thinks of the answers of a comparison.

Revision ID: 0017
Revises: 0016
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "answer_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("example_id", sa.String(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("answer_hash", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("comparison_id", "arm", "example_id", "repeat"),
    )
    for column in ("answer_hash", "comparison_id"):
        op.create_index(op.f(f"ix_answer_ratings_{column}"), "answer_ratings", [column], unique=False)
