"""Test sets in the database."""

import pytest

from workbench.database import Database
from workbench.datasets.test_sets.types import Origin, Review
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.evaluation.set_store import QuestionSetStore, forget_documents
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace, hash_of
from workbench.rag.store import CollectionStore
from workbench.rag.tables import find_row
from workbench.rag.types import ChunkingConfig

A = RelevantPlace(document="a.md", page=1, start=0, end=9)
B = RelevantPlace(document="b.md")


@pytest.fixture
def sets(database: Database, home: WorkbenchPaths) -> QuestionSetStore:
    embedder = EmbedderRef(name="e", path="/e", content_hash="0" * 64)
    CollectionStore(database, home).create("docs", embedder, ChunkingConfig())
    store = QuestionSetStore(database)
    store.create("docs", "mine")
    return store


def question(text: str, *places: RelevantPlace, **more: object) -> EvaluationQuestion:
    return EvaluationQuestion.model_validate({"text": text, "relevant": places, **more})


def test_that_the_same_question_gathers_its_places(sets: QuestionSetStore) -> None:
    assert sets.add("docs", "mine", [question("How long?", A), question("how  LONG?", B), question("Why?", A)]) == 2
    first, second = sets.questions("docs", "mine")
    assert (first.text, first.relevant, second.text) == ("How long?", (A, B), "Why?")


def test_that_only_accepted_questions_with_a_place_count(sets: QuestionSetStore) -> None:
    sets.add(
        "docs",
        "mine",
        [
            question("Good?", A),
            question("No place?"),
            question("Written by a model?", A, origin=Origin.GENERATED, review=Review.WAITING),
        ],
    )
    assert [one.text for one in sets.counting("docs", "mine")] == ["Good?"]
    waiting = sets.questions("docs", "mine")[2]
    sets.review([waiting.id], Review.ACCEPTED)
    assert [one.text for one in sets.counting("docs", "mine")] == ["Good?", "Written by a model?"]
    (entry,) = sets.list_sets("docs")
    assert (entry.accepted, entry.waiting, entry.rejected) == (3, 0, 0)


def test_that_an_edited_question_keeps_its_place_in_the_list(sets: QuestionSetStore) -> None:
    sets.add("docs", "mine", [question("One?", A), question("Two?", A)])
    one, _ = sets.questions("docs", "mine")
    sets.change(one.model_copy(update={"text": "One, really?", "relevant": (B,)}))
    assert [q.text for q in sets.questions("docs", "mine")] == ["One, really?", "Two?"]


def test_that_the_hash_tells_of_every_change_and_of_no_order(sets: QuestionSetStore) -> None:
    one, two = question("One?", A), question("Two?", B)
    assert hash_of((one, two)) == hash_of((two, one))
    assert hash_of((one,)) == hash_of((one.model_copy(update={"id": "7", "remark": "seen"}),))
    assert len({hash_of((one,)), hash_of((two,)), hash_of((one, two)), hash_of((question("One?", B),))}) == 4


def test_that_names_are_checked(sets: QuestionSetStore) -> None:
    with pytest.raises(WorkbenchError, match="already a test set"):
        sets.create("docs", "mine")
    with pytest.raises(WorkbenchError, match="cannot be a test set's name"):
        sets.create("docs", " ")
    with pytest.raises(WorkbenchError, match="no test set 'other'") as problem:
        sets.questions("docs", "other")
    assert problem.value.hint == "There are: mine."
    with pytest.raises(WorkbenchError, match="no question that counts"):
        sets.counting("docs", "mine")


def test_that_a_purge_takes_what_was_made_from_the_document(sets: QuestionSetStore, database: Database) -> None:
    sets.add(
        "docs",
        "mine",
        [
            question("Both, typed?", A, B),
            question("Only there, typed?", A),
            question("Generated from both?", A, B, origin=Origin.GENERATED),
            question("Elsewhere?", B),
        ],
    )
    with database.session() as session:
        owner = find_row(session, "docs")
        assert owner is not None
        forget_documents(session, owner.id, ["a.md"])
    assert [(q.text, q.relevant) for q in sets.questions("docs", "mine")] == [
        ("Both, typed?", (B,)),
        ("Elsewhere?", (B,)),
    ]


def test_that_the_sets_of_all_collections_are_named_at_once(
    sets: QuestionSetStore, database: Database, home: WorkbenchPaths
) -> None:
    collections = CollectionStore(database, home)
    collections.create("atlas", EmbedderRef(name="e", path="/e", content_hash="0" * 64), ChunkingConfig())
    sets.create("atlas", "theirs")
    sets.create("docs", "another")
    assert sets.names() == [("atlas", "theirs"), ("docs", "another"), ("docs", "mine")]
    assert collections.names() == ["atlas", "docs"]
    assert [collections.ref_of(one) for one in collections.list_collections()] == [
        collections.ref("atlas"),
        collections.ref("docs"),
    ]
