"""Comparisons that were made: one row each, one per trial, one per score, so that history can be asked."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.compare.history import ComparisonEntry
from workbench.compare.judge.rating_store import AnswerRatingStore
from workbench.compare.stored_reports import read_stored_report, read_stored_trial
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_sentences import in_a_word
from workbench.compare.verdict_types import VerdictKind
from workbench.database import Base, Database
from workbench.errors import WorkbenchError

_LONGEST_NAME = 120


class ComparisonRow(Base):
    __tablename__ = "comparisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    metric: Mapped[str]
    kind: Mapped[str]
    winner: Mapped[str | None]
    outcome: Mapped[str] = mapped_column(sa.Text, server_default="", default="")
    recommended: Mapped[str | None]
    questions: Mapped[int]
    folder: Mapped[str]
    spec: Mapped[str] = mapped_column(sa.Text)
    """The comparison as it was written down (YAML)."""
    report: Mapped[str] = mapped_column(sa.Text)
    """The report without its trials, as JSON."""
    note: Mapped[str] = mapped_column(sa.Text, server_default="", default="")
    deleted_at: Mapped[str] = mapped_column(sa.Text, server_default="", default="")
    """ISO 8601 in UTC; empty while it is not deleted."""
    arms: Mapped[str] = mapped_column(sa.Text, server_default="", default="")
    """The names of the arms as a JSON list."""
    again_of: Mapped[int] = mapped_column(server_default="0", default=0)
    questions_hash: Mapped[str] = mapped_column(server_default="", default="", index=True)


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


class ComparisonStore:
    """Saves and finds comparisons. Only the process that holds the data folder's lock may save."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.ratings = AnswerRatingStore(database)
        """What the user thinks of the answers."""

    def save(self, report: ComparisonReport, *, folder: str = "", spec: str = "") -> ComparisonEntry:
        """Keep a finished comparison whole. The same run saved again (its `folder`) changes nothing."""
        with self._database.session() as session:
            known = sa.select(ComparisonRow).where(ComparisonRow.folder == folder)
            if folder and (kept := session.scalars(known).first()):
                return _entry(kept)
            row = ComparisonRow(
                name=report.name,
                created=_now(),
                metric=report.verdict.metric,
                kind=str(report.verdict.kind),
                winner=report.verdict.winner,
                outcome=in_a_word(report.verdict),
                recommended=report.verdict.recommended,
                questions=len(report.examples),
                folder=folder,
                spec=spec,
                report=report.model_copy(update={"trials": (), "ratings": ()}).model_dump_json(),
                arms=json.dumps([arm.name for arm in report.arms], ensure_ascii=False),
                again_of=report.request.again_of if report.request else 0,
                questions_hash=report.request.questions_hash if report.request else "",
            )
            session.add(row)
            session.flush()
            _add_trials(session, row.id, report.trials)
            return _entry(row)

    def keep_terms(self, folder: str, report: ComparisonReport) -> None:
        """Keep what the saved run of this folder is weighed by and is without now, with the verdict that follows; its
        trials stay."""
        values = {
            "kind": str(report.verdict.kind),
            "winner": report.verdict.winner,
            "outcome": in_a_word(report.verdict),
            "recommended": report.verdict.recommended,
            "report": report.model_copy(update={"trials": ()}).model_dump_json(),
        }
        if folder:
            with self._database.session() as session:
                session.execute(sa.update(ComparisonRow).where(ComparisonRow.folder == folder).values(**values))

    def list_comparisons(self) -> list[ComparisonEntry]:
        """All that are not deleted, newest first; reads neither reports nor trials."""
        with self._database.reading() as session:
            kept = sa.select(*_LISTED).where(ComparisonRow.deleted_at == "").order_by(ComparisonRow.id.desc())
            return [_entry(row) for row in session.execute(kept)]

    def entry(self, comparison_id: int) -> ComparisonEntry:
        """One line of the history; WorkbenchError when there is none."""
        with self._database.reading() as session:
            row = session.execute(sa.select(*_LISTED).where(ComparisonRow.id == comparison_id)).first()
        if row is None:
            raise _unknown(comparison_id)
        return _entry(row)

    def get(self, comparison_id: int) -> ComparisonReport:
        """A whole report with its trials, also of an earlier version; WorkbenchError when there is none."""
        with self._database.reading() as session:
            text = session.scalar(sa.select(ComparisonRow.report).where(ComparisonRow.id == comparison_id))
            if text is None:
                raise _unknown(comparison_id)
            query = sa.select(TrialRow.trial).where(TrialRow.comparison_id == comparison_id).order_by(TrialRow.id)
            trials = list(session.scalars(query))
        report = read_stored_report(text).model_copy(update={"trials": tuple(map(read_stored_trial, trials))})
        return self.with_ratings(report, comparison_id)

    def with_ratings(self, report: ComparisonReport, comparison_id: int) -> ComparisonReport:
        """The report of this comparison with what the user thinks of its answers by now."""
        return report.model_copy(update={"ratings": self.ratings.list_ratings(comparison_id)})

    def get_without_trials(self, comparison_id: int) -> ComparisonReport:
        """The report but for its trials: quick also for large comparisons."""
        with self._database.reading() as session:
            text = session.scalar(sa.select(ComparisonRow.report).where(ComparisonRow.id == comparison_id))
        if text is None:
            raise _unknown(comparison_id)
        return read_stored_report(text)

    def find_run(self, folder: str) -> ComparisonEntry | None:
        """The comparison that was made in this folder."""
        query = sa.select(*_LISTED).where(ComparisonRow.folder == folder)
        with self._database.reading() as session:
            row = session.execute(query).first() if folder else None
        return _entry(row) if row else None

    def written(self, comparison_id: int) -> str:
        """The comparison as its author wrote it down (YAML); empty where that is not known."""
        with self._database.reading() as session:
            return session.scalar(sa.select(ComparisonRow.spec).where(ComparisonRow.id == comparison_id)) or ""

    def rename(self, comparison_id: int, name: str) -> ComparisonEntry:
        """Call it something else; several may have the same name. WorkbenchError for an empty name."""
        wished = " ".join(name.split())
        if not wished:
            raise WorkbenchError("A comparison needs a name.", hint="Write one.", code="no_name")
        return self._change(comparison_id, name=wished[:_LONGEST_NAME])

    def annotate(self, comparison_id: int, note: str) -> ComparisonEntry:
        """Keep a note with it."""
        return self._change(comparison_id, note=note.strip())

    def set_aside(self, comparison_id: int) -> ComparisonEntry:
        """Delete it so that it can come back (`bring_back`) until it is forgotten."""
        return self._change(comparison_id, deleted_at=_now())

    def bring_back(self, comparison_id: int) -> ComparisonEntry:
        """Undo `set_aside`."""
        return self._change(comparison_id, deleted_at="")

    def set_aside_before(self, moment: str) -> list[ComparisonEntry]:
        """What was deleted at or before that moment (ISO 8601 in UTC)."""
        query = sa.select(*_LISTED).where(ComparisonRow.deleted_at != "", ComparisonRow.deleted_at <= moment)
        with self._database.reading() as session:
            return [_entry(row) for row in session.execute(query)]

    def delete(self, comparison_id: int) -> None:
        """Forget it for good."""
        with self._database.session() as session:
            session.execute(sa.delete(ComparisonRow).where(ComparisonRow.id == comparison_id))

    def _change(self, comparison_id: int, **values: str) -> ComparisonEntry:
        with self._database.session() as session:
            session.execute(sa.update(ComparisonRow).where(ComparisonRow.id == comparison_id).values(**values))
        return self.entry(comparison_id)

    def names_with_model(self, model: str) -> tuple[str, ...]:
        """Names of the comparisons in which a model of this name answered, newest first, each once."""
        arms = sa.func.json_each(ComparisonRow.report, "$.arms").table_valued("value")
        answered = (
            sa.select(sa.literal(1)).select_from(arms).where(sa.func.json_extract(arms.c.value, "$.model") == model)
        )
        kept = sa.select(ComparisonRow.name).where(ComparisonRow.deleted_at == "", answered.exists())
        with self._database.reading() as session:
            return tuple(dict.fromkeys(session.scalars(kept.order_by(ComparisonRow.id.desc()))))

    def names_with_adapter(self, adapter_hash: str) -> tuple[str, ...]:
        """Names of the comparisons in which the adapter with this hash answered, newest first, each once."""
        answered = sa.select(TrialRow.comparison_id).where(TrialRow.trial.contains(f'"adapter_hash":"{adapter_hash}"'))
        query = sa.select(ComparisonRow.name).where(ComparisonRow.id.in_(answered), ComparisonRow.deleted_at == "")
        with self._database.reading() as session:
            names = session.scalars(query.order_by(ComparisonRow.id.desc()))
            return tuple(dict.fromkeys(names)) if adapter_hash else ()


def _add_trials(session: Session, comparison_id: int, trials: Sequence[Trial]) -> None:
    """In two statements: ten thousand trials must not hold up who else wants to write.

    There is one writer, so that the next free numbers can be given here instead of being asked for row by row.
    """
    if not trials:
        return
    first = (session.scalar(sa.select(sa.func.max(TrialRow.id))) or 0) + 1
    rows = [
        {
            "id": first + place,
            "comparison_id": comparison_id,
            "arm": trial.arm,
            "example_id": trial.example_id,
            "failure": str(trial.failure) if trial.failure else None,
            "trial": trial.model_dump_json(),
        }
        for place, trial in enumerate(trials)
    ]
    session.execute(sa.insert(TrialRow), rows)
    scores = [
        {"trial_id": first + place, "metric": metric, "value": judged.value}
        for place, trial in enumerate(trials)
        for metric, judged in trial.scores.items()
    ]
    if scores:
        session.execute(sa.insert(ScoreRow), scores)


_LISTED = tuple(
    getattr(ComparisonRow, name)
    for name in (
        "id", "name", "created", "metric", "kind", "winner", "outcome", "recommended", "questions", "folder",
        "note", "arms", "again_of", "questions_hash",
    )
)  # fmt: skip


def _entry(row: Any) -> ComparisonEntry:
    return ComparisonEntry(
        id=row.id,
        name=row.name,
        created=row.created,
        metric=row.metric,
        kind=VerdictKind(row.kind),
        winner=row.winner,
        outcome=row.outcome,
        recommended=row.recommended,
        questions=row.questions,
        folder=row.folder,
        note=row.note,
        arms=tuple(json.loads(row.arms)) if row.arms else (),
        again_of=row.again_of,
        questions_hash=row.questions_hash,
    )


def _unknown(comparison_id: int) -> WorkbenchError:
    return WorkbenchError(
        f"There is no comparison number {comparison_id}.",
        hint="`workbench comparisons list` shows those that are kept.",
        code="no_comparison",
    )


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
