"""Saved conversations: what was said is found again, what was taken away is gone."""

import pytest
import sqlalchemy as sa

from tests.unit.playground.test_conversation import conversation, turn
from workbench.database import Database
from workbench.llm.types import GenerationConfig
from workbench.playground.conversation import AnsweredBy, ColumnSetup, SavedColumn, SavedConversation
from workbench.playground.conversation_store import ConversationStore, TurnRecord


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database)


def saved(name: str = "s") -> SavedConversation:
    setup = ColumnSetup(id="1", model_name="starter", collection="policies", generation=GenerationConfig(seed=3))
    talk = conversation(turn("a", answer="One."), turn("b", "a", "Two."), turn("b2", "a", "Other.")).choosing("b")
    return SavedConversation(
        id=name,
        columns=(
            SavedColumn(setup=setup, conversation=talk),
            SavedColumn(setup=ColumnSetup(id="2", version_id="v"), conversation=conversation(turn("a", answer="Uno."))),
        ),
    )


def test_that_a_conversation_is_found_again_with_its_branches_and_columns(store: ConversationStore) -> None:
    kept = store.save(saved())
    assert (kept.title, bool(kept.created), kept.changed >= kept.created) == ("a?", True, True)
    assert store.find("s") == kept
    found = store.find("s")
    assert found is not None
    assert [one.id for one in found.columns[0].conversation.path()] == ["a", "b"]
    assert store.find("other") is None


def test_that_saving_again_writes_changes_and_forgets_what_was_deleted(
    store: ConversationStore, database: Database
) -> None:
    kept = store.save(saved())
    first = kept.columns[0]
    changed = first.conversation.without("b").with_turn(turn("a", answer="Changed."))
    again = kept.model_copy(update={"columns": (first.model_copy(update={"conversation": changed}), kept.columns[1])})
    store.save(again)
    found = store.find("s")
    assert found is not None and found.created == kept.created
    assert found.columns[0].conversation == changed
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TurnRecord)) == 3


def test_that_the_history_begins_with_what_was_talked_in_last(store: ConversationStore) -> None:
    first = store.save(saved("first"))
    store.save(saved("second"))
    store.save(first)
    assert [(entry.id, entry.title, entry.columns) for entry in store.list_conversations()] == [
        ("first", "a?", 2), ("second", "a?", 2),
    ]  # fmt: skip
    assert [entry.id for entry in store.list_conversations(limit=1)] == ["first"]


def test_that_deleting_takes_the_turns_along(store: ConversationStore, database: Database) -> None:
    store.save(saved("first"))
    store.save(saved("second"))
    store.delete("first")
    store.delete("never there")
    assert [entry.id for entry in store.list_conversations()] == ["second"]
    store.clear()
    assert store.list_conversations() == []
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TurnRecord)) == 0


def test_that_answers_can_be_found_by_what_answered(store: ConversationStore, database: Database) -> None:
    answered = turn("a", answer="One.").model_copy(
        update={"answered_by": AnsweredBy(model_name="m", model_hash="mm", adapter_hash="aa", version_id="v7")}
    )
    column = SavedColumn(setup=ColumnSetup(id="1"), conversation=conversation(answered))
    store.save(SavedConversation(id="s", columns=(column,)))
    with database.reading() as session:
        row = session.scalars(sa.select(TurnRecord)).one()
        assert (row.model_hash, row.adapter_hash, row.version_id) == ("mm", "aa", "v7")
