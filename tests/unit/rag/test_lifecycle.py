"""Collections that are renamed, deleted, brought back, purged."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import Origin, Provenance, SetQuestion
from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, to_line
from workbench.jobs.run_folder import RunFolder, RunRecord
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing import purge_spec
from workbench.rag.purged import Purged
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    make(store, "rules", "secret")
    return store


def make(store: CollectionStore, name: str, text: str) -> Path:
    """A collection with one document, and something in the folder of its index."""
    folder = store.create(name, EMBEDDER, ChunkingConfig()).folder
    folder.mkdir(parents=True)
    (folder / "vectors").write_text(text)
    store.files.record(name, indexed("/d/a.md", text))
    return folder


def names(store: CollectionStore) -> list[str]:
    return [collection.name for collection in store.list_collections()]


def test_that_a_renamed_collection_keeps_its_documents_and_its_folder(store: CollectionStore) -> None:
    folder = store.get("rules").folder
    store.lifecycle.rename("rules", " house rules ")
    assert names(store) == ["house rules"]
    assert store.get("house rules").folder == folder
    assert [d.path for d in store.documents.of("house rules")] == ["/d/a.md"]


def test_that_its_old_name_belongs_to_whoever_takes_it(store: CollectionStore) -> None:
    kept = store.get("rules").folder
    store.lifecycle.rename("rules", "old")
    assert make(store, "rules", "other") != kept
    assert (kept / "vectors").read_text() == "secret"


@pytest.mark.parametrize("name", ["taken", "", "  ", "a\nb", "x" * 101])
def test_that_a_name_which_cannot_be_is_refused(store: CollectionStore, name: str) -> None:
    make(store, "taken", "t")
    with pytest.raises(WorkbenchError):
        store.lifecycle.rename("rules", name)
    assert names(store) == ["rules", "taken"]


def test_that_a_deleted_collection_is_gone_and_comes_back_whole(store: CollectionStore) -> None:
    folder = store.get("rules").folder
    number = store.lifecycle.delete("rules")
    assert names(store) == []
    assert store.find("rules") is None
    assert [(c.name, c.documents) for c in store.lifecycle.deleted()] == [("rules", 1)]
    store.indexes.sweep_all()
    assert store.lifecycle.restore(number) == "rules"
    assert store.get("rules").folder == folder
    assert (folder / "vectors").read_text() == "secret"
    assert [d.path for d in store.documents.of("rules")] == ["/d/a.md"]


def test_that_one_whose_name_was_taken_comes_back_under_another(store: CollectionStore) -> None:
    number = store.lifecycle.delete("rules")
    make(store, "rules", "other")
    assert store.lifecycle.restore(number) == "rules 2"
    assert names(store) == ["rules", "rules 2"]


def test_that_it_is_purged_without_a_trace_when_its_time_is_over(
    store: CollectionStore, home: WorkbenchPaths, database: Database
) -> None:
    folder = store.get("rules").folder
    number = store.lifecycle.delete("rules")
    assert store.lifecycle.due() == []
    assert store.lifecycle.due(now=datetime.now(UTC) + timedelta(minutes=11)) == [number]
    store.lifecycle.purge(number)
    assert not folder.exists()
    assert store.lifecycle.deleted() == []
    with pytest.raises(WorkbenchError, match="for good"):
        store.lifecycle.restore(number)
    left = [path for path in home.home.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    assert left == []


def test_that_one_that_came_back_is_not_purged(store: CollectionStore) -> None:
    number = store.lifecycle.delete("rules")
    store.lifecycle.restore(number)
    store.lifecycle.purge(number)
    assert names(store) == ["rules"]


def test_that_questions_of_test_sets_follow_their_collection(store: CollectionStore, database: Database) -> None:
    sets, lifecycle = TestSetStore(database), store.lifecycle
    where = Provenance(collection="handbook", document="a.pdf")
    sets.add("facts", [SetQuestion(question="A?", answers=("x",), origin=Origin.GENERATED, where=where)])
    store.create("handbook", EMBEDDER, ChunkingConfig())
    lifecycle.rename("handbook", "manual")
    assert sets.questions("facts")[0].where.collection == "manual"
    number = lifecycle.delete("manual")
    store.create("manual", EMBEDDER, ChunkingConfig())
    assert lifecycle.restore(number) == "manual 2"
    assert sets.questions("facts")[0].where.collection == "manual 2"
    lifecycle.purge(lifecycle.delete("manual 2"))
    assert sets.questions("facts") == ()


def test_that_a_purge_takes_unfinished_work_and_what_ended_jobs_said(
    store: CollectionStore, home: WorkbenchPaths
) -> None:
    make(store, "garden", "roses")
    for kind in ("tunings", "measurements"):
        for name in ("rules", "garden"):
            work = home.home / kind / name
            work.mkdir(parents=True)
            (work / "request.json").write_text(store.ref(name).model_dump_json())
    for name, lane in (("rules", "collection rules"), ("garden", "collection garden"), ("rules", "training")):
        make_run(home, store, name, lane).mark_seen()
    store.lifecycle.purge(store.lifecycle.delete("rules"))
    assert [path.name for path in (home.home / "tunings").iterdir()] == ["garden"]
    assert [path.name for path in (home.home / "measurements").iterdir()] == ["garden"]
    assert sorted(path.name for path in home.runs.iterdir()) == ["collection garden", "training"]


def test_that_a_purge_waits_for_a_comparison_that_reads_the_collection(
    store: CollectionStore, home: WorkbenchPaths
) -> None:
    run = make_run(home, store, "rules", "compare")
    store.removal.delete("rules", ["/d/a.md"])
    with pytest.raises(WorkbenchError, match=r"Compare rules.* works with this collection"):
        purge_spec(store, "rules")
    store.removal.restore("rules", ["/d/a.md"])
    number = store.lifecycle.delete("rules")
    with pytest.raises(WorkbenchError, match="works with this collection"):
        store.lifecycle.purge(number)
    assert [one.name for one in store.lifecycle.deleted()] == ["rules"]
    run.mark_seen()
    assert store.lifecycle.purge(number) is not None


def test_that_whoever_else_quotes_it_is_told_before_it_is_gone(database: Database, home: WorkbenchPaths) -> None:
    told: list[tuple[str, str, int]] = []

    def forget(purged: Purged, folder: str) -> None:
        told.append((purged.collection, folder, len(CollectionStore(database, home).lifecycle.due())))

    store = CollectionStore(database, home, forget)
    folder = make(store, "rules", "secret").parent.name
    store.lifecycle.purge(store.lifecycle.delete("rules"))
    assert told == [("rules", folder, 1)]


def make_run(home: WorkbenchPaths, store: CollectionStore, collection: str, lane: str) -> RunFolder:
    """A run that is over, of which nobody has heard yet."""
    run = RunFolder(home.runs / lane)
    params = {"collection": store.ref(collection).model_dump(mode="json")}
    spec = JobSpec(task="a:b", params=params, durable=True, lane=lane, title=f"Compare {collection}")
    run.create(RunRecord(job_id=lane, spec=spec))
    run.events.write_text(to_line(Finished(job_id=lane, sequence=2, at=1.0)))
    return run
