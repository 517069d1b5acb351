"""What the database knows of a collection's condition: when folders were looked at, whether the index is whole."""

from collections.abc import Sequence

import sqlalchemy as sa

from workbench.database import Database
from workbench.rag.indexing_types import IndexReport, SyncReport
from workbench.rag.tables import CollectionRow, SourceRow, find_row, now


class HealthStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_sync(self, name: str, sources: Sequence[str], report: IndexReport) -> None:
        """Files and folders were looked at to the end."""
        found = SyncReport(
            at=now(),
            added=report.indexed - report.changed,
            changed=report.changed,
            gone=report.removed,
            renamed=report.renamed,
            failed=report.failed,
        )
        with self._database.session() as session:
            row = find_row(session, name)
            if row is None:
                return  # deleted meanwhile
            mine = SourceRow.collection_id == row.id
            kept = set(session.scalars(sa.select(SourceRow.path).where(mine)))
            if not kept.issuperset(sources):
                return  # single files were looked at once more
            found = found.model_copy(update={"build_seconds": _build_seconds(row.last_sync, report)})
            row.last_sync = found.model_dump_json()
            session.execute(sa.update(SourceRow).where(mine, SourceRow.path.in_(sources)).values(synced_at=found.at))

    def record_damage(self, name: str, what: str) -> None:
        """The index was found damaged; empty: it is whole."""
        with self._database.session() as session:
            session.execute(sa.update(CollectionRow).where(CollectionRow.name == name).values(damage=what))


def _build_seconds(last_sync: str, report: IndexReport) -> float | None:
    """All syncs that indexed something, together; unknown where one of them was not timed."""
    if not last_sync:
        return report.seconds if report.indexed and not report.unchanged else None
    before = SyncReport.model_validate_json(last_sync).build_seconds
    if before is None or not report.indexed:
        return before
    return before + report.seconds
