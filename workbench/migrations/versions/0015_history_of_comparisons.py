"""Comparisons have notes, can be deleted and come back, and say what they repeat and who took part.

Revision ID: 0015
Revises: 0014
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("note", "deleted_at", "arms"):
        op.add_column("comparisons", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("comparisons", sa.Column("again_of", sa.Integer(), nullable=False, server_default="0"))
    connection = op.get_bind()
    for number, report in connection.execute(sa.text("SELECT id, report FROM comparisons")).fetchall():
        names = [str(arm.get("name", "")) for arm in json.loads(report).get("arms", ())]
        connection.execute(
            sa.text("UPDATE comparisons SET arms = :arms WHERE id = :id"),
            {"arms": json.dumps(names, ensure_ascii=False), "id": number},
        )
