"""What happens to collections without anybody asking, with jobs that the test speaks for."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fakes import FakeJobs
from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag import removal, watching
from workbench.rag.indexing_types import IndexReport
from workbench.rag.maintenance import CHECK, PURGE
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import INDEX, REBUILD
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep import Upkeep
from workbench.rag.upkeep_types import CheckReport, RebuildReport
from workbench.rag.watching import FolderWatch, fingerprint

PATIENCE_SECONDS = 60.0


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("a")
    return folder


@pytest.fixture
def store(database: Database, home: WorkbenchPaths, docs: Path) -> CollectionStore:
    store = CollectionStore(database, home)
    store.create("Hand book", EMBEDDER, ChunkingConfig())
    store.add_sources("Hand book", [docs])
    store.files.record("Hand book", indexed(str(docs / "a.md"), "a"))
    return store


class Looked:
    """An `Upkeep` whose posted calls run at once, and what it told."""

    def __init__(self, store: CollectionStore, jobs: FakeJobs, min_seconds: float = 60.0) -> None:
        self.told: list[str] = []
        self.upkeep = Upkeep(store, jobs, lambda call: call(), self.told.append, min_seconds=min_seconds)


@contextlib.contextmanager
def store_closed() -> Iterator[None]:
    """Nobody reads the database meanwhile."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError("the database was read")

    sa.event.listen(sa.Engine, "before_cursor_execute", refuse)
    yield
    sa.event.remove(sa.Engine, "before_cursor_execute", refuse)


@pytest.fixture
def jobs(database: Database) -> FakeJobs:
    return FakeJobs(database)


def test_that_a_start_syncs_then_checks_once_a_week(store: CollectionStore, jobs: FakeJobs) -> None:
    looked = Looked(store, jobs)
    looked.upkeep.start()
    assert [job.spec.task for job in jobs.jobs] == [INDEX]
    jobs.of(INDEX)[0].finish(IndexReport(collection="Hand book", unchanged=1))
    assert looked.told == []
    store.get("Hand book").folder.mkdir(parents=True)
    looked.upkeep.tick()
    jobs.of(CHECK)[0].finish(CheckReport(files=3, chunks=1))
    looked.upkeep.tick()
    assert len(jobs.of(CHECK)) == 1
    looked.upkeep.stop()


def test_that_nothing_of_it_reads_on_the_thread_that_calls(store: CollectionStore, jobs: FakeJobs) -> None:
    waiting: list[Callable[[], None]] = []

    def later(work: Callable[[], object], then: Callable[[object], None]) -> None:
        waiting.append(lambda: then(work()))

    upkeep = Upkeep(store, jobs, lambda call: call(), lambda _text: None, in_background=later, min_seconds=60.0)
    with store_closed():
        upkeep.start()
        upkeep.tick()
        upkeep.sync("Hand book")
    while waiting:
        waiting.pop(0)()
    assert [job.spec.task for job in jobs.jobs] == [INDEX]
    upkeep.stop()


def test_that_a_change_while_a_sync_runs_is_looked_at_after_it(store: CollectionStore, jobs: FakeJobs) -> None:
    looked = Looked(store, jobs)
    for _ in range(3):
        looked.upkeep.sync("Hand book")
    assert len(jobs.of(INDEX)) == 1
    jobs.of(INDEX)[0].finish(IndexReport(collection="Hand book", indexed=3, changed=1, removed=1))
    assert len(jobs.of(INDEX)) == 2
    jobs.of(INDEX)[1].finish(IndexReport(collection="Hand book"))
    assert len(jobs.of(INDEX)) == 2


def test_that_what_a_sync_found_is_kept(store: CollectionStore, jobs: FakeJobs, docs: Path) -> None:
    Looked(store, jobs).upkeep.sync("Hand book")
    jobs.of(INDEX)[0].finish(IndexReport(collection="Hand book", indexed=4, changed=1, removed=1))
    found = store.get("Hand book")
    assert str(found.last_sync) == "3 added, 1 changed, 1 gone"
    assert found.last_sync is not None
    assert found.synced_at == {docs: found.last_sync.at}


def build_seconds(store: CollectionStore) -> float | None:
    found = store.get("Hand book").last_sync
    assert found is not None
    return found.build_seconds


def test_that_the_time_to_build_an_index_adds_up_over_what_was_indexed(store: CollectionStore, jobs: FakeJobs) -> None:
    looked = Looked(store, jobs)
    for report in (
        IndexReport(collection="Hand book", indexed=3, seconds=10.0),
        IndexReport(collection="Hand book", unchanged=3, seconds=2.0),  # only looked at: that built nothing
        IndexReport(collection="Hand book", indexed=1, unchanged=3, seconds=4.0),
    ):
        looked.upkeep.sync("Hand book")
        jobs.of(INDEX)[-1].finish(report)
    assert build_seconds(store) == 14.0


def test_that_the_time_is_not_known_where_a_part_was_not_timed(store: CollectionStore, jobs: FakeJobs) -> None:
    looked = Looked(store, jobs)
    for report in (
        IndexReport(collection="Hand book", indexed=1, unchanged=3, seconds=4.0),  # three came from elsewhere
        IndexReport(collection="Hand book", indexed=1, unchanged=4, seconds=4.0),
    ):
        looked.upkeep.sync("Hand book")
        jobs.of(INDEX)[-1].finish(report)
    assert build_seconds(store) is None


@pytest.mark.parametrize(("reused", "expected"), [(0, 30.0), (2, 10.0)])
def test_that_a_rebuilding_from_nothing_is_the_time_to_build(
    store: CollectionStore, jobs: FakeJobs, reused: int, expected: float
) -> None:
    looked = Looked(store, jobs)
    looked.upkeep.sync("Hand book")
    jobs.of(INDEX)[0].finish(IndexReport(collection="Hand book", indexed=3, seconds=10.0))
    store.get("Hand book").folder.mkdir(parents=True)
    looked.upkeep.tick()
    jobs.of(CHECK)[0].fail(WorkbenchError("damaged", code="index_damaged", details="2 files"))
    rebuild = jobs.of(REBUILD)[0]
    folder = Path(rebuild.spec.params["collection"]["folder"])
    (folder / "spans.jsonl").write_text("")
    report = RebuildReport(documents=1, chunks=1, reused=reused, spans=str(folder / "spans.jsonl"), seconds=30.0)
    rebuild.finish(report)
    assert build_seconds(store) == expected


def test_that_damage_is_known_until_it_is_mended(store: CollectionStore, jobs: FakeJobs) -> None:
    looked = Looked(store, jobs)
    store.get("Hand book").folder.mkdir(parents=True)
    looked.upkeep.tick()
    jobs.of(CHECK)[0].fail(WorkbenchError("damaged", code="index_damaged", details="2 files"))
    assert store.get("Hand book").damage == "2 files"
    rebuild = jobs.of(REBUILD)[0]
    folder = Path(rebuild.spec.params["collection"]["folder"])
    (folder / "spans.jsonl").write_text("")
    rebuild.finish(RebuildReport(documents=1, chunks=1, spans=str(folder / "spans.jsonl")))
    assert store.get("Hand book").damage == ""


def test_that_damage_is_mended_without_a_click_and_told(store: CollectionStore, jobs: FakeJobs) -> None:
    looked = Looked(store, jobs)
    looked.upkeep.sync("Hand book")
    jobs.of(INDEX)[0].fail(WorkbenchError("damaged", code="index_damaged"))
    rebuild = jobs.of(REBUILD)[0]
    rebuild.fail(WorkbenchError("The disk is full", code="disk_full"))
    looked.upkeep.sync("Hand book")
    assert len(jobs.of(INDEX)) == 2, "the next look tries again"


def test_that_a_deleted_document_is_purged_when_its_time_is_over(
    store: CollectionStore, jobs: FakeJobs, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Looked(store, jobs)
    store.removal.delete("Hand book", [str(docs / "a.md")])
    looked.upkeep.tick()
    assert jobs.of(PURGE) == []
    monkeypatch.setattr(removal, "UNDO_TIME", timedelta(0))
    looked.upkeep.tick()
    assert len(jobs.of(PURGE)) == 1
    looked.upkeep.stop()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_that_a_change_below_a_source_is_told_when_it_rests(docs: Path) -> None:
    seen: list[Path] = []
    changed = threading.Event()

    def note(source: Path) -> None:
        seen.append(source)
        changed.set()

    watch = FolderWatch(note, min_seconds=0.05)
    watch.watch([docs])
    wait_for(lambda: not watch._looks[docs]._is_looking)
    for change in (
        lambda: (docs / "b.md").write_text("b"),
        lambda: (docs / "b.md").rename(docs / "c.md"),
        (docs / "c.md").unlink,
    ):
        changed.clear()
        change()
        assert changed.wait(PATIENCE_SECONDS)
    watch.stop()
    assert set(seen) == {docs}


def test_that_a_source_that_hangs_stops_nobody(docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hung, free = threading.Event(), threading.Event()
    real: Callable[[Path], str] = fingerprint
    drive = tmp_path / "drive"

    def stuck(source: Path) -> str:
        if source == drive:
            hung.set()
            free.wait(PATIENCE_SECONDS)
        return real(source)

    monkeypatch.setattr(watching, "fingerprint", stuck)
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0.0)
    changed = threading.Event()
    watch = FolderWatch(lambda source: changed.set(), min_seconds=0.05)
    watch.watch([drive, docs])
    assert hung.wait(PATIENCE_SECONDS)
    wait_for(lambda: not watch._looks[docs]._is_looking)
    assert drive in watch.silent()
    (docs / "b.md").write_text("b")
    assert changed.wait(PATIENCE_SECONDS), "the other folder is watched as before"
    watch.stop()
    free.set()


def test_that_a_fingerprint_sees_what_matters_and_links_go_nowhere(docs: Path) -> None:
    before = fingerprint(docs)
    assert fingerprint(docs) == before
    (docs / "loop").symlink_to(docs)
    linked = fingerprint(docs)
    assert linked != before
    (docs / "a.md").write_text("other")
    assert fingerprint(docs) != linked
    assert fingerprint(docs / "nowhere")


def test_that_a_folder_that_does_not_answer_is_told_once(
    store: CollectionStore, jobs: FakeJobs, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Looked(store, jobs)
    monkeypatch.setattr(FolderWatch, "silent", lambda self: [docs])
    looked.upkeep.tick()
    looked.upkeep.tick()
    assert looked.told == [f"{docs} does not answer; its documents stay as they are until it does."]
    looked.upkeep.stop()
