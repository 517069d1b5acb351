"""What the user made of a collection and what was measured on it: it goes out and comes back with the documents."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.boundary import Boundary
from workbench.database import Database
from workbench.rag.evaluation.measurement_store import names_one
from workbench.rag.evaluation.set_store import question_of, write_question
from workbench.rag.evaluation.tables import MeasurementRow, TestQuestionRow, TestSetRow
from workbench.rag.evaluation.types import EvaluationQuestion, MeasureReport, QuestionOutcome
from workbench.rag.judgement_store import JudgementRow, RelevanceJudgement, judgement_of
from workbench.rag.members import is_in
from workbench.rag.tables import CollectionRow, DocumentRow

MAX_BYTES = 256 << 20
"""Longest file of it that is read in."""


class KnownSet(Boundary):
    """A test set."""

    name: str
    created: str
    questions: tuple[EvaluationQuestion, ...]


class KnownMeasurement(Boundary):
    """Settings that were measured side by side."""

    created: str
    report: MeasureReport
    outcomes: tuple[QuestionOutcome, ...]


class Knowledge(Boundary):
    """Everything about a collection that is not its documents."""

    judgements: tuple[RelevanceJudgement, ...] = ()
    test_sets: tuple[KnownSet, ...] = ()
    measurements: tuple[KnownMeasurement, ...] = ()


def gather(database: Database, collection: str, *, with_paths: bool) -> Knowledge:
    """Without paths nothing tells where embedders and cross-encoders lie. What speaks of removed documents stays."""
    with database.reading() as session:
        row = session.scalars(sa.select(CollectionRow).where(CollectionRow.name == collection)).one()
        removed = session.execute(
            sa.select(DocumentRow.name, DocumentRow.sha256).where(
                DocumentRow.collection_id == row.id, DocumentRow.deleted_at != ""
            )
        ).all()
        names, hashes = [name for name, _ in removed], {sha256 for _, sha256 in removed}
        judged = session.scalars(sa.select(JudgementRow).where(JudgementRow.collection_id == row.id))
        measured = session.scalars(sa.select(MeasurementRow).where(MeasurementRow.collection_id == row.id))
        return Knowledge(
            judgements=tuple(judgement_of(one) for one in judged if one.doc_hash not in hashes),
            test_sets=tuple(_sets(session, row.id, names)),
            measurements=tuple(_measurement(one, with_paths) for one in measured if not names_one(one, names)),
        )


def _sets(session: Session, collection_id: int, removed: Sequence[str]) -> list[KnownSet]:
    found = []
    sets = sa.select(TestSetRow).where(TestSetRow.collection_id == collection_id).order_by(TestSetRow.id)
    for row in session.scalars(sets).all():
        mine = sa.select(TestQuestionRow).where(TestQuestionRow.test_set_id == row.id).order_by(TestQuestionRow.id)
        questions = [question_of(one) for one in session.scalars(mine)]
        kept = tuple(question for question in questions if not _speaks_of(question, removed))
        found.append(KnownSet(name=row.name, created=row.created, questions=kept))
    return found


def _speaks_of(question: EvaluationQuestion, documents: Sequence[str]) -> bool:
    return any(is_in(place.document, name) for place in question.relevant for name in documents)


def _measurement(row: MeasurementRow, with_paths: bool) -> KnownMeasurement:
    report = MeasureReport.model_validate_json(row.report)
    outcomes = tuple(QuestionOutcome.model_validate_json(line) for line in row.outcomes.splitlines())
    return KnownMeasurement(
        created=row.created, report=report if with_paths else _without_paths(report), outcomes=outcomes
    )


def _without_paths(report: MeasureReport) -> MeasureReport:
    results = []
    for result in report.results:
        embedder = result.setting.embedder.model_copy(update={"path": result.setting.embedder.name})
        setting = result.setting.model_copy(update={"embedder": embedder})
        results.append(result.model_copy(update={"setting": setting}))
    reranker = report.reranker.replace("\\", "/").rpartition("/")[2]
    return report.model_copy(update={"results": tuple(results), "reranker": reranker})


def add_knowledge(session: Session, row: CollectionRow, knowledge: Knowledge, measurements: Path) -> None:
    """To a collection that has just come in. `measurements` is the folder of their work, which did not come along."""
    session.add_all(
        JudgementRow(collection_id=row.id, **one.model_dump(mode="json")) for one in _distinct(knowledge.judgements)
    )
    for name, known in {known.name: known for known in knowledge.test_sets}.items():
        test_set = TestSetRow(collection_id=row.id, name=name, created=known.created)
        session.add(test_set)
        session.flush()
        for question in known.questions:
            line = TestQuestionRow(test_set_id=test_set.id)
            write_question(line, question)
            session.add(line)
    for one in knowledge.measurements:
        report = one.report.model_copy(update={"collection": row.name})
        session.add(
            MeasurementRow(
                collection_id=row.id,
                test_set=report.test_set,
                created=one.created,
                folder=str(measurements / f"imported-{secrets.token_hex(8)}"),
                is_complete=report.is_complete,
                sentence=report.sentence,
                report=report.model_dump_json(),
                outcomes="\n".join(outcome.model_dump_json() for outcome in one.outcomes),
            )
        )


def _distinct(judgements: Sequence[RelevanceJudgement]) -> list[RelevanceJudgement]:
    """One for each passage and question: a file may come from anybody."""
    return list({(one.question, *one.place): one for one in judgements}.values())
