"""Grids that were begun: one row each and one per combination. Their cells lie in the folder of the grid."""

import datetime
import shutil
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.playground.grid.types import GridReport, GridRequest


class GridRecord(Base):
    __tablename__ = "grids"

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created: Mapped[str]
    state: Mapped[str]
    metric: Mapped[str]
    total: Mapped[int]
    done: Mapped[int]
    failed: Mapped[int]
    request: Mapped[str] = mapped_column(sa.Text)
    """The whole `GridRequest` as JSON, for opening the grid and for going on with it."""


class GridCombinationRecord(Base):
    __tablename__ = "grid_combinations"

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grids.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    version_id: Mapped[str] = mapped_column(index=True)
    """The prompt version; it may have been deleted since."""
    version_hash: Mapped[str]
    model_name: Mapped[str]
    model_hash: Mapped[str]
    adapter_name: Mapped[str]
    adapter_hash: Mapped[str]
    settings: Mapped[str]
    mean: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    answered: Mapped[int]
    failed: Mapped[int]


class GridState(StrEnum):
    BEGUN = "begun"
    """It runs, or its end was not heard yet."""
    STOPPED = "stopped"
    """Stopped, failed or crashed: it can be gone on with."""
    FINISHED = "finished"


class GridEntry(Boundary):
    """One line of the history."""

    id: int
    name: str
    created: str
    """ISO 8601 in UTC."""
    state: GridState
    metric: str
    total: int
    """Cells."""
    done: int
    failed: int
    folder: str


class GridStore:
    """Saves and finds grids. Only the process that holds the data folder's lock may save."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, request: GridRequest) -> GridEntry:
        """Remember that a grid is being filled, again where it was known. Its `folder` says which it is."""
        with self._database.session() as session:
            record = _find(session, request.folder) or _new(session, request)
            record.state = GridState.BEGUN
            session.flush()
            return _entry(record)

    def finish(self, request: GridRequest, report: GridReport) -> GridEntry:
        """Keep what a filled grid reached. Told again it changes nothing."""
        with self._database.session() as session:
            record = _find(session, request.folder) or _new(session, request)
            record.state, record.done, record.failed = GridState.FINISHED, report.done, report.failed
            session.flush()
            session.execute(sa.delete(GridCombinationRecord).where(GridCombinationRecord.grid_id == record.id))
            session.add_all(_combinations(record.id, request, report))
            return _entry(record)

    def stop(self, request: GridRequest, *, done: int, failed: int) -> GridEntry:
        """Remember how far a grid came that did not come to its end."""
        with self._database.session() as session:
            record = _find(session, request.folder) or _new(session, request)
            record.state, record.done, record.failed = GridState.STOPPED, done, failed
            session.flush()
            return _entry(record)

    def list_grids(self) -> list[GridEntry]:
        """All of them, newest first."""
        columns = sa.orm.defer(GridRecord.request)
        with self._database.reading() as session:
            records = session.scalars(sa.select(GridRecord).options(columns).order_by(GridRecord.id.desc()))
            return [_entry(record) for record in records]

    def get(self, grid_id: int) -> GridRequest:
        """What was asked, for opening the grid or going on with it; WorkbenchError when there is none."""
        with self._database.reading() as session:
            record = session.get(GridRecord, grid_id)
            if record is None:
                raise WorkbenchError(
                    f"There is no grid number {grid_id}.", hint="`workbench grid list` shows them.", code="no_grid"
                )
            return GridRequest.model_validate_json(record.request)

    def delete(self, grid_id: int) -> None:
        """Forget a grid and remove its transcripts."""
        with self._database.session() as session:
            record = session.get(GridRecord, grid_id)
            if record is None:
                raise WorkbenchError(f"There is no grid number {grid_id}.", code="no_grid")
            folder = Path(record.folder)
            session.delete(record)
        shutil.rmtree(folder, ignore_errors=True)


def _find(session: Session, folder: str) -> GridRecord | None:
    return session.scalar(sa.select(GridRecord).where(GridRecord.folder == folder))


def _new(session: Session, request: GridRequest) -> GridRecord:
    record = GridRecord(
        folder=request.folder,
        name=request.name,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        state=GridState.BEGUN,
        metric=request.metrics[0].name,
        total=request.size,
        done=0,
        failed=0,
        request=request.model_dump_json(),
    )
    session.add(record)
    return record


def _combinations(grid_id: int, request: GridRequest, report: GridReport) -> Sequence[GridCombinationRecord]:
    records = []
    for combination, result in zip(request.combinations, report.results, strict=True):
        summary = result.metrics.get(request.metrics[0].name)
        version, answerer = combination.version, combination.answerer
        records.append(
            GridCombinationRecord(
                grid_id=grid_id,
                name=combination.name,
                version_id=version.id,
                version_hash=version.content_hash,
                model_name=answerer.model.name,
                model_hash=result.model_hash,
                adapter_name=answerer.adapter_in_words,
                adapter_hash=answerer.adapter_hash,
                settings=combination.settings.name,
                mean=summary.mean if summary else None,
                low=summary.low if summary else None,
                high=summary.high if summary else None,
                answered=result.answered,
                failed=result.failed,
            )
        )
    return records


def _entry(record: GridRecord) -> GridEntry:
    return GridEntry(
        id=record.id,
        name=record.name,
        created=record.created,
        state=GridState(record.state),
        metric=record.metric,
        total=record.total,
        done=record.done,
        failed=record.failed,
        folder=record.folder,
    )
