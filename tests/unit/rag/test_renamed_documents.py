"""Whatever names a document, or a collection, names it after it was renamed too."""

import pytest

from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import Origin, Provenance, SetQuestion
from workbench.paths import WorkbenchPaths
from workbench.rag.document_filter import DocumentFilter
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.indexing_types import DocumentStatus, FileIndexed
from workbench.rag.search_settings_store import SearchSettings, SearchSettingsStore
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig

MOVED = FileIndexed(
    path="/d/new.zip", name="new.zip", status=DocumentStatus.RENAMED, sha256="1", renamed_from="/d/old.zip"
)


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    for name in ("docs", "letters"):
        store.create(name, EMBEDDER, ChunkingConfig())
        store.files.record(name, indexed("/d/old.zip", "text"))
    return store


def test_that_questions_of_measured_retrieval_follow_their_document(store: CollectionStore, database: Database) -> None:
    sets = QuestionSetStore(database)
    places = tuple(RelevantPlace(document=name) for name in ("old.zip", "old.zip/letter.md", "old.zip2"))
    for name in ("docs", "letters"):
        sets.create(name, "mine")
        sets.add(name, "mine", [EvaluationQuestion(id="1", text="Where?", relevant=places)])
    store.files.record("docs", MOVED)
    found = {name: [p.document for p in sets.questions(name, "mine")[0].relevant] for name in ("docs", "letters")}
    assert found == {
        "docs": ["new.zip", "new.zip/letter.md", "old.zip2"],
        "letters": ["old.zip", "old.zip/letter.md", "old.zip2"],
    }


def test_that_the_settings_of_searches_follow_their_document(store: CollectionStore, database: Database) -> None:
    settings = SearchSettingsStore(database)
    settings.save("docs", SearchSettings(top_k=3, documents=DocumentFilter(documents=("old.zip", "other.md"))))
    store.files.record("docs", MOVED)
    assert settings.load("docs").documents.documents == ("new.zip", "other.md")
    assert settings.load("docs").top_k == 3


def test_that_questions_that_were_made_out_of_the_document_follow_it(
    store: CollectionStore, database: Database
) -> None:
    sets = TestSetStore(database)
    sets.create("mine")
    made = SetQuestion(
        question="Where?",
        answers=("Here",),
        sources=("old.zip", "said otherwise"),
        origin=Origin.GENERATED,
        where=Provenance(collection="docs", document="old.zip", page=1),
    )
    typed = SetQuestion(question="When?", answers=("Now",), sources=("old.zip",))
    sets.add("mine", [made, typed])
    store.files.record("docs", MOVED)
    first, second = sets.questions("mine")
    assert (first.where.document, first.sources) == ("new.zip", ("new.zip", "said otherwise"))
    assert second.sources == ("old.zip",), "nobody knows whose document that is"


def test_that_collections_that_ask_another_follow_its_name(store: CollectionStore, database: Database) -> None:
    settings = SearchSettingsStore(database)
    settings.save("docs", SearchSettings(also=("letters", "more")))
    store.lifecycle.rename("letters", "post")
    assert settings.load("docs").also == ("post", "more")
