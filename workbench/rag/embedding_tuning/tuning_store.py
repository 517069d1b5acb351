"""Tunings that came to their end: one row each."""

from dataclasses import dataclass

import sqlalchemy as sa

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.rag.embedding_tuning.types import TuningReport
from workbench.rag.evaluation.tables import TuningRow
from workbench.rag.tables import CollectionRow, find_row, now


@dataclass(frozen=True, slots=True)
class TuningEntry:
    """One line of the history."""

    id: int
    created: str
    is_better: bool
    sentence: str


class TuningStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, report: TuningReport, *, folder: str) -> None:
        """Keep a tuning. The same one saved again (its `folder`) replaces it."""
        with self._database.session() as session:
            owner = find_row(session, report.tuned.collection)
            if owner is None:
                return  # deleted meanwhile
            row = session.scalars(sa.select(TuningRow).where(TuningRow.folder == folder)).first()
            if row is None:
                row = TuningRow(collection_id=owner.id, folder=folder)
                session.add(row)
            row.created, row.sentence, row.is_better = now(), report.sentence, report.is_better
            row.report = report.model_dump_json()

    def list_tunings(self, collection: str) -> list[TuningEntry]:
        """Newest first."""
        query = sa.select(TuningRow.id, TuningRow.created, TuningRow.is_better, TuningRow.sentence).join(CollectionRow)
        query = query.where(CollectionRow.name == collection).order_by(TuningRow.id.desc())
        with self._database.reading() as session:
            return [TuningEntry(*row) for row in session.execute(query)]

    def get(self, tuning_id: int) -> TuningReport:
        """Raises WorkbenchError when there is none of that number."""
        with self._database.reading() as session:
            row = session.get(TuningRow, tuning_id)
            if row is None:
                raise WorkbenchError(f"There is no tuning number {tuning_id}.", code="no_tuning")
            return TuningReport.model_validate_json(row.report)

    def find(self, folder: str) -> TuningReport | None:
        """The tuning that worked in that folder."""
        with self._database.reading() as session:
            number = session.scalar(sa.select(TuningRow.id).where(TuningRow.folder == folder))
        return None if number is None else self.get(number)
