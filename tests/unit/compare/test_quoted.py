"""A purge of documents takes out of comparisons what they quote; scores and hashes stay."""

from pathlib import Path

import pytest

from tests.unit.compare.running import placed
from tests.unit.compare.scripted import COLLECTION, ScriptedTools, arm, knows_with_passages
from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.compare.journal import REPORT, TRIALS
from workbench.compare.quoted import forget_quoted, without_purged
from workbench.compare.report import to_html
from workbench.compare.store import ComparisonStore
from workbench.compare.tasks import compare
from workbench.compare.trial_types import ANSWER_PURGED, PASSAGE_PURGED, Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag.purged import Purged
from workbench.rag.search_types import Hit
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig

ARMS = (arm("rag", collection=True), arm("prompt"))
GONE = Purged("handbook", frozenset(), frozenset({"doc1.md"}))
SAID = b"1 plus one is 2."
"""Stands in doc1.md alone."""


@pytest.fixture
def request_(home: WorkbenchPaths) -> CompareRequest:
    return placed(home.home, *ARMS, count=3)


@pytest.fixture
def report(request_: CompareRequest, database: Database) -> ComparisonReport:
    report = compare(RecordingContext(), request_, ScriptedTools(knows_with_passages))
    ComparisonStore(database).save(report, folder=request_.folder)
    return report


def quoting(report: ComparisonReport) -> list[str]:
    """The questions for which the arm with passages holds one of doc1.md."""
    return [t.example_id for t in report.trials if any(hit.document == "doc1.md" and hit.text for hit in t.hits)]


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_that_no_byte_of_a_purged_document_is_left(
    report: ComparisonReport, database: Database, home: WorkbenchPaths
) -> None:
    assert SAID in bytes_below(home.home)
    forget_quoted(database, home, GONE, "handbook-1")
    database.forget()
    assert SAID not in bytes_below(home.home)


def test_that_scores_and_hashes_stay_and_the_rest_is_untouched(
    report: ComparisonReport, request_: CompareRequest, database: Database, home: WorkbenchPaths
) -> None:
    touched = set(quoting(report))
    assert touched and touched != {example.id for example in report.examples}
    forget_quoted(database, home, GONE, "handbook-1")
    left = ComparisonStore(database).get(1)
    assert [t.key for t in left.trials] == [t.key for t in report.trials]
    for before, after in zip(report.trials, left.trials, strict=True):
        if before.arm != "rag" or before.example_id not in touched:
            assert after == before
            continue
        assert after.purged and not after.prompt and after.said == ANSWER_PURGED
        assert {name: score.value for name, score in after.scores.items()} == {
            name: score.value for name, score in before.scores.items()
        }
        named = [hit.document if hit.document != "doc1.md" or after.example_id == "q1" else "" for hit in before.hits]
        assert [hit.document for hit in after.hits] == named, "its name stays where the test set says it"
    assert left.verdict == report.verdict
    assert PASSAGE_PURGED in to_html(left)


def test_that_what_was_purged_is_taken_over_by_no_later_run(
    report: ComparisonReport, request_: CompareRequest, database: Database, home: WorkbenchPaths
) -> None:
    forget_quoted(database, home, GONE, "handbook-1")
    again = compare(RecordingContext(), placed(home.home, *ARMS, count=3), ScriptedTools(knows_with_passages))
    assert [t.answer for t in again.trials] == [t.answer for t in report.trials]
    asked = {(t.arm, t.example_id) for t in again.trials if not t.taken_over}
    assert asked == {("rag", number) for number in quoting(report)}


def test_that_a_stopped_run_loses_it_and_asks_again(
    report: ComparisonReport, request_: CompareRequest, database: Database, home: WorkbenchPaths
) -> None:
    (Path(request_.folder) / REPORT).unlink()
    forget_quoted(database, home, GONE, "handbook-1")
    assert SAID not in (Path(request_.folder) / TRIALS).read_bytes()
    again = compare(RecordingContext(), request_, ScriptedTools(knows_with_passages))
    assert [t.answer for t in again.trials] == [t.answer for t in report.trials]


def test_that_the_same_file_in_another_collection_keeps_its_passages(database: Database, home: WorkbenchPaths) -> None:
    hit = Hit(document="a.md", page=1, start=0, end=6, score=1, text="Secret", doc_hash="h" * 64)
    trial = Trial(arm="rag", example_id="1", hits=(hit,), used=(0,), prompt="Secret", answer="Secret")
    store = CollectionStore(database, home)
    store.create(COLLECTION.name, EMBEDDER, ChunkingConfig())
    store.files.record(COLLECTION.name, indexed("/d/a.md", "Secret", sha256=hit.doc_hash))
    folder = home.home / "comparisons" / "one"
    folder.mkdir(parents=True)
    (folder / "request.json").write_text(placed(home.home, *ARMS, count=1).model_dump_json(), encoding="utf-8")
    (folder / TRIALS).write_text(trial.model_dump_json() + "\n", encoding="utf-8")
    forget_quoted(database, home, Purged("garden", frozenset({hit.doc_hash})), "garden-1")
    assert b"Secret" in (folder / TRIALS).read_bytes()
    forget_quoted(database, home, Purged(COLLECTION.name, frozenset({hit.doc_hash})), "handbook-1")
    assert b"Secret" not in (folder / TRIALS).read_bytes()


def test_that_the_name_of_a_purged_document_goes_too() -> None:
    hit = Hit(document="letters/dismissal of Mr X.md", page=1, start=0, end=6, score=1, text="Secret")
    trial = Trial(arm="rag", example_id="1", hits=(hit,), used=(0,), failure_evidence="It cites dismissal of Mr X.md.")
    assert "Mr X" not in without_purged(trial, lambda _hit: True, ["other.md"]).model_dump_json()
    asked = without_purged(trial, lambda _hit: True, ["dismissal of Mr X.md"])
    assert [hit.document for hit in asked.hits] == [hit.document], "the user's own test set says it"


def test_that_a_passage_that_did_not_stand_in_the_prompt_takes_no_answer_along() -> None:
    hit = Hit(document="a.md", page=1, start=0, end=6, score=1, text="Secret")
    trial = Trial(arm="rag", example_id="1", hits=(hit,), prompt="A question", answer="42")
    left = without_purged(trial, lambda _hit: True)
    assert (left.prompt, left.answer, left.hits[0].text, left.purged) == ("A question", "42", "", True)
