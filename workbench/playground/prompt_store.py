"""Saved prompts: versions that never change, but for their name and note."""

import datetime
import hashlib
import json
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.naming import numbered
from workbench.playground.types import Prompt, PromptVersion


class PromptVersionRecord(Base):
    __tablename__ = "prompt_versions"
    __table_args__ = (sa.UniqueConstraint("prompt_name", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    prompt_name: Mapped[str]
    number: Mapped[int]
    parent_id: Mapped[str]
    name: Mapped[str]
    note: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[str]
    content_hash: Mapped[str] = mapped_column(index=True)
    prompt: Mapped[str] = mapped_column(sa.Text)
    """The `Prompt` as JSON."""


def content_hash(prompt: Prompt) -> str:
    """SHA-256 of what is different from an empty prompt: a field that is added later changes no hash."""
    content = prompt.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


class PromptStore:
    """Reads and writes versions. Only the process that holds the data folder's lock may write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_version(
        self, prompt_name: str, prompt: Prompt, *, parent_id: str = "", name: str = "", note: str = ""
    ) -> PromptVersion:
        """The newest version of that prompt that holds exactly this, or a new one with the next number.

        A name or note that is given is written on either.
        """
        prompt_name = _checked_name(prompt_name)
        with self._database.session() as session:
            digest = content_hash(prompt)
            record = session.scalar(
                _of_prompt(prompt_name).where(PromptVersionRecord.content_hash == digest).limit(1)
            )  # the newest first
            if record is None:
                record = _new_record(prompt_name, _next_number(session, prompt_name), prompt, digest, parent_id)
                session.add(record)
            record.name = name.strip() or record.name
            record.note = note or record.note
            session.flush()
            return _value(record)

    def prompt_names(self) -> list[str]:
        """The one that was saved last comes first."""
        newest = sa.func.max(PromptVersionRecord.created)
        query = sa.select(PromptVersionRecord.prompt_name).group_by(PromptVersionRecord.prompt_name)
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(newest.desc(), PromptVersionRecord.prompt_name)))

    def versions(self, prompt_name: str) -> list[PromptVersion]:
        """The newest first; none when there is no such prompt."""
        with self._database.reading() as session:
            return [_value(record) for record in session.scalars(_of_prompt(prompt_name.strip()))]

    def all_versions(self) -> list[PromptVersion]:
        """Of all prompts: the one that was saved last comes first, of each the newest version first."""
        with self._database.reading() as session:
            records = session.scalars(sa.select(PromptVersionRecord).order_by(PromptVersionRecord.number.desc()))
            versions = [_value(record) for record in records]
        last: dict[str, str] = {}
        for version in versions:
            last[version.prompt_name] = max(last.get(version.prompt_name, ""), version.created)
        names = sorted(last, key=lambda name: (last[name], name), reverse=True)
        return sorted(versions, key=lambda version: names.index(version.prompt_name))

    def newest(self, prompt_name: str) -> PromptVersion | None:
        with self._database.reading() as session:
            record = session.scalar(_of_prompt(prompt_name.strip()).limit(1))
            return None if record is None else _value(record)

    def find(self, version_id: str) -> PromptVersion | None:
        with self._database.reading() as session:
            record = session.get(PromptVersionRecord, version_id)
            return None if record is None else _value(record)

    def get(self, version_id: str) -> PromptVersion:
        """The version of that id; WorkbenchError when it is gone."""
        if found := self.find(version_id):
            return found
        raise WorkbenchError("This version of the prompt no longer exists.", hint="Choose another.", code="no_version")

    def rename_version(self, version_id: str, name: str) -> PromptVersion:
        with self._database.session() as session:
            record = _existing(session, version_id)
            record.name = " ".join(name.split())
            return _value(record)

    def set_note(self, version_id: str, note: str) -> PromptVersion:
        with self._database.session() as session:
            record = _existing(session, version_id)
            record.note = note
            return _value(record)

    def branch(self, version_id: str, new_prompt_name: str) -> PromptVersion:
        """A new prompt that begins with what this version holds, and knows where it came from."""
        new_prompt_name = _checked_name(new_prompt_name)
        with self._database.session() as session:
            origin = _value(_existing(session, version_id))
            _check_free(session, new_prompt_name)
            record = _new_record(new_prompt_name, 1, origin.prompt, origin.content_hash, origin.id)
            session.add(record)
            session.flush()
            return _value(record)

    def rename_prompt(self, old: str, new: str) -> None:
        old, new = old.strip(), _checked_name(new)
        if old == new:
            return
        with self._database.session() as session:
            if session.scalar(_of_prompt(old).limit(1)) is None:
                raise _no_prompt(old)
            _check_free(session, new)
            renamed = sa.update(PromptVersionRecord).where(PromptVersionRecord.prompt_name == old)
            session.execute(renamed.values(prompt_name=new))

    def delete_prompt(self, prompt_name: str) -> tuple[PromptVersion, ...]:
        """Forget a prompt with all its versions; what is returned is what `restore_prompt` brings back."""
        with self._database.session() as session:
            records = session.scalars(_of_prompt(prompt_name.strip())).all()
            if not records:
                raise _no_prompt(prompt_name)
            deleted = tuple(_value(record) for record in records)
            for record in records:
                session.delete(record)
        return deleted

    def restore_prompt(self, deleted: Sequence[PromptVersion]) -> str:
        """Bring a deleted prompt back; returns its name, numbered where another has taken it meanwhile."""
        if not deleted:
            raise WorkbenchError("There is no version to bring back.", code="no_version")
        with self._database.session() as session:
            name = _free_name(session, deleted[0].prompt_name)
            for version in deleted:
                session.add(_record(version.model_copy(update={"prompt_name": name})))
        return name

    def free_name(self, wanted: str) -> str:
        """`wanted`, or with a number behind it where there is such a prompt."""
        with self._database.reading() as session:
            return _free_name(session, _checked_name(wanted))


def _of_prompt(prompt_name: str) -> "sa.Select[PromptVersionRecord]":
    query = sa.select(PromptVersionRecord).where(PromptVersionRecord.prompt_name == prompt_name)
    return query.order_by(PromptVersionRecord.number.desc())


def _next_number(session: Session, prompt_name: str) -> int:
    last = sa.select(sa.func.max(PromptVersionRecord.number)).where(PromptVersionRecord.prompt_name == prompt_name)
    return (session.scalar(last) or 0) + 1


def _existing(session: Session, version_id: str) -> PromptVersionRecord:
    record = session.get(PromptVersionRecord, version_id)
    if record is None:
        raise WorkbenchError("This version of the prompt no longer exists.", hint="Choose another.", code="no_version")
    return record


def _free_name(session: Session, wanted: str) -> str:
    return numbered(wanted, lambda name: session.scalar(_of_prompt(name).limit(1)) is not None)


def _check_free(session: Session, name: str) -> None:
    if session.scalar(_of_prompt(name).limit(1)) is not None:
        raise WorkbenchError(f"There is already a prompt “{name}”.", hint="Choose another name.", code="name_taken")


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise WorkbenchError("A prompt needs a name of one line.", code="bad_name")
    return name


def _no_prompt(name: str) -> WorkbenchError:
    return WorkbenchError(f"There is no prompt “{name.strip()}”.", hint="Choose another.", code="no_prompt")


def _new_record(prompt_name: str, number: int, prompt: Prompt, digest: str, parent_id: str) -> PromptVersionRecord:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    version = PromptVersion(
        id=uuid.uuid4().hex,
        prompt_name=prompt_name,
        number=number,
        parent_id=parent_id,
        created=now,
        content_hash=digest,
        prompt=prompt,
    )
    return _record(version)


def _record(version: PromptVersion) -> PromptVersionRecord:
    return PromptVersionRecord(**version.model_dump(exclude={"prompt"}), prompt=version.prompt.model_dump_json())


def _value(record: PromptVersionRecord) -> PromptVersion:
    return PromptVersion(
        id=record.id,
        prompt_name=record.prompt_name,
        number=record.number,
        parent_id=record.parent_id,
        name=record.name,
        note=record.note,
        created=record.created,
        content_hash=record.content_hash,
        prompt=Prompt.model_validate_json(record.prompt),
    )
