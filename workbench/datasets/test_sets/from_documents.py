"""Questions out of documents: they follow their collection, and go when the documents are purged."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.datasets.test_sets.rows import SetQuestionRow, as_json, question_of
from workbench.datasets.test_sets.types import Origin, SetQuestion


def rename_collection(session: Session, name: str, new: str) -> None:
    """Questions say from which collection they are; it is called otherwise now."""
    for row, question in _from_collection(session, name):
        where = question.where.model_copy(update={"collection": new})
        row.question = as_json(question.model_copy(update={"where": where}))


def rename_document(session: Session, collection: str, name: str, new: str) -> None:
    """Questions out of a document name it: it is called otherwise now. Sources in words of the user stay."""
    for row, question in _from_collection(session, collection):
        if not _is_in(question.where.document, name):
            continue
        where = question.where.model_copy(update={"document": new + question.where.document[len(name) :]})
        sources = tuple(new if source == name else source for source in question.sources)
        row.question = as_json(question.model_copy(update={"where": where, "sources": sources}))


def forget_passages(session: Session, collection: str, documents: Sequence[str] | None = None) -> None:
    """A purge: questions that a model wrote out of these documents (None: all) go, and their passages elsewhere."""
    for row, question in _from_collection(session, collection):
        if documents is not None and not any(_is_in(question.where.document, name) for name in documents):
            continue
        if question.origin is Origin.GENERATED:
            session.delete(row)
        else:
            where = question.where.model_copy(update={"passage": ""})
            row.question = as_json(question.model_copy(update={"where": where}))


def _is_in(name: str, document: str) -> bool:
    """Whether it is that document or lies inside it, as a file in an archive does."""
    return name == document or name.startswith(f"{document}/")


def _from_collection(session: Session, name: str) -> list[tuple[SetQuestionRow, SetQuestion]]:
    marked = SetQuestionRow.question.contains('"collection":')  # few questions are from a collection
    rows = session.scalars(sa.select(SetQuestionRow).where(marked)).all()
    found = [(row, question_of(row)) for row in rows]
    return [(row, question) for row, question in found if question.where.collection == name]
