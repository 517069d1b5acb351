"""How test sets lie in the database, and what is asked of the rows."""

import datetime
import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.database import Base
from workbench.datasets.test_sets.types import SetQuestion
from workbench.errors import WorkbenchError

LONGEST_NAME = 100
_FEW, _MOST_WORDS = 20, 12
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9]{2,}")
"""What stands in JSON as it is, and whose case SQLite ignores."""


class NamedSetRow(Base):
    __tablename__ = "test_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created: Mapped[str]
    changed: Mapped[str]


class SetQuestionRow(Base):
    __tablename__ = "test_set_questions"
    __table_args__ = (sa.UniqueConstraint("test_set_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    test_set_id: Mapped[int] = mapped_column(sa.ForeignKey("test_sets.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    """Where it stands among the others; the order decides which questions are answered together."""
    key: Mapped[str]
    """`SetQuestion.id`."""
    review: Mapped[str]
    question: Mapped[str] = mapped_column(sa.Text)
    """The `SetQuestion` as JSON; the columns beside it are for queries."""


class SetVersionRow(Base):
    """What a comparison used: never changed, and kept when the set goes."""

    __tablename__ = "test_set_versions"
    __table_args__ = (sa.UniqueConstraint("name", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    content_hash: Mapped[str] = mapped_column(index=True)
    used: Mapped[str]
    """When a comparison used it for the first time, ISO 8601 in UTC."""
    questions: Mapped[int]
    examples: Mapped[str] = mapped_column(sa.Text)
    """One `Example` as JSON per line."""


def asked(question: SetQuestion) -> tuple[object, ...]:
    """Texts that differ in case and spaces only are the same question, where the variables are the same too."""
    return " ".join(question.question.split()).casefold(), tuple(sorted(question.variables.items()))


def known_questions(
    session: Session, owner: NamedSetRow, wanted: Sequence[SetQuestion], *, but: int = 0
) -> set[tuple[object, ...]]:
    """What the set asks already, as far as it matters for these questions; `but` is the number of one that does not.

    Of a few questions only rows are read that hold their plain words: reading thousands takes seconds.
    """
    query = questions_of(owner).where(SetQuestionRow.id != but)
    if len(wanted) > _FEW:
        return {asked(question_of(row)) for row in session.scalars(query)}
    found: set[tuple[object, ...]] = set()
    for question in wanted:
        plain = {word for word in _PLAIN_WORDS.findall(question.question) if "ss" not in word.casefold()}  # may be "ß"
        words = sorted(plain, key=len, reverse=True)[:_MOST_WORDS]
        likely = query.where(*(SetQuestionRow.question.icontains(word, autoescape=True) for word in words))
        found |= {asked(question_of(row)) for row in session.scalars(likely)}
    return found


def find_set(session: Session, name: str) -> NamedSetRow | None:
    return session.scalars(sa.select(NamedSetRow).where(NamedSetRow.name == name.strip())).one_or_none()


def get_set(session: Session, name: str) -> NamedSetRow:
    found = find_set(session, name)
    if found is None:
        known = ", ".join(session.scalars(sa.select(NamedSetRow.name).order_by(NamedSetRow.name).limit(8)))
        hint = f"There are: {known}." if known else "Save questions as a set on the Compare tab first."
        raise WorkbenchError(f"There is no test set “{name}”.", hint=hint, code="no_test_set")
    return found


def make_set(session: Session, name: str) -> NamedSetRow:
    row = NamedSetRow(name=checked_name(session, name), created=now(), changed=now())
    session.add(row)
    session.flush()
    return row


def checked_name(session: Session, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or "@" in name:
        raise WorkbenchError(
            f"{name[:60]!r} cannot be a test set's name.",
            hint=f"Use 1 to {LONGEST_NAME} printable characters without “@”.",
            code="bad_name",
        )
    if find_set(session, name) is not None:
        raise WorkbenchError(f"There is already a test set “{name}”.", hint="Choose another name.", code="name_taken")
    return name


def question_row(session: Session, owner: NamedSetRow, number: int) -> SetQuestionRow:
    row = session.get(SetQuestionRow, number)
    if row is None or row.test_set_id != owner.id:
        raise WorkbenchError(f"That question is not in “{owner.name}” any more.", code="no_question")
    return row


def questions_of(row: NamedSetRow) -> sa.Select[SetQuestionRow]:
    query = sa.select(SetQuestionRow).where(SetQuestionRow.test_set_id == row.id)
    return query.order_by(SetQuestionRow.position, SetQuestionRow.id)


def as_row(owner: int, position: int, question: SetQuestion) -> SetQuestionRow:
    return SetQuestionRow(
        test_set_id=owner,
        position=position,
        key=question.id,
        review=question.review.value,
        question=as_json(question),
    )


def as_json(question: SetQuestion) -> str:
    return question.model_dump_json(exclude={"number"}, exclude_defaults=True)


def question_of(row: SetQuestionRow) -> SetQuestion:
    return SetQuestion.model_validate_json(row.question).model_copy(update={"number": row.id})


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
