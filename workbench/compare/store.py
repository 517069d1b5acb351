"""Comparisons that were made: one row each, one per trial, one per score, so that history can be asked."""

import datetime
import json

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.boundary import Boundary
from workbench.compare.types import ComparisonReport, Trial, VerdictKind
from workbench.database import Base, Database
from workbench.errors import WorkbenchError


class ComparisonRow(Base):
    __tablename__ = "comparisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    metric: Mapped[str]
    kind: Mapped[str]
    winner: Mapped[str | None]
    recommended: Mapped[str | None]
    questions: Mapped[int]
    folder: Mapped[str]
    spec: Mapped[str] = mapped_column(sa.Text)
    """The comparison as it was written down (YAML)."""
    report: Mapped[str] = mapped_column(sa.Text)
    """The report without its trials, as JSON."""


class TrialRow(Base):
    __tablename__ = "trials"

    id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(sa.ForeignKey("comparisons.id", ondelete="CASCADE"), index=True)
    arm: Mapped[str]
    example_id: Mapped[str]
    failure: Mapped[str | None]
    trial: Mapped[str] = mapped_column(sa.Text)
    """The whole trial as JSON."""


class ScoreRow(Base):
    __tablename__ = "scores"

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(sa.ForeignKey("trials.id", ondelete="CASCADE"), index=True)
    metric: Mapped[str]
    value: Mapped[float | None]


class ComparisonEntry(Boundary):
    """One line of the history."""

    id: int
    name: str
    created: str
    """ISO 8601 in UTC."""
    metric: str
    kind: VerdictKind
    winner: str | None
    recommended: str | None
    questions: int
    folder: str


class ComparisonStore:
    """Saves and finds comparisons. Only the process that holds the data folder's lock may save."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, report: ComparisonReport, *, folder: str = "", spec: str = "") -> ComparisonEntry:
        """Keep a finished comparison whole. The same run saved again (its `folder`) changes nothing."""
        with self._database.session() as session:
            known = sa.select(ComparisonRow).where(ComparisonRow.folder == folder)
            if folder and (kept := session.scalars(known).first()):
                return _entry(kept)
            row = ComparisonRow(
                name=report.name,
                created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                metric=report.verdict.metric,
                kind=str(report.verdict.kind),
                winner=report.verdict.winner,
                recommended=report.verdict.recommended,
                questions=len(report.examples),
                folder=folder,
                spec=spec,
                report=report.model_copy(update={"trials": ()}).model_dump_json(),
            )
            session.add(row)
            session.flush()
            for trial in report.trials:
                _add_trial(session, row.id, trial)
            return _entry(row)

    def list_comparisons(self) -> list[ComparisonEntry]:
        """All of them, newest first."""
        with self._database.reading() as session:
            return [_entry(row) for row in session.scalars(sa.select(ComparisonRow).order_by(ComparisonRow.id.desc()))]

    def get(self, comparison_id: int) -> ComparisonReport:
        """A whole report with its trials; WorkbenchError when there is none."""
        with self._database.reading() as session:
            row = session.get(ComparisonRow, comparison_id)
            if row is None:
                raise WorkbenchError(f"There is no comparison number {comparison_id}.", code="no_comparison")
            trials = session.scalars(
                sa.select(TrialRow.trial).where(TrialRow.comparison_id == comparison_id).order_by(TrialRow.id)
            )
            report = ComparisonReport.model_validate_json(row.report)
            return report.model_copy(update={"trials": tuple(Trial.model_validate_json(trial) for trial in trials)})

    def names_with_model(self, model: str) -> tuple[str, ...]:
        """Names of the comparisons in which a model of this name answered, newest first, each once."""
        with self._database.reading() as session:
            rows = session.execute(
                sa.select(ComparisonRow.name, ComparisonRow.report).order_by(ComparisonRow.id.desc())
            )
            reports = [(name, json.loads(report)) for name, report in rows]
        return tuple(
            dict.fromkeys(n for n, report in reports if any(arm.get("model") == model for arm in report["arms"]))
        )

    def names_with_adapter(self, adapter_hash: str) -> tuple[str, ...]:
        """Names of the comparisons in which the adapter with this hash answered, newest first, each once."""
        answered = sa.select(TrialRow.comparison_id).where(TrialRow.trial.contains(f'"adapter_hash":"{adapter_hash}"'))
        query = sa.select(ComparisonRow.name).where(ComparisonRow.id.in_(answered))
        with self._database.reading() as session:
            names = session.scalars(query.order_by(ComparisonRow.id.desc()))
            return tuple(dict.fromkeys(names)) if adapter_hash else ()

    def delete(self, comparison_id: int) -> None:
        with self._database.session() as session:
            session.execute(sa.delete(ComparisonRow).where(ComparisonRow.id == comparison_id))


def _add_trial(session: Session, comparison_id: int, trial: Trial) -> None:
    row = TrialRow(
        comparison_id=comparison_id,
        arm=trial.arm,
        example_id=trial.example_id,
        failure=str(trial.failure) if trial.failure else None,
        trial=trial.model_dump_json(),
    )
    session.add(row)
    session.flush()
    session.add_all(
        ScoreRow(trial_id=row.id, metric=metric, value=judged.value) for metric, judged in trial.scores.items()
    )


def _entry(row: ComparisonRow) -> ComparisonEntry:
    return ComparisonEntry(
        id=row.id,
        name=row.name,
        created=row.created,
        metric=row.metric,
        kind=VerdictKind(row.kind),
        winner=row.winner,
        recommended=row.recommended,
        questions=row.questions,
        folder=row.folder,
    )
