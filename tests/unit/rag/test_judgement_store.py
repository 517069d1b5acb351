"""Thumbs up and down on hits, kept for the tuning of embedders."""

from dataclasses import replace

import pytest

from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.judgement_store import JudgementStore, RelevanceJudgement, Verdict
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import PurgeRequest

JUDGED = RelevanceJudgement(question="How many days?", doc_hash="1", page=2, start=4, end=11, verdict=Verdict.RELEVANT)


@pytest.fixture
def collections(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    for name in ("handbook", "letters"):
        store.create(name, EMBEDDER, ChunkingConfig())
        store.files.record(name, indexed("/d/a.md", "first page", "The 27 days of holiday"))
    return store


@pytest.fixture
def judgements(database: Database, collections: CollectionStore) -> JudgementStore:
    return JudgementStore(database)


def test_that_a_second_verdict_replaces_the_first_and_can_be_taken_back(judgements: JudgementStore) -> None:
    judgements.record("handbook", JUDGED)
    changed = JUDGED.model_copy(update={"verdict": Verdict.IRRELEVANT, "question": " How many  days?"})
    judgements.record("handbook", changed)
    (found,) = judgements.list_judgements("handbook", "How many days?")
    assert (found.verdict, found.place) == (Verdict.IRRELEVANT, ("1", 2, 4, 11))
    assert found.created
    assert judgements.list_judgements("letters") == []
    assert judgements.list_judgements("handbook", "Another?") == []
    judgements.take_back("handbook", JUDGED)
    assert judgements.list_judgements("handbook") == []


def test_that_a_judged_passage_carries_its_text_whatever_its_document_is_called(judgements: JudgementStore) -> None:
    judgements.record("handbook", JUDGED)
    judgements.record("handbook", JUDGED.model_copy(update={"doc_hash": "of another file"}))
    (passage,) = judgements.judged_passages("handbook")
    assert (passage.document, passage.text) == ("a.md", "27 days")
    assert passage == replace(passage, judgement=judgements.list_judgements("handbook")[0])


def test_that_a_judgement_goes_with_its_document_and_its_collection(
    judgements: JudgementStore, collections: CollectionStore
) -> None:
    for name in ("handbook", "letters"):
        judgements.record(name, JUDGED)
    collections.removal.delete("handbook", ["/d/a.md"])
    assert judgements.judged_passages("handbook") == [], "hidden with its document"
    ids = tuple(collections.removal.all_deleted("handbook"))
    hashes = collections.removal.hashes(ids)
    collections.removal.record_purge(
        PurgeRequest(collection="handbook", copies=(), doc_hashes=hashes, document_ids=ids)
    )
    assert judgements.list_judgements("handbook") == []
    assert len(judgements.list_judgements("letters")) == 1
    collections.delete("letters")
    assert judgements.list_judgements("letters") == []


def test_that_a_verdict_on_a_collection_that_is_gone_is_refused_in_words(judgements: JudgementStore) -> None:
    with pytest.raises(WorkbenchError, match="no collection named 'gone'"):
        judgements.record("gone", JUDGED)
