"""A purge of documents reaches the conversations of the playground: questions stay, what was quoted goes."""

from collections.abc import Callable

import sqlalchemy as sa

from workbench.database import Database
from workbench.playground.conversation import Conversation, Retrieved, Turn
from workbench.playground.conversation_store import TurnRecord

IsGone = Callable[[str, str], bool]
"""Whether the document of that name (second) of a collection (first) is purged."""
PURGED = "The passages that this was answered from were purged with their document."


def forget_quoted(database: Database, is_gone: IsGone) -> None:
    """Take what conversations quote of purged documents out of the database; see `without_purged`.

    The caller makes the database forget what was overwritten (`Database.forget`).
    """
    with database.session() as session:
        quoting = sa.select(TurnRecord.conversation_id, TurnRecord.column_id).distinct()
        quoting = quoting.where(~TurnRecord.turn.contains('"retrieved":[]'))
        for conversation, column in session.execute(quoting).all():
            own = sa.select(TurnRecord).where(
                TurnRecord.conversation_id == conversation, TurnRecord.column_id == column
            )
            records = {record.turn_id: record for record in session.scalars(own)}
            read = {turn_id: Turn.model_validate_json(record.turn) for turn_id, record in records.items()}
            left = without_purged(Conversation(turns=tuple(read.values())), is_gone)
            for turn in left.turns:
                if turn is not read[turn.id]:
                    records[turn.id].turn = turn.model_dump_json()


def without_purged(conversation: Conversation, is_gone: IsGone) -> Conversation:
    """Without passages of purged documents, their names and the answers from them; prompts of other turns, which may
    hold all of it, go as well. The same conversation where it quotes nothing of them."""
    quoting = {turn.id for turn in conversation.turns if _quotes(turn, is_gone)}
    if not quoting:
        return conversation
    turns = tuple(_emptied(turn, is_gone) if turn.id in quoting else _unprompted(turn) for turn in conversation.turns)
    return conversation.model_copy(update={"turns": turns})


def _quotes(turn: Turn, is_gone: IsGone) -> bool:
    collection = turn.answered_by.collection
    return any(passage.text and is_gone(collection, passage.document) for passage in turn.retrieved)


def _emptied(turn: Turn, is_gone: IsGone) -> Turn:
    collection = turn.answered_by.collection
    retrieved = tuple(
        Retrieved(title="", text="", document="", page=one.page) if is_gone(collection, one.document) else one
        for one in turn.retrieved
    )
    update: dict[str, object] = {"retrieved": retrieved, "asked": (), "answer": "", "reasoning": "", "final_answer": ""}
    return turn.model_copy(update=update | {"completion": None, "is_edited": False, "problem": PURGED})


def _unprompted(turn: Turn) -> Turn:
    if turn.completion is None:
        return turn
    return turn.model_copy(update={"completion": turn.completion.model_copy(update={"final_prompt": ""})})
