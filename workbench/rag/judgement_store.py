"""What the user thinks of hits: thumbs up and down, kept as relevance judgements of (question, passage).

A judgement names its passage by the document's content and the span, so that it outlives a new index with other chunks
and goes with its document when that is purged.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.rag.members import named_below
from workbench.rag.tables import CollectionRow, DocumentRow, PageRow, find_row, now


class Verdict(StrEnum):
    """Whether a passage helps to answer a question."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"


class RelevanceJudgement(Boundary):
    """What a user said of one passage for one question."""

    question: str
    """As it was searched: of a follow-up question the form that stands alone."""
    doc_hash: str
    """SHA-256 of the document's file."""
    page: int
    """Of the file; where the passage lies in a member of it, not the member's own page."""
    start: int
    end: int
    """The passage on the page, in code points, end exclusive."""
    verdict: Verdict
    created: str = ""
    """ISO 8601 in UTC; given by the store."""

    @property
    def place(self) -> tuple[str, int, int, int]:
        return self.doc_hash, self.page, self.start, self.end


@dataclass(frozen=True, slots=True)
class JudgedPassage:
    """A judgement with the text that it is about."""

    judgement: RelevanceJudgement
    document: str
    """The name that the document has now, or that of what lies in it."""
    page: int
    """Of what is named."""
    text: str


class JudgementRow(Base):
    __tablename__ = "rag_judgements"
    __table_args__ = (sa.UniqueConstraint("collection_id", "question", "doc_hash", "page", "start", "end"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    question: Mapped[str]
    doc_hash: Mapped[str]
    page: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    verdict: Mapped[str]
    created: Mapped[str]


class JudgementStore:
    """Reads and writes judgements. Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, collection: str, judgement: RelevanceJudgement) -> None:
        """Keep a judgement; it replaces an earlier one of the same passage for the same question.

        Raises WorkbenchError when there is no such collection.
        """
        with self._database.session() as session:
            row = _find(session, collection, judgement)
            if row is None:
                owner = find_row(session, collection)
                if owner is None:
                    raise WorkbenchError(f"There is no collection named {collection!r}.", code="no_collection")
                row = JudgementRow(collection_id=owner.id, **_of(judgement))
            row.verdict, row.created = judgement.verdict.value, now()
            session.add(row)

    def take_back(self, collection: str, judgement: RelevanceJudgement) -> None:
        """Forget what was said of this passage for this question; nothing happens when nothing was."""
        with self._database.session() as session:
            row = _find(session, collection, judgement)
            if row is not None:
                session.delete(row)

    def list_judgements(self, collection: str, question: str | None = None) -> list[RelevanceJudgement]:
        """In the order in which they were first given; with `question` only those of that question."""
        query = sa.select(JudgementRow).join(CollectionRow).where(CollectionRow.name == collection)
        if question is not None:
            query = query.where(JudgementRow.question == _plain(question))
        with self._database.reading() as session:
            return [judgement_of(row) for row in session.scalars(query.order_by(JudgementRow.number))]

    def judged_passages(self, collection: str) -> list[JudgedPassage]:
        """Every judgement whose document is still there, with the passage's text."""
        query = (
            sa.select(JudgementRow, DocumentRow.name, PageRow.text, PageRow.member, _page_of_member())
            .join(
                DocumentRow,
                sa.and_(
                    DocumentRow.collection_id == JudgementRow.collection_id,
                    DocumentRow.sha256 == JudgementRow.doc_hash,
                    DocumentRow.duplicate_of == "",
                    DocumentRow.deleted_at == "",
                ),
            )
            .join(PageRow, sa.and_(PageRow.document_id == DocumentRow.id, PageRow.number == JudgementRow.page))
            .join(CollectionRow, CollectionRow.id == JudgementRow.collection_id)
            .where(CollectionRow.name == collection)
            .order_by(JudgementRow.number)
        )
        with self._database.reading() as session:
            return [
                JudgedPassage(judgement_of(row), named_below(name, member), page, text[row.start : row.end])
                for row, name, text, member, page in session.execute(query)
            ]


def _page_of_member() -> "sa.ColumnElement[int]":
    """The page of what is named on which a judged passage stands."""
    other = aliased(PageRow)
    before = sa.select(sa.func.count()).select_from(other)
    same = (other.document_id == PageRow.document_id) & (other.member == PageRow.member)
    own = before.where(same, other.number <= PageRow.number).scalar_subquery()
    return sa.case((PageRow.member == "", PageRow.number), else_=own)


def forget_document(session: Session, collection_id: int, doc_hash: str) -> None:
    """Part of a purge: what was said of a document goes with it."""
    session.execute(
        sa.delete(JudgementRow).where(JudgementRow.collection_id == collection_id, JudgementRow.doc_hash == doc_hash)
    )


def _find(session: Session, collection: str, judgement: RelevanceJudgement) -> JudgementRow | None:
    query = sa.select(JudgementRow).join(CollectionRow).where(CollectionRow.name == collection)
    for name, value in _of(judgement).items():
        query = query.where(getattr(JudgementRow, name) == value)
    return session.scalars(query).one_or_none()


def _of(judgement: RelevanceJudgement) -> dict[str, object]:
    """What makes a judgement the one of its passage and question."""
    place = {name: getattr(judgement, name) for name in ("doc_hash", "page", "start", "end")}
    return {"question": _plain(judgement.question), **place}


def _plain(question: str) -> str:
    """Two questions that differ in spaces only are one."""
    return " ".join(question.split())


def judgement_of(row: JudgementRow) -> RelevanceJudgement:
    return RelevanceJudgement(
        question=row.question,
        doc_hash=row.doc_hash,
        page=row.page,
        start=row.start,
        end=row.end,
        verdict=Verdict(row.verdict),
        created=row.created,
    )
