"""Measurements that were made: one row each, the report and what every question found."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.tables import MeasurementRow
from workbench.rag.evaluation.types import MeasureReport, QuestionOutcome
from workbench.rag.members import is_in
from workbench.rag.tables import CollectionRow, find_row, now


@dataclass(frozen=True, slots=True)
class MeasurementEntry:
    """One line of the history."""

    id: int
    test_set: str
    created: str
    """ISO 8601 in UTC."""
    is_complete: bool
    sentence: str


class MeasurementStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, report: MeasureReport, outcomes: Sequence[QuestionOutcome], *, folder: str) -> None:
        """Keep a measurement. The same one saved again (its `folder`), further or as far as before, replaces it."""
        with self._database.session() as session:
            owner = find_row(session, report.collection)
            if owner is None:
                return  # deleted meanwhile
            row = session.scalars(sa.select(MeasurementRow).where(MeasurementRow.folder == folder)).first()
            if row is None:
                row = MeasurementRow(collection_id=owner.id, folder=folder)
                session.add(row)
            row.created = now()
            row.test_set, row.is_complete, row.sentence = report.test_set, report.is_complete, report.sentence
            row.report = report.model_dump_json()
            row.outcomes = "\n".join(outcome.model_dump_json() for outcome in outcomes)

    def list_measurements(self, collection: str) -> list[MeasurementEntry]:
        """Newest first."""
        columns = (MeasurementRow.id, MeasurementRow.test_set, MeasurementRow.created)
        query = sa.select(*columns, MeasurementRow.is_complete, MeasurementRow.sentence).join(CollectionRow)
        query = query.where(CollectionRow.name == collection).order_by(MeasurementRow.id.desc())
        with self._database.reading() as session:
            return [MeasurementEntry(*row) for row in session.execute(query)]

    def get(self, measurement_id: int) -> tuple[MeasureReport, tuple[QuestionOutcome, ...]]:
        """A whole measurement. Raises WorkbenchError when there is none of that number."""
        with self._database.reading() as session:
            row = session.get(MeasurementRow, measurement_id)
            if row is None:
                raise WorkbenchError(f"There is no measurement number {measurement_id}.", code="no_measurement")
            lines = row.outcomes.splitlines()
            outcomes = tuple(QuestionOutcome.model_validate_json(line) for line in lines)
            return MeasureReport.model_validate_json(row.report), outcomes

    def find(self, folder: str) -> tuple[MeasureReport, tuple[QuestionOutcome, ...]] | None:
        """The measurement that worked in that folder."""
        with self._database.reading() as session:
            number = session.scalar(sa.select(MeasurementRow.id).where(MeasurementRow.folder == folder))
        return None if number is None else self.get(number)

    def delete(self, measurement_id: int) -> None:
        with self._database.session() as session:
            session.execute(sa.delete(MeasurementRow).where(MeasurementRow.id == measurement_id))


def forget_measurements(session: Session, collection_id: int, documents: Sequence[str]) -> list[str]:
    """A purge: measurements whose questions or findings name one of the documents go. Returns their folders."""
    folders = []
    query = sa.select(MeasurementRow).where(MeasurementRow.collection_id == collection_id)
    for row in session.scalars(query).all():
        if names_one(row, documents):
            folders.append(row.folder)
            session.delete(row)
    return folders


def names_one(row: MeasurementRow, documents: Sequence[str]) -> bool:
    """Whether a question or a finding of a measurement lies in one of the documents."""
    report = MeasureReport.model_validate_json(row.report)
    named = {place.document for question in report.questions for place in question.relevant}
    for line in row.outcomes.splitlines():
        named |= {found.document for found in QuestionOutcome.model_validate_json(line).found}
    return any(is_in(name, document) for name in named for document in documents)
