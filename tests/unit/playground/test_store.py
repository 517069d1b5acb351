import pytest

from workbench.database import Database
from workbench.llm.types import ChatMessage, Completion, FinishReason, GenerationConfig, Role, Usage
from workbench.playground.store import ExchangeRecord, ExchangeStore
from workbench.playground.types import Exchange


def exchange(number: int) -> Exchange:
    return Exchange(
        id=f"e{number}",
        model_name="starter",
        model_hash="ab" * 32,
        adapter_name="house-style",
        messages=(
            ChatMessage(role=Role.SYSTEM, content="Be brief."),
            ChatMessage(role=Role.USER, content=f"Frage Nummer {number}?"),
        ),
        config=GenerationConfig(temperature=0.7, seed=number, stop=("\n",)),
        completion=Completion(
            text="Antwort 😀", finish_reason=FinishReason.STOP, usage=Usage(prompt_tokens=9), adapter_hash="cd" * 32
        ),
    )


@pytest.fixture
def store(database: Database) -> ExchangeStore:
    return ExchangeStore(database)


def test_that_an_exchange_comes_back_whole_with_its_date(store: ExchangeStore) -> None:
    saved = store.record(exchange(1))
    assert saved.created.endswith("+00:00")
    assert store.list_exchanges() == [saved] == [exchange(1).model_copy(update={"created": saved.created})]
    assert store.find("e1") == saved
    assert (saved.question, saved.adapter_hash) == ("Frage Nummer 1?", "cd" * 32)


def test_that_the_newest_exchanges_come_first_and_the_limit_holds(store: ExchangeStore) -> None:
    for number in range(5):
        store.record(exchange(number))
    assert [e.id for e in store.list_exchanges(limit=3)] == ["e4", "e3", "e2"]


def test_that_a_deleted_exchange_is_gone_and_the_others_stay(store: ExchangeStore) -> None:
    store.record(exchange(1))
    store.record(exchange(2))
    store.delete("e1")
    store.delete("never there")
    assert [e.id for e in store.list_exchanges()] == ["e2"]
    assert store.find("e1") is None
    store.clear()
    assert store.list_exchanges() == []


def test_that_an_exchange_from_before_there_were_versions_is_still_read(database: Database) -> None:
    old = (
        '{"schema_version":1,"id":"old","created":"2025-01-01T00:00:00+00:00","model_name":"starter","model_hash":"",'
        '"adapter_name":"","messages":[{"role":"user","content":"Why?"}],"config":{"max_tokens":256,"temperature":0.0},'
        '"completion":{"id":"","text":"So.","finish_reason":"stop"}}'
    )
    with database.session() as session:
        session.add(
            ExchangeRecord(id="old", created="2025", model_name="starter", model_hash="", adapter_hash="", exchange=old)
        )
    found = ExchangeStore(database).find("old")
    assert found is not None
    assert (found.question, found.completion.text, found.prompt_version_id) == ("Why?", "So.", "")
