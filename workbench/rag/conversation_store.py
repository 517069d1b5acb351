"""Conversations with a collection, kept until the user forgets them or a document that they quote is purged."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.log import get_logger
from workbench.rag.answer_types import Answer, AnswerPrompt
from workbench.rag.purged import Purged
from workbench.rag.search_types import Hit
from workbench.rag.tables import CollectionRow, DocumentRow, find_row, now

_log = get_logger("rag")

MOST = 100
"""So many conversations of a collection are kept; then the oldest goes."""


class KeptTurn(Boundary):
    """A question with its passages and its answer, or a search with its passages."""

    question: str
    is_search: bool = False
    model: str = ""
    standalone: str = ""
    """What was searched for, where it was not the question."""
    remark: str = ""
    hits: tuple[Hit, ...] = ()
    was_searched: bool = False
    answer_text: str = ""
    answer: Answer | None = None
    prompt: AnswerPrompt | None = None


class KeptConversation(Boundary):
    """Turns in the order in which they were asked."""

    key: str
    """Names it among all conversations."""
    turns: tuple[KeptTurn, ...]

    def quotes(self) -> set[str]:
        """SHA-256 of every document of which it holds a passage."""
        return {hit.doc_hash for turn in self.turns for hit in turn.hits}


class _Turns(Boundary):
    turns: tuple[KeptTurn, ...]


class ConversationRow(Base):
    __tablename__ = "rag_conversations"

    key: Mapped[str] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    changed: Mapped[str]
    turns: Mapped[str] = mapped_column(sa.Text)
    """`KeptTurn`s as JSON."""


class ConversationStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_conversations(self, collection: str) -> list[KeptConversation]:
        """The one that was spoken in last first. What another version of the program wrote is left out."""
        query = sa.select(ConversationRow.key, ConversationRow.turns).join(CollectionRow)
        query = query.where(CollectionRow.name == collection).order_by(
            ConversationRow.changed.desc(), sa.literal_column("rag_conversations.rowid").desc()
        )
        with self._database.reading() as session:
            rows = session.execute(query).all()
        read = ((key, _read(turns)) for key, turns in rows)
        return [KeptConversation(key=key, turns=turns) for key, turns in read if turns]

    def save(self, collection: str, conversation: KeptConversation) -> bool:
        """Keep it as it is now. False: nothing is written, because a document that it quotes was purged meanwhile or
        the collection is gone."""
        with self._database.session() as session:
            owner = find_row(session, collection)
            before = session.get(ConversationRow, conversation.key)
            # What it quoted when it was written last may have been changed since; a purge would have taken it along.
            known = KeptConversation(key="", turns=_read(before.turns)).quotes() if before is not None else set()
            if owner is None or not _are_there(session, conversation.quotes() - known):
                return False
            turns = _Turns(turns=conversation.turns).model_dump_json()
            session.merge(ConversationRow(key=conversation.key, collection_id=owner.id, changed=now(), turns=turns))
            session.flush()
            _drop_oldest(session, owner.id)
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Forget these conversations."""
        with self._database.session() as session:
            session.execute(sa.delete(ConversationRow).where(ConversationRow.key.in_(keys)))
        self._database.forget()

    def delete_all(self, collection: str) -> None:
        """Forget every conversation with a collection."""
        with self._database.session() as session:
            owner = find_row(session, collection)
            if owner is not None:
                session.execute(sa.delete(ConversationRow).where(ConversationRow.collection_id == owner.id))
        self._database.forget()


def forget_documents(session: Session, collection_id: int, purged: Purged) -> None:
    """Part of a purge: conversations that hold a passage of these documents go, whole; later answers may rest on it.
    Of other collections those that asked this one too."""
    for row, owner in session.execute(sa.select(ConversationRow, CollectionRow.name).join(CollectionRow)).all():
        turns = _read(row.turns)
        if purged.is_quoted(turns, owner) or (row.collection_id == collection_id and not turns):
            session.delete(row)


def _are_there(session: Session, hashes: Collection[str]) -> bool:
    known = session.scalars(sa.select(DocumentRow.sha256).where(DocumentRow.sha256.in_(list(hashes))).distinct())
    return set(known) >= set(hashes) - {""}


def _drop_oldest(session: Session, collection_id: int) -> None:
    kept = sa.select(ConversationRow.key).where(ConversationRow.collection_id == collection_id)
    kept = kept.order_by(ConversationRow.changed.desc()).limit(MOST)
    mine = ConversationRow.collection_id == collection_id
    session.execute(sa.delete(ConversationRow).where(mine, ConversationRow.key.not_in(kept)))


def _read(written: str) -> tuple[KeptTurn, ...]:
    try:
        return _Turns.model_validate_json(written).turns
    except ValidationError as error:
        _log.warning("A conversation cannot be read: %s", error)
        return ()
