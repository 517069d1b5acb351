"""Saved conversations: one row for each, one for each of its turns, so that an answer writes little."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.playground.conversation import (
    ColumnSetup,
    Conversation,
    SavedColumn,
    SavedConversation,
    Turn,
    title_of,
)


class ConversationRecord(Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    created: Mapped[str]
    changed: Mapped[str] = mapped_column(index=True)
    layout: Mapped[str] = mapped_column(sa.Text)
    """`_Layout` as JSON."""


class TurnRecord(Base):
    __tablename__ = "conversation_turns"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    column_id: Mapped[str]
    turn_id: Mapped[str]
    model_hash: Mapped[str] = mapped_column(index=True)
    adapter_hash: Mapped[str] = mapped_column(index=True)
    version_id: Mapped[str] = mapped_column(index=True)
    turn: Mapped[str] = mapped_column(sa.Text)
    """The whole `Turn` as JSON; the columns beside it are for lineage queries."""

    __table_args__ = (sa.UniqueConstraint("conversation_id", "column_id", "turn_id"),)


class _ColumnLayout(Boundary):
    setup: ColumnSetup
    chosen: dict[str, str] = Field(default_factory=dict)


class _Layout(Boundary):
    """What of a conversation is not in its turns."""

    schema_version: int = 1
    columns: tuple[_ColumnLayout, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A line of the history."""

    id: str
    title: str
    changed: str
    columns: int


class ConversationStore:
    """Reads and writes conversations. Only the process that holds the data folder's lock may write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, saved: SavedConversation) -> SavedConversation:
        """Keep it as it is now; turns that it does not have any more are forgotten. Gives dates and the title."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        dated = saved.model_copy(
            update={
                "created": saved.created or now,
                "changed": now,
                "title": saved.title or title_of(saved.columns),
            }
        )
        layout = _Layout(
            columns=tuple(_ColumnLayout(setup=c.setup, chosen=c.conversation.chosen) for c in dated.columns)
        )
        with self._database.session() as session:
            session.merge(
                ConversationRecord(
                    id=dated.id,
                    title=dated.title,
                    created=dated.created,
                    changed=dated.changed,
                    layout=layout.model_dump_json(),
                )
            )
            session.flush()
            _save_turns(session, dated)
        return dated

    def list_conversations(self, limit: int = 100) -> list[HistoryEntry]:
        """Those that were talked in last come first."""
        query = sa.select(ConversationRecord).order_by(ConversationRecord.changed.desc()).limit(limit)
        with self._database.reading() as session:
            return [
                HistoryEntry(row.id, row.title, row.changed, len(_Layout.model_validate_json(row.layout).columns))
                for row in session.scalars(query)
            ]

    def find(self, conversation_id: str) -> SavedConversation | None:
        query = sa.select(TurnRecord).where(TurnRecord.conversation_id == conversation_id).order_by(TurnRecord.number)
        with self._database.reading() as session:
            row = session.get(ConversationRecord, conversation_id)
            if row is None:
                return None
            turns: dict[str, list[Turn]] = {}
            for record in session.scalars(query):
                turns.setdefault(record.column_id, []).append(Turn.model_validate_json(record.turn))
            return _conversation(row, turns)

    def delete(self, conversation_id: str) -> None:
        """Forget one; nothing happens when it is not there."""
        with self._database.session() as session:
            session.execute(sa.delete(ConversationRecord).where(ConversationRecord.id == conversation_id))

    def clear(self) -> None:
        """Forget them all."""
        with self._database.session() as session:
            session.execute(sa.delete(ConversationRecord))


def _save_turns(session: Session, saved: SavedConversation) -> None:
    """Write what is new or changed, remove what is gone."""
    found = session.scalars(sa.select(TurnRecord).where(TurnRecord.conversation_id == saved.id))
    known = {(record.column_id, record.turn_id): record for record in found}
    for column in saved.columns:
        for turn in column.conversation.turns:
            key = (column.setup.id, turn.id)
            record = known.pop(key, None) or TurnRecord(
                conversation_id=saved.id, column_id=column.setup.id, turn_id=turn.id
            )
            record.model_hash = turn.answered_by.model_hash
            record.adapter_hash = turn.answered_by.adapter_hash
            record.version_id = turn.answered_by.version_id
            record.turn = turn.model_dump_json()
            session.add(record)
    for gone in known.values():
        session.delete(gone)


def _conversation(row: ConversationRecord, turns: Mapping[str, Sequence[Turn]]) -> SavedConversation:
    columns = tuple(
        SavedColumn(
            setup=column.setup,
            conversation=Conversation(turns=tuple(turns.get(column.setup.id, ())), chosen=column.chosen),
        )
        for column in _Layout.model_validate_json(row.layout).columns
    )
    return SavedConversation(id=row.id, title=row.title, created=row.created, changed=row.changed, columns=columns)
