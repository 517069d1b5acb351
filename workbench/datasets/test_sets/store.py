"""Test sets in the database: what they hold now, and for ever the versions that comparisons used."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from workbench.database import Database
from workbench.datasets.test_sets.rows import (
    LONGEST_NAME,
    NamedSetRow,
    SetQuestionRow,
    SetVersionRow,
    as_json,
    as_row,
    asked,
    checked_name,
    find_set,
    get_set,
    known_questions,
    make_set,
    now,
    question_of,
    question_row,
    questions_of,
)
from workbench.datasets.test_sets.types import (
    MOST_QUESTIONS,
    Review,
    SetQuestion,
    as_question,
    questions_hash,
)
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.naming import numbered


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
            return make_set(session, name).name

    def free_name(self, wished: str) -> str:
        """The wished name, or one with a number behind it where that is taken."""
        names = {entry.name for entry in self.list_sets()}
        return numbered(wished.strip()[: LONGEST_NAME - 5] or "Questions", names.__contains__)

    def rename(self, name: str, new: str) -> None:
        """Versions that were used keep the name under which they were."""
        with self._database.session() as session:
            row = get_set(session, name)
            if new.strip() != name:
                row.name = checked_name(session, new)

    def delete(self, name: str) -> Removed:
        """Forget a set; what comes back can be given to `restore`. Versions that comparisons used stay."""
        with self._database.session() as session:
            row = get_set(session, name)
            found = session.scalars(questions_of(row)).all()
            removed = Removed(name, tuple(map(question_of, found)), tuple(one.position for one in found))
            session.delete(row)
            return removed

    def questions(self, name: str) -> tuple[SetQuestion, ...]:
        """All of them, rejected ones too, in their order. WorkbenchError: there is no such set."""
        with self._database.reading() as session:
            return tuple(map(question_of, session.scalars(questions_of(get_set(session, name)))))

    def asked_anywhere(self) -> tuple[str, ...]:
        """The texts of all questions of all sets, rejected ones left out: what training rows must not ask."""
        text = sa.func.json_extract(SetQuestionRow.question, "$.question")
        with self._database.reading() as session:
            query = sa.select(text).where(SetQuestionRow.review != Review.REJECTED.value).distinct()
            return tuple(session.scalars(query))

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
            row = find_set(session, name) or make_set(session, name)
            places = sa.select(SetQuestionRow.key, SetQuestionRow.position)
            there = session.execute(places.where(SetQuestionRow.test_set_id == row.id)).all()
            wanted = list(questions)
            known, keys = known_questions(session, row, wanted), {key for key, _ in there}
            position = max((position for _, position in there), default=0)
            new: list[SetQuestionRow] = []
            repeated = 0
            for question in wanted:
                if asked(question) in known:
                    repeated += 1
                    continue
                known.add(asked(question))
                position += 1
                key = numbered(question.id or f"q{position}", keys.__contains__)
                keys.add(key)
                new.append(as_row(row.id, position, question.model_copy(update={"id": key, "number": 0})))
            if len(there) + len(new) > MOST_QUESTIONS:
                raise WorkbenchError(
                    f"“{name}” would hold {len(there) + len(new):,} questions; a test set holds at most "
                    f"{MOST_QUESTIONS:,}.",
                    hint="Divide them among several sets.",
                    code="too_many_questions",
                )
            session.add_all(new)
            row.changed = now()
            session.flush()
            return Added(tuple(map(question_of, new)), repeated)

    def change(self, name: str, question: SetQuestion) -> SetQuestion:
        """Replace a stored question (its `number`). Raises WorkbenchError when it is gone or asks what another asks."""
        with self._database.session() as session:
            owner = get_set(session, name)
            row = question_row(session, owner, question.number)
            if asked(question) in known_questions(session, owner, [question], but=row.id):
                raise WorkbenchError(f"“{name}” asks that already.", hint="Change the words, or leave it out.")
            row.review, row.question = question.review.value, as_json(question.model_copy(update={"id": row.key}))
            owner.changed = now()
            return question_of(row)

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
            owner = get_set(session, name)
            rows = [question_row(session, owner, number) for number in numbers]
            removed = Removed(name, tuple(map(question_of, rows)), tuple(row.position for row in rows))
            for row in rows:
                session.delete(row)
            owner.changed = now()
            return removed

    def restore(self, removed: Removed) -> tuple[SetQuestion, ...]:
        """Put questions back where they stood, with their set where it is gone."""
        with self._database.session() as session:
            owner = find_set(session, removed.name) or make_set(session, removed.name)
            keys = {row.key for row in session.scalars(questions_of(owner))}
            rows = []
            for position, question in zip(removed.positions, removed.questions, strict=True):
                key = numbered(question.id, keys.__contains__)
                keys.add(key)
                rows.append(as_row(owner.id, position, question.model_copy(update={"id": key})))
            session.add_all(rows)
            owner.changed = now()
            session.flush()
            return tuple(map(question_of, rows))

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
                    used=now(),
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
            owner = get_set(session, name)
            for number in numbers:
                row = question_row(session, owner, number)
                changed = change(question_of(row))
                row.review, row.question = changed.review.value, as_json(changed)
            owner.changed = now()


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
