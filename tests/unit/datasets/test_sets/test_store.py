"""Test sets in the database: what is kept, what comes back, and what a comparison used stays for ever."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from workbench.database import Database
from workbench.datasets.test_sets import store as store_module
from workbench.datasets.test_sets.exporting import write_questions
from workbench.datasets.test_sets.from_documents import forget_passages
from workbench.datasets.test_sets.reading import read_question_file
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import (
    Origin,
    Provenance,
    Review,
    SetQuestion,
    named_set,
    pinned,
    questions_hash,
    tag_counts,
)
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError


@pytest.fixture
def sets(database: Database) -> TestSetStore:
    return TestSetStore(database)


def ask(text: str, answer: str = "x", **more: object) -> SetQuestion:
    return SetQuestion.model_validate({"question": text, "answers": (answer,)} | more)


def texts(questions: Sequence[SetQuestion]) -> list[str]:
    return [question.question for question in questions]


def test_that_questions_are_kept_in_their_order_with_names_of_their_own(sets: TestSetStore) -> None:
    added = sets.add("facts", [ask("B?", id="7"), ask("A?"), ask("C?", id="7", tags=("t",))])
    assert [question.id for question in added.new] == ["7", "q2", "7 2"]
    assert texts(sets.questions("facts")) == ["B?", "A?", "C?"]
    assert sets.questions("facts") == added.new
    [entry] = sets.list_sets()
    assert (entry.name, entry.accepted, entry.waiting, entry.rejected) == ("facts", 3, 0, 0)


def test_that_the_same_question_is_kept_once(sets: TestSetStore) -> None:
    sets.add("facts", [ask("How long?")])
    added = sets.add("facts", [ask(" how  LONG?"), ask("How long?", variables={"text": "t"})])
    assert (len(added.new), added.known) == (1, 1)


def test_that_only_accepted_questions_count(sets: TestSetStore) -> None:
    first, _second, _third = sets.add(
        "facts", [ask("A?"), ask("B?", review=Review.WAITING), ask("C?", review=Review.REJECTED)]
    ).new
    assert [example.question for example in sets.examples("facts")] == ["A?"]
    sets.review("facts", [first.number], Review.REJECTED)
    with pytest.raises(WorkbenchError, match="no question that counts"):
        sets.examples("facts")


def test_that_a_question_is_changed_and_keeps_its_name(sets: TestSetStore) -> None:
    first, second = sets.add("facts", [ask("A?", id="a"), ask("B?")]).new
    changed = sets.change("facts", first.model_copy(update={"question": "A!", "id": "z"}))
    assert (changed.question, changed.id) == ("A!", "a")
    with pytest.raises(WorkbenchError, match="asks that already"):
        sets.change("facts", second.model_copy(update={"question": "a!"}))


def test_that_removed_questions_come_back_where_they_stood(sets: TestSetStore) -> None:
    new = sets.add("facts", [ask(f"{letter}?") for letter in "ABCD"]).new
    removed = sets.remove("facts", [new[1].number, new[2].number])
    assert texts(sets.questions("facts")) == ["A?", "D?"]
    sets.add("facts", [ask("E?")])
    sets.restore(removed)
    assert texts(sets.questions("facts")) == ["A?", "B?", "C?", "D?", "E?"]
    assert [question.id for question in sets.questions("facts")] == ["q1", "q2", "q3", "q4", "q5"]


def test_that_a_deleted_set_comes_back_whole(sets: TestSetStore) -> None:
    sets.add("facts", [ask("A?", tags=("t",)), ask("B?", review=Review.WAITING)])
    before = sets.questions("facts")
    removed = sets.delete("facts")
    assert sets.list_sets() == []
    sets.restore(removed)
    after = sets.questions("facts")
    assert [q.model_copy(update={"number": 0}) for q in after] == [q.model_copy(update={"number": 0}) for q in before]


def test_that_tags_are_given_and_taken(sets: TestSetStore) -> None:
    first, second = sets.add("facts", [ask("A?", tags=("old",)), ask("B?")]).new
    sets.tag("facts", [first.number, second.number], add=["new"], remove=["old"])
    assert [question.tags for question in sets.questions("facts")] == [("new",), ("new",)]
    assert tag_counts(sets.questions("facts")) == {"new": 2}


@pytest.mark.parametrize("name", ["", "  ", "a@b", "x" * 101, "a\nb"])
def test_that_a_name_that_cannot_be_is_refused(name: str, sets: TestSetStore) -> None:
    with pytest.raises(WorkbenchError, match="cannot be a test set's name"):
        sets.create(name)


def test_that_names_are_free_again_or_numbered(sets: TestSetStore) -> None:
    sets.create("facts")
    with pytest.raises(WorkbenchError, match="already a test set"):
        sets.create(" facts ")
    assert sets.free_name("facts") == "facts 2"
    sets.rename("facts", "prices")
    assert sets.free_name("facts") == "facts"
    with pytest.raises(WorkbenchError, match="There are: prices"):
        sets.questions("facts")


def test_that_a_set_has_its_limit(sets: TestSetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MOST_QUESTIONS", 2)
    with pytest.raises(WorkbenchError, match="would hold 3 questions"):
        sets.add("facts", [ask("A?"), ask("B?"), ask("C?")])
    assert sets.list_sets() == []


# -- versions ---------------------------------------------------------------------------------------------------------


def test_that_a_used_version_survives_changes_and_the_end_of_its_set(sets: TestSetStore) -> None:
    [question] = sets.add("facts", [ask("A?")]).new
    first = sets.freeze("facts", sets.examples("facts"))
    assert sets.freeze("facts", sets.examples("facts")) == first
    sets.change("facts", question.model_copy(update={"answers": ("y",)}))
    second = sets.freeze("facts", sets.examples("facts"))
    assert [version.content_hash for version in sets.versions("facts")] == [second.content_hash, first.content_hash]
    sets.delete("facts")
    assert sets.version("facts", first.content_hash[:8])[0].answers == ("x",)
    assert sets.examples("facts", second.content_hash[:12])[0].answers == ("y",)
    assert sets.version_questions("facts", first.content_hash)[0].question == "A?"
    with pytest.raises(WorkbenchError, match="no version 00000000"):
        sets.version("facts", "00000000")


def test_that_the_hash_is_of_what_decides() -> None:
    one, two = Example(id="1", question="A?", answers=("x",)), Example(id="2", question="B?", answers=("y",))
    assert questions_hash([one, two]) == questions_hash([one, two])
    others = [
        [two, one],
        [one],
        [one.model_copy(update={"answers": ("z",)}), two],
        [one.model_copy(update={"tags": ("t",)}), two],
        [one.model_copy(update={"sources": ("s.pdf",)}), two],
        [one.model_copy(update={"variables": {"text": "t"}}), two],
        [one.model_copy(update={"answers_unknown": True}), two],
    ]
    assert len({questions_hash(examples) for examples in [[one, two], *others]}) == len(others) + 1


def test_that_what_does_not_decide_leaves_the_version(sets: TestSetStore) -> None:
    [question] = sets.add("facts", [ask("A?")]).new
    before = questions_hash(sets.examples("facts"))
    sets.change("facts", question.model_copy(update={"remark": "looked at", "origin": Origin.IMPORTED}))
    sets.add("facts", [ask("B?", review=Review.WAITING)])
    assert questions_hash(sets.examples("facts")) == before


def test_that_a_set_is_named_with_or_without_a_version() -> None:
    assert named_set("set:facts") == ("facts", "")
    assert named_set("set:facts@3f2a91cc") == ("facts", "3f2a91cc")
    assert named_set("set:facts@home") == ("facts@home", "")
    assert named_set("/tmp/set:facts.csv") is None
    assert pinned("set:facts", "3f2a91cc00ff77aa") == "set:facts@3f2a91cc00ff"
    assert pinned("set:facts@11111111", "3f2a91cc00ff77aa") == "set:facts@3f2a91cc00ff"
    assert pinned("/tmp/q.csv", "3f2a91cc00ff77aa") == "/tmp/q.csv"


def test_that_a_purge_takes_what_a_model_wrote_from_the_document(sets: TestSetStore, database: Database) -> None:
    where = Provenance(collection="handbook", document="a.pdf", passage="secret words")
    sets.add(
        "facts",
        [
            ask("A?", origin=Origin.GENERATED, where=where),
            ask("B?", where=where),
            ask("C?", origin=Origin.GENERATED, where=where.model_copy(update={"collection": "other"})),
        ],
    )
    with database.session() as session:
        forget_passages(session, "handbook", ["a.pdf"])
    left = sets.questions("facts")
    assert texts(left) == ["B?", "C?"]
    assert (left[0].where.passage, left[1].where.passage) == ("", "secret words")


@pytest.mark.parametrize("text", ["Wie heißt der Größte?", "how LONG is “it”, in 100% of cases_?", "何ですか？"])
def test_that_a_repeated_question_is_found_whatever_its_letters(text: str, sets: TestSetStore) -> None:
    sets.add("facts", [ask(f"Filler {n}?") for n in range(30)])
    sets.add("facts", [ask(text)])
    assert sets.add("facts", [ask(f"  {text.upper()} ")]).known == 1
    first = sets.questions("facts")[0]
    with pytest.raises(WorkbenchError, match="asks that already"):
        sets.change("facts", first.model_copy(update={"question": text.lower()}))


def test_that_an_exported_set_is_read_the_same(sets: TestSetStore, tmp_path: Path) -> None:
    asked = [
        ask("How long?", answers=("3 years", "36 months"), tags=("time",), sources=("a.pdf", "b.pdf"), id="a"),
        ask("How loud?", answers=(), variables={"text": "a, b"}, id="b"),
        ask("Where?", answers=(), answers_unknown=True, sources=("a.pdf",), id="c"),
    ]
    for name in ("out.jsonl", "out.csv"):
        write_questions(asked, tmp_path / name)
        again = read_question_file(tmp_path / name).questions
        fields = {"id", "question", "answers", "answers_unknown", "tags", "sources"}
        assert [q.model_dump(include=fields) for q in again] == [q.model_dump(include=fields) for q in asked], name
        assert again[1].variables["text"] == "a, b"


def test_that_training_rows_are_told_what_any_set_asks(sets: TestSetStore) -> None:
    sets.add("one", [ask("Who?"), ask("Why?", review=Review.REJECTED)])
    sets.add("two", [ask("Who?"), ask("When?")])
    assert sorted(sets.asked_anywhere()) == ["When?", "Who?"]
