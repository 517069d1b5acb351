"""Test sets in the database: questions with the places that answer them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.datasets.test_sets.types import Origin, Review
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.tables import TestQuestionRow, TestSetRow
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.members import is_in, renamed
from workbench.rag.tables import CollectionRow, find_row, now


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A line of the list of test sets."""

    name: str
    accepted: int
    """Questions that count."""
    waiting: int
    rejected: int
    created: str


class QuestionSetStore:
    """Test sets of collections. Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_sets(self, collection: str) -> list[SetEntry]:
        """By name."""
        with self._database.reading() as session:
            query = sa.select(TestSetRow).join(CollectionRow).where(CollectionRow.name == collection)
            return [_entry(session, row) for row in session.scalars(query.order_by(TestSetRow.name)).all()]

    def names(self) -> list[tuple[str, str]]:
        """Collection and test set, of all collections, by name."""
        query = sa.select(CollectionRow.name, TestSetRow.name).join(TestSetRow).where(CollectionRow.deleted_at == "")
        with self._database.reading() as session:
            ordered = query.order_by(CollectionRow.name, TestSetRow.name)
            return [(collection, name) for collection, name in session.execute(ordered)]

    def create(self, collection: str, name: str) -> None:
        """An empty set. Raises WorkbenchError for a name that is taken or no name."""
        if not name.strip() or len(name) > 100 or not name.isprintable():
            raise WorkbenchError(f"{name!r} cannot be a test set's name.", hint="Use 1 to 100 printable characters.")
        with self._database.session() as session:
            owner = find_row(session, collection)
            if owner is None:
                raise WorkbenchError(f"There is no collection named {collection!r}.", code="no_collection")
            if _find(session, collection, name) is not None:
                raise WorkbenchError(f"There is already a test set “{name}”.", hint="Choose another name.")
            session.add(TestSetRow(collection_id=owner.id, name=name, created=now()))

    def delete(self, collection: str, name: str) -> None:
        """The set with its questions; measurements keep the questions that they were made with."""
        with self._database.session() as session:
            session.delete(_get(session, collection, name))

    def questions(self, collection: str, name: str) -> tuple[EvaluationQuestion, ...]:
        """All of them, rejected ones too, in the order in which they came. WorkbenchError: there is no such set."""
        with self._database.reading() as session:
            row = _get(session, collection, name)
            query = sa.select(TestQuestionRow).where(TestQuestionRow.test_set_id == row.id)
            return tuple(question_of(one) for one in session.scalars(query.order_by(TestQuestionRow.id)))

    def counting(self, collection: str, name: str) -> tuple[EvaluationQuestion, ...]:
        """The questions to measure with: accepted, with something relevant. WorkbenchError when there is none."""
        found = tuple(q for q in self.questions(collection, name) if q.review is Review.ACCEPTED and q.relevant)
        if not found:
            raise WorkbenchError(
                f"The test set “{name}” has no question that counts.",
                hint="Add questions with their sources, or accept generated ones.",
                code="no_questions",
            )
        return found

    def add(self, collection: str, name: str, questions: Iterable[EvaluationQuestion]) -> int:
        """Add questions; one whose text is there already gets the further places. Returns how many are new."""
        new = 0
        with self._database.session() as session:
            row = _get(session, collection, name)
            rows = session.scalars(sa.select(TestQuestionRow).where(TestQuestionRow.test_set_id == row.id))
            known = {_key(one.text): one for one in rows.all()}
            for question in questions:
                there = known.get(_key(question.text))
                if there is None:
                    there = known[_key(question.text)] = TestQuestionRow(test_set_id=row.id)
                    write_question(there, question)
                    session.add(there)
                    new += 1
                else:
                    there.relevant = _to_json(dict.fromkeys((*_places(there.relevant), *question.relevant)))
        return new

    def change(self, question: EvaluationQuestion) -> None:
        """Replace a stored question (its `id`). Raises WorkbenchError when it is gone."""
        with self._database.session() as session:
            write_question(_row(session, question.id), question)

    def review(self, question_ids: Sequence[str], review: Review) -> None:
        """Accept, reject, or put back."""
        with self._database.session() as session:
            for one in question_ids:
                _row(session, one).review = review.value

    def remove(self, question_ids: Sequence[str]) -> None:
        with self._database.session() as session:
            numbers = [int(one) for one in question_ids]
            session.execute(sa.delete(TestQuestionRow).where(TestQuestionRow.id.in_(numbers)))


def forget_documents(session: Session, collection_id: int, documents: Sequence[str]) -> None:
    """A purge: what generated questions say came from the documents; places in them go, and questions without any."""
    sets = sa.select(TestSetRow.id).where(TestSetRow.collection_id == collection_id)
    for row in session.scalars(sa.select(TestQuestionRow).where(TestQuestionRow.test_set_id.in_(sets))).all():
        places = _places(row.relevant)
        left = [place for place in places if not any(is_in(place.document, name) for name in documents)]
        if len(left) == len(places):
            continue
        if left and row.origin != Origin.GENERATED:
            row.relevant = _to_json(left)
        else:
            session.delete(row)


def rename_document(session: Session, collection_id: int, name: str, new: str) -> None:
    """What answers a question stands in a document that is called otherwise now."""
    sets = sa.select(TestSetRow.id).where(TestSetRow.collection_id == collection_id)
    for row in session.scalars(sa.select(TestQuestionRow).where(TestQuestionRow.test_set_id.in_(sets))).all():
        places = _places(row.relevant)
        moved = [place.model_copy(update={"document": renamed(place.document, name, new)}) for place in places]
        if moved != list(places):
            row.relevant = _to_json(moved)


def _key(text: str) -> str:
    """Texts that differ in case and spaces only are the same question."""
    return " ".join(text.split()).casefold()


def _find(session: Session, collection: str, name: str) -> TestSetRow | None:
    query = sa.select(TestSetRow).join(CollectionRow).where(CollectionRow.name == collection)
    return session.scalars(query.where(TestSetRow.name == name)).one_or_none()


def _get(session: Session, collection: str, name: str) -> TestSetRow:
    found = _find(session, collection, name)
    if found is None:
        query = sa.select(TestSetRow.name).join(CollectionRow).where(CollectionRow.name == collection)
        known = ", ".join(session.scalars(query.order_by(TestSetRow.name)))
        hint = f"There are: {known}." if known else "Make one first."
        raise WorkbenchError(f"{collection!r} has no test set {name!r}.", hint=hint, code="no_test_set")
    return found


def _row(session: Session, question_id: str) -> TestQuestionRow:
    row = session.get(TestQuestionRow, int(question_id)) if question_id.isdecimal() else None
    if row is None:
        raise WorkbenchError("That question is not in the test set any more.", code="no_question")
    return row


def write_question(row: TestQuestionRow, question: EvaluationQuestion) -> None:
    row.text = " ".join(question.text.split())
    row.relevant = _to_json(question.relevant)
    row.origin, row.review, row.remark = question.origin.value, question.review.value, question.remark


def _entry(session: Session, row: TestSetRow) -> SetEntry:
    query = sa.select(TestQuestionRow.review, sa.func.count()).where(TestQuestionRow.test_set_id == row.id)
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(query.group_by(TestQuestionRow.review))}
    return SetEntry(
        name=row.name,
        accepted=counts.get(Review.ACCEPTED, 0),
        waiting=counts.get(Review.WAITING, 0),
        rejected=counts.get(Review.REJECTED, 0),
        created=row.created,
    )


def question_of(row: TestQuestionRow) -> EvaluationQuestion:
    return EvaluationQuestion(
        id=str(row.id),
        text=row.text,
        relevant=_places(row.relevant),
        origin=Origin(row.origin),
        review=Review(row.review),
        remark=row.remark,
    )


def _places(text: str) -> tuple[RelevantPlace, ...]:
    return tuple(RelevantPlace.model_validate(place) for place in json.loads(text))


def _to_json(places: Iterable[RelevantPlace]) -> str:
    return json.dumps([place.model_dump(mode="json") for place in places])
