"""What became of adapters: their exports and their evaluations, found by the hash of the adapter's file.

By the hash and not by the name: it stays when an adapter is renamed, and another one of the same name does not get it.
"""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.finetune.evaluation.types import EvaluationReport
from workbench.finetune.types import ExportFormat, ExportReport


class ExportRecord(Base):
    __tablename__ = "adapter_exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    adapter_hash: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    path: Mapped[str]
    report: Mapped[str] = mapped_column(sa.Text)
    """The whole `ExportReport` as JSON."""


class EvaluationRecord(Base):
    __tablename__ = "adapter_evaluations"

    id: Mapped[int] = mapped_column(primary_key=True)
    adapter_hash: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    folder: Mapped[str] = mapped_column(unique=True)
    """Where the answers lie, row by row."""
    report: Mapped[str] = mapped_column(sa.Text)
    """The `EvaluationReport` without its rows, as JSON."""


class PastExport(Boundary):
    """One export that was made."""

    created: str
    """ISO 8601 in UTC."""
    report: ExportReport


class AdapterHistory:
    """Records and finds. Only the process that holds the writer's lock may record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_export(self, adapter_hash: str, report: ExportReport) -> None:
        """A second export to the same place takes the place of the first."""
        with self._database.session() as session:
            session.execute(
                sa.delete(ExportRecord).where(
                    ExportRecord.adapter_hash == adapter_hash, ExportRecord.path == report.path
                )
            )
            session.add(
                ExportRecord(
                    adapter_hash=adapter_hash, created=_now(), path=report.path, report=report.model_dump_json()
                )
            )

    def exports_of(self, adapter_hash: str) -> tuple[PastExport, ...]:
        """Newest first."""
        query = sa.select(ExportRecord).where(ExportRecord.adapter_hash == adapter_hash)
        with self._database.reading() as session:
            return tuple(
                PastExport(created=row.created, report=ExportReport.model_validate_json(row.report))
                for row in session.scalars(query.order_by(ExportRecord.id.desc()))
            )

    def merged_models(self) -> list[tuple[str, str]]:
        """(adapter hash, path) of every model that an adapter was merged into on export."""
        with self._database.reading() as session:
            rows = session.execute(sa.select(ExportRecord.adapter_hash, ExportRecord.report))
            reports = [(adapter_hash, ExportReport.model_validate_json(report)) for adapter_hash, report in rows]
        return [(key, report.path) for key, report in reports if report.format is ExportFormat.GGUF_MERGED]

    def record_evaluation(self, report: EvaluationReport, folder: str) -> None:
        """The same run recorded again changes nothing."""
        with self._database.session() as session:
            if session.scalar(sa.select(EvaluationRecord.id).where(EvaluationRecord.folder == folder)) is not None:
                return
            session.add(
                EvaluationRecord(
                    adapter_hash=report.adapter_hash,
                    created=report.created,
                    folder=folder,
                    report=report.without_rows().model_dump_json(),
                )
            )

    def evaluations_of(self, adapter_hash: str) -> tuple[tuple[str, EvaluationReport], ...]:
        """(folder, report without rows), newest first."""
        query = sa.select(EvaluationRecord).where(EvaluationRecord.adapter_hash == adapter_hash)
        with self._database.reading() as session:
            return tuple(
                (row.folder, EvaluationReport.model_validate_json(row.report))
                for row in session.scalars(query.order_by(EvaluationRecord.id.desc()))
            )

    def newest_evaluations(self) -> dict[str, EvaluationReport]:
        """The last evaluation of each adapter, by its hash."""
        newest = sa.select(sa.func.max(EvaluationRecord.id)).group_by(EvaluationRecord.adapter_hash)
        with self._database.reading() as session:
            rows = session.scalars(sa.select(EvaluationRecord).where(EvaluationRecord.id.in_(newest)))
            return {row.adapter_hash: EvaluationReport.model_validate_json(row.report) for row in rows}


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
