"""Conversations with documents: kept, forgotten, and gone with a document that they quote."""

import pytest

from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.database import Database
from workbench.paths import WorkbenchPaths
from workbench.rag.conversation_store import MOST, KeptConversation, KeptTurn
from workbench.rag.search_types import Hit
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import PurgeRequest


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    for name in ("house", "garden"):
        store.create(name, EMBEDDER, ChunkingConfig())
        store.files.record(name, indexed(f"/d/{name}.md", "Secret words.", sha256=name))
    return store


def said(key: str, sha256: str, collection: str = "", document: str = "a.md") -> KeptConversation:
    hit = Hit(
        collection=collection,
        document=document,
        page=1,
        start=0,
        end=5,
        score=1,
        text="Secret words.",
        doc_hash=sha256,
    )
    return KeptConversation(key=key, turns=(KeptTurn(question=f"Question {key}?", hits=(hit,), was_searched=True),))


def keys(store: CollectionStore, collection: str) -> list[str]:
    return [one.key for one in store.conversations.list_conversations(collection)]


def purge(store: CollectionStore, collection: str) -> None:
    (document,) = store.documents.of(collection)
    store.removal.delete(collection, [document.path])
    numbers = tuple(store.removal.all_deleted(collection))
    store.removal.record_purge(
        PurgeRequest(collection=collection, copies=(), doc_hashes=(document.sha256,), document_ids=numbers)
    )


def test_that_a_conversation_is_there_after_a_restart_and_grows(
    store: CollectionStore, database: Database, home: WorkbenchPaths
) -> None:
    first = said("1", "house")
    assert store.conversations.save("house", first)
    longer = first.model_copy(update={"turns": (*first.turns, KeptTurn(question="And then?"))})
    store.conversations.save("house", longer)
    assert CollectionStore(database, home).conversations.list_conversations("house") == [longer]
    assert keys(store, "garden") == []


def test_that_a_purge_takes_every_conversation_that_quotes_the_document(store: CollectionStore) -> None:
    store.conversations.save("house", said("own", "house"))
    store.conversations.save("garden", said("other", "house", "house"))
    store.conversations.save("garden", said("stays", "garden"))
    purge(store, "house")
    assert keys(store, "house") == []
    assert keys(store, "garden") == ["stays"]


def test_that_what_a_purged_document_said_before_it_was_changed_goes_too(store: CollectionStore) -> None:
    store.conversations.save("house", said("own", "house", document="house.md"))
    store.conversations.save("garden", said("other", "house", "house", document="house.md"))
    store.files.record("house", indexed("/d/house.md", "Other words.", sha256="house 2"))
    purge(store, "house")
    assert keys(store, "house") == keys(store, "garden") == []


def test_that_the_purge_of_a_collection_takes_along_who_asked_it_too(
    store: CollectionStore, home: WorkbenchPaths
) -> None:
    store.conversations.save("house", said("own", "house", document="house.md"))
    store.conversations.save("garden", said("other", "house", "house", document="house.md"))
    store.conversations.save("garden", said("stays", "garden", document="garden.md"))
    store.files.record("house", indexed("/d/house.md", "Other words.", sha256="house 2"))
    purged = store.lifecycle.purge(store.lifecycle.delete("house"))
    assert purged is not None
    assert (purged.collection, sorted(purged.names)) == ("house", ["house.md"])
    assert keys(store, "garden") == ["stays"]
    assert b"Question own?" not in home.database.read_bytes()


def test_that_the_purge_of_a_collection_leaves_another_alone_that_has_its_name_now(store: CollectionStore) -> None:
    number = store.lifecycle.delete("house")
    store.create("house", EMBEDDER, ChunkingConfig())
    store.files.record("house", indexed("/d/house.md", "New words.", sha256="new"))
    store.conversations.save("garden", said("new", "new", "house", document="house.md"))
    store.lifecycle.purge(number)
    assert keys(store, "garden") == ["new"]


def test_that_a_conversation_goes_on_after_a_document_that_it_quotes_was_changed(store: CollectionStore) -> None:
    first = said("1", "house")
    store.conversations.save("house", first)
    store.files.record("house", indexed("/d/house.md", "Other words.", sha256="house 2"))
    longer = first.model_copy(update={"turns": (*first.turns, KeptTurn(question="And then?"))})
    assert store.conversations.save("house", longer)
    assert store.conversations.list_conversations("house") == [longer]


def test_that_what_quotes_a_purged_document_is_not_written_again(store: CollectionStore) -> None:
    purge(store, "house")
    assert not store.conversations.save("house", said("late", "house"))
    assert keys(store, "house") == []


def test_that_conversations_are_forgotten_one_by_one_or_all(store: CollectionStore) -> None:
    for key in ("1", "2", "3"):
        store.conversations.save("house", said(key, "house"))
    store.conversations.delete(["2"])
    assert sorted(keys(store, "house")) == ["1", "3"]
    store.conversations.delete_all("house")
    assert keys(store, "house") == []


def test_that_the_oldest_goes_when_there_are_too_many(store: CollectionStore) -> None:
    for number in range(MOST + 2):
        store.conversations.save("house", said(str(number), "house"))
    assert len(keys(store, "house")) == MOST
