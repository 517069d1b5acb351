"""Test sets in the database: what they hold now, and for ever the versions that comparisons used."""

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.database import Base, Database
from workbench.datasets.test_sets.types import (
    MOST_QUESTIONS,
    Origin,
    Review,
    SetQuestion,
    as_question,
    questions_hash,
)
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.naming import numbered

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


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A line of the list of test sets."""

    name: str
    accepted: int
    """Questions that count."""
    waiting: int
    rejected: int
    changed: str
    """ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class SetVersion:
    """The questions of a set as a comparison used them."""

    name: str
    content_hash: str
    used: str
    """When for the first time, ISO 8601 in UTC."""
    questions: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of questions that were added."""

    new: tuple[SetQuestion, ...]
    """As they were stored."""
    known: int
    """Questions that the set had already, and was left with."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Questions that were taken out, and where they stood."""

    name: str
    questions: tuple[SetQuestion, ...]
    positions: tuple[int, ...]


class TestSetStore:
    """Only the process that holds the writer's lock may call what writes."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_sets(self) -> list[SetEntry]:
        """By name."""
        with self._database.reading() as session:
            counts: dict[int, dict[str, int]] = {}
            columns = sa.select(SetQuestionRow.test_set_id, SetQuestionRow.review, sa.func.count())
            for owner, review, count in session.execute(columns.group_by(sa.text("1, 2"))):
                counts.setdefault(owner, {})[review] = count
            rows = session.scalars(sa.select(NamedSetRow).order_by(NamedSetRow.name))
            return [_entry(row, counts.get(row.id, {})) for row in rows]

    def create(self, name: str) -> str:
        """An empty set; returns its name. Raises WorkbenchError for a name that is taken or cannot be one."""
        with self._database.session() as session:
            return _make(session, name).name

    def free_name(self, wished: str) -> str:
        """The wished name, or one with a number behind it where that is taken."""
        names = {entry.name for entry in self.list_sets()}
        return numbered(wished.strip()[: LONGEST_NAME - 5] or "Questions", names.__contains__)

    def rename(self, name: str, new: str) -> None:
        """Versions that were used keep the name under which they were."""
        with self._database.session() as session:
            row = _get(session, name)
            if new.strip() != name:
                row.name = _checked_name(session, new)

    def delete(self, name: str) -> Removed:
        """Forget a set; what comes back can be given to `restore`. Versions that comparisons used stay."""
        with self._database.session() as session:
            row = _get(session, name)
            found = session.scalars(_questions_of(row)).all()
            removed = Removed(name, tuple(map(_question, found)), tuple(one.position for one in found))
            session.delete(row)
            return removed

    def questions(self, name: str) -> tuple[SetQuestion, ...]:
        """All of them, rejected ones too, in their order. WorkbenchError: there is no such set."""
        with self._database.reading() as session:
            return tuple(map(_question, session.scalars(_questions_of(_get(session, name)))))

    def examples(self, name: str, version: str = "") -> tuple[Example, ...]:
        """What a comparison asks: the questions that count, or those of a used version (the beginning of its hash).

        Raises WorkbenchError when there are none.
        """
        if version:
            return self.version(name, version)
        found = tuple(question.example() for question in self.questions(name) if question.counts)
        if not found:
            raise WorkbenchError(
                f"The test set “{name}” has no question that counts.",
                hint="Add questions, or accept those that wait.",
                code="no_questions",
            )
        return found

    def add(self, name: str, questions: Iterable[SetQuestion]) -> Added:
        """Behind those that are there; one that asks the same as another is left out. The set is made if there is none.

        Raises WorkbenchError when the set would hold more than `MOST_QUESTIONS`.
        """
        with self._database.session() as session:
            row = _find(session, name) or _make(session, name)
            places = sa.select(SetQuestionRow.key, SetQuestionRow.position)
            there = session.execute(places.where(SetQuestionRow.test_set_id == row.id)).all()
            wanted = list(questions)
            known, keys = _known(session, row, wanted), {key for key, _ in there}
            position = max((position for _, position in there), default=0)
            new: list[SetQuestionRow] = []
            repeated = 0
            for question in wanted:
                if _asked(question) in known:
                    repeated += 1
                    continue
                known.add(_asked(question))
                position += 1
                key = numbered(question.id or f"q{position}", keys.__contains__)
                keys.add(key)
                new.append(_row(row.id, position, question.model_copy(update={"id": key, "number": 0})))
            if len(there) + len(new) > MOST_QUESTIONS:
                raise WorkbenchError(
                    f"“{name}” would hold {len(there) + len(new):,} questions; a test set holds at most "
                    f"{MOST_QUESTIONS:,}.",
                    hint="Divide them among several sets.",
                    code="too_many_questions",
                )
            session.add_all(new)
            row.changed = _now()
            session.flush()
            return Added(tuple(map(_question, new)), repeated)

    def change(self, name: str, question: SetQuestion) -> SetQuestion:
        """Replace a stored question (its `number`). Raises WorkbenchError when it is gone or asks what another asks."""
        with self._database.session() as session:
            owner = _get(session, name)
            row = _question_row(session, owner, question.number)
            if _asked(question) in _known(session, owner, [question], but=row.id):
                raise WorkbenchError(f"“{name}” asks that already.", hint="Change the words, or leave it out.")
            row.review, row.question = question.review.value, _json(question.model_copy(update={"id": row.key}))
            owner.changed = _now()
            return _question(row)

    def review(self, name: str, numbers: Sequence[int], review: Review) -> None:
        """Accept, reject, or put back."""
        self._update(name, numbers, lambda question: question.model_copy(update={"review": review}))

    def tag(self, name: str, numbers: Sequence[int], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Give questions tags, and take others away."""

        def tagged(question: SetQuestion) -> SetQuestion:
            kept = (tag for tag in (*question.tags, *add) if tag not in remove)
            return question.model_copy(update={"tags": tuple(dict.fromkeys(kept))})

        self._update(name, numbers, tagged)

    def remove(self, name: str, numbers: Sequence[int]) -> Removed:
        """What comes back can be given to `restore`."""
        with self._database.session() as session:
            owner = _get(session, name)
            rows = [_question_row(session, owner, number) for number in numbers]
            removed = Removed(name, tuple(map(_question, rows)), tuple(row.position for row in rows))
            for row in rows:
                session.delete(row)
            owner.changed = _now()
            return removed

    def restore(self, removed: Removed) -> tuple[SetQuestion, ...]:
        """Put questions back where they stood, with their set where it is gone."""
        with self._database.session() as session:
            owner = _find(session, removed.name) or _make(session, removed.name)
            keys = {row.key for row in session.scalars(_questions_of(owner))}
            rows = []
            for position, question in zip(removed.positions, removed.questions, strict=True):
                key = numbered(question.id, keys.__contains__)
                keys.add(key)
                rows.append(_row(owner.id, position, question.model_copy(update={"id": key})))
            session.add_all(rows)
            owner.changed = _now()
            session.flush()
            return tuple(map(_question, rows))

    # -- versions -----------------------------------------------------------------------------------------------------

    def freeze(self, name: str, examples: Sequence[Example]) -> SetVersion:
        """Keep for ever what a comparison uses. The same questions again are the same version."""
        content_hash = questions_hash(examples)
        with self._database.session() as session:
            query = sa.select(SetVersionRow).where(SetVersionRow.content_hash == content_hash)
            row = session.scalars(query.where(SetVersionRow.name == name)).one_or_none()
            if row is None:
                row = SetVersionRow(
                    name=name,
                    content_hash=content_hash,
                    used=_now(),
                    questions=len(examples),
                    examples="\n".join(example.model_dump_json(exclude_defaults=True) for example in examples),
                )
                session.add(row)
            return _version(row)

    def versions(self, name: str = "") -> list[SetVersion]:
        """Those that comparisons used, the newest first; of one set, or of all."""
        query = sa.select(SetVersionRow).order_by(SetVersionRow.id.desc())
        with self._database.reading() as session:
            return [
                _version(row) for row in session.scalars(query.where(SetVersionRow.name == name) if name else query)
            ]

    def version(self, name: str, content_hash: str) -> tuple[Example, ...]:
        """The questions of a version; the beginning of its hash is enough. WorkbenchError when there is none."""
        query = sa.select(SetVersionRow.examples).where(SetVersionRow.content_hash.startswith(content_hash))
        with self._database.reading() as session:
            found = session.scalars(query.where(SetVersionRow.name == name) if name else query).first()
        if found is None:
            known = ", ".join(version.content_hash[:12] for version in self.versions(name)[:5]) or "none yet"
            raise WorkbenchError(
                f"The test set “{name}” has no version {content_hash} that a comparison used.",
                hint=f"Versions: {known}.",
                code="no_version",
            )
        return tuple(Example.model_validate_json(line) for line in found.split("\n") if line)

    def version_questions(self, name: str, content_hash: str) -> tuple[SetQuestion, ...]:
        """The same, to be looked at."""
        return tuple(as_question(example) for example in self.version(name, content_hash))

    def _update(self, name: str, numbers: Sequence[int], change: Callable[[SetQuestion], SetQuestion]) -> None:
        with self._database.session() as session:
            owner = _get(session, name)
            for number in numbers:
                row = _question_row(session, owner, number)
                changed = change(_question(row))
                row.review, row.question = changed.review.value, _json(changed)
            owner.changed = _now()


def rename_collection(session: Session, name: str, new: str) -> None:
    """Questions say from which collection they are; it is called otherwise now."""
    for row, question in _from_collection(session, name):
        where = question.where.model_copy(update={"collection": new})
        row.question = _json(question.model_copy(update={"where": where}))


def forget_passages(session: Session, collection: str, documents: Sequence[str] | None = None) -> None:
    """A purge: questions that a model wrote out of these documents (None: all) go, and their passages elsewhere."""
    for row, question in _from_collection(session, collection):
        if documents is not None and question.where.document not in documents:
            continue
        if question.origin is Origin.GENERATED:
            session.delete(row)
        else:
            where = question.where.model_copy(update={"passage": ""})
            row.question = _json(question.model_copy(update={"where": where}))


def _from_collection(session: Session, name: str) -> list[tuple[SetQuestionRow, SetQuestion]]:
    marked = SetQuestionRow.question.contains('"collection":')  # few questions are from a collection
    rows = session.scalars(sa.select(SetQuestionRow).where(marked)).all()
    found = [(row, _question(row)) for row in rows]
    return [(row, question) for row, question in found if question.where.collection == name]


def _asked(question: SetQuestion) -> tuple[object, ...]:
    """Texts that differ in case and spaces only are the same question, where the variables are the same too."""
    return " ".join(question.question.split()).casefold(), tuple(sorted(question.variables.items()))


def _known(
    session: Session, owner: NamedSetRow, wanted: Sequence[SetQuestion], *, but: int = 0
) -> set[tuple[object, ...]]:
    """What the set asks already, as far as it matters for these questions; `but` is the number of one that does not.

    Of a few questions only rows are read that hold their plain words: reading thousands takes seconds.
    """
    query = _questions_of(owner).where(SetQuestionRow.id != but)
    if len(wanted) > _FEW:
        return {_asked(_question(row)) for row in session.scalars(query)}
    found: set[tuple[object, ...]] = set()
    for question in wanted:
        plain = {word for word in _PLAIN_WORDS.findall(question.question) if "ss" not in word.casefold()}  # may be "ß"
        words = sorted(plain, key=len, reverse=True)[:_MOST_WORDS]
        likely = query.where(*(SetQuestionRow.question.icontains(word, autoescape=True) for word in words))
        found |= {_asked(_question(row)) for row in session.scalars(likely)}
    return found


def _find(session: Session, name: str) -> NamedSetRow | None:
    return session.scalars(sa.select(NamedSetRow).where(NamedSetRow.name == name.strip())).one_or_none()


def _get(session: Session, name: str) -> NamedSetRow:
    found = _find(session, name)
    if found is None:
        known = ", ".join(session.scalars(sa.select(NamedSetRow.name).order_by(NamedSetRow.name).limit(8)))
        hint = f"There are: {known}." if known else "Save questions as a set on the Compare tab first."
        raise WorkbenchError(f"There is no test set “{name}”.", hint=hint, code="no_test_set")
    return found


def _make(session: Session, name: str) -> NamedSetRow:
    row = NamedSetRow(name=_checked_name(session, name), created=_now(), changed=_now())
    session.add(row)
    session.flush()
    return row


def _checked_name(session: Session, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or "@" in name:
        raise WorkbenchError(
            f"{name[:60]!r} cannot be a test set's name.",
            hint=f"Use 1 to {LONGEST_NAME} printable characters without “@”.",
            code="bad_name",
        )
    if _find(session, name) is not None:
        raise WorkbenchError(f"There is already a test set “{name}”.", hint="Choose another name.", code="name_taken")
    return name


def _question_row(session: Session, owner: NamedSetRow, number: int) -> SetQuestionRow:
    row = session.get(SetQuestionRow, number)
    if row is None or row.test_set_id != owner.id:
        raise WorkbenchError(f"That question is not in “{owner.name}” any more.", code="no_question")
    return row


def _questions_of(row: NamedSetRow) -> sa.Select[SetQuestionRow]:
    query = sa.select(SetQuestionRow).where(SetQuestionRow.test_set_id == row.id)
    return query.order_by(SetQuestionRow.position, SetQuestionRow.id)


def _row(owner: int, position: int, question: SetQuestion) -> SetQuestionRow:
    return SetQuestionRow(
        test_set_id=owner,
        position=position,
        key=question.id,
        review=question.review.value,
        question=_json(question),
    )


def _json(question: SetQuestion) -> str:
    return question.model_dump_json(exclude={"number"}, exclude_defaults=True)


def _question(row: SetQuestionRow) -> SetQuestion:
    return SetQuestion.model_validate_json(row.question).model_copy(update={"number": row.id})


def _entry(row: NamedSetRow, counts: dict[str, int]) -> SetEntry:
    return SetEntry(
        name=row.name,
        accepted=counts.get(Review.ACCEPTED, 0),
        waiting=counts.get(Review.WAITING, 0),
        rejected=counts.get(Review.REJECTED, 0),
        changed=row.changed,
    )


def _version(row: SetVersionRow) -> SetVersion:
    return SetVersion(row.name, row.content_hash, row.used, row.questions)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
