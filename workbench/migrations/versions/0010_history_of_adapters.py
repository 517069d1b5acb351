"""Exports and evaluations of adapters.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "adapter_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("adapter_hash", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_adapter_exports_adapter_hash", "adapter_exports", ["adapter_hash"])
    op.create_table(
        "adapter_evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("adapter_hash", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folder"),
    )
    op.create_index("ix_adapter_evaluations_adapter_hash", "adapter_evaluations", ["adapter_hash"])
