"""Searches that were made: one row each, the report whole."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.playground.search.types import Outcome, SearchReport


class PromptSearchRecord(Base):
    __tablename__ = "prompt_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created: Mapped[str]
    start_version_id: Mapped[str] = mapped_column(index=True)
    metric: Mapped[str]
    outcome: Mapped[str]
    difference: Mapped[float | None]
    """Held-out score of the winner minus that of the start."""
    folder: Mapped[str] = mapped_column(index=True)
    report: Mapped[str] = mapped_column(sa.Text)
    """The whole `SearchReport` as JSON."""


class SearchEntry(Boundary):
    """One line of the history."""

    id: int
    name: str
    created: str
    """ISO 8601 in UTC."""
    metric: str
    outcome: Outcome
    difference: float | None = None
    folder: str = ""


class PromptSearchStore:
    """Saves and finds searches. Only the process that holds the data folder's lock may save."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, report: SearchReport, *, folder: str = "") -> SearchEntry:
        """Keep a finished search. The same one saved again (its `folder`) changes nothing."""
        with self._database.session() as session:
            known = sa.select(PromptSearchRecord).where(PromptSearchRecord.folder == folder)
            if folder and (kept := session.scalars(known).first()):
                return _entry(kept)
            record = PromptSearchRecord(
                name=report.name,
                created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                start_version_id=report.start_version_id,
                metric=report.metric,
                outcome=report.outcome.value,
                difference=report.held_out.difference if report.held_out else None,
                folder=folder,
                report=report.model_dump_json(),
            )
            session.add(record)
            session.flush()
            return _entry(record)

    def list_searches(self) -> list[SearchEntry]:
        """All of them, newest first."""
        query = sa.select(PromptSearchRecord).order_by(PromptSearchRecord.id.desc())
        with self._database.reading() as session:
            return [_entry(record) for record in session.scalars(query)]

    def get(self, search_id: int) -> SearchReport:
        """A whole report; WorkbenchError when there is none."""
        with self._database.reading() as session:
            record = session.get(PromptSearchRecord, search_id)
            if record is None:
                raise WorkbenchError(f"There is no search number {search_id}.", code="no_search")
            return SearchReport.model_validate_json(record.report)

    def delete(self, search_id: int) -> None:
        with self._database.session() as session:
            session.execute(sa.delete(PromptSearchRecord).where(PromptSearchRecord.id == search_id))


def _entry(record: PromptSearchRecord) -> SearchEntry:
    return SearchEntry(
        id=record.id,
        name=record.name,
        created=record.created,
        metric=record.metric,
        outcome=Outcome(record.outcome),
        difference=record.difference,
        folder=record.folder,
    )
