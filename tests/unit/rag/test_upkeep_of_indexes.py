"""Indexes beside each other, sync of folders, deleted documents: with the real embedder and the real index."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.rag.documents import HANDBOOK, write_facts
from tests.unit.rag.hanging import HangingParser
from tests.unit.rag.index_rows import all_files, data_files
from tests.unit.rag.test_tasks import NAME, found, run_index, run_rebuild
from workbench.database import Database
from workbench.embedding import Embedder, Precision, starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag import chunk_writing, indexer
from workbench.rag.indexing import (
    build_spec,
    check_spec,
    delete_documents,
    open_collection,
    purge_spec,
    rebuild_spec,
    retry_spec,
    sync_spec,
    undo_rebuild,
)
from workbench.rag.indexing_types import DocumentStatus, IndexRequest
from workbench.rag.maintenance import check, purge, rename
from workbench.rag.reasons import ReasonCode
from workbench.rag.rows import StoredChunk
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.surveying import Survey
from workbench.rag.types import ChunkingConfig, TextLanguage
from workbench.rag.upkeep_types import CheckRequest, PurgeRequest, RenameRequest
from workbench.rag.vector_store import VectorStore

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_facts(tmp_path / "docs")


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that went through the embedder."""
    texts: list[str] = []
    real: Callable[..., str] = chunk_writing.embedded_text

    def noted(chunk: StoredChunk, by: Embedder) -> str:
        texts.append(chunk.text)
        return real(chunk, by)

    monkeypatch.setattr(chunk_writing, "embedded_text", noted)
    return texts


def purge_all(store: CollectionStore) -> None:
    spec = purge_spec(store, NAME)
    assert spec is not None
    request = PurgeRequest.model_validate(spec.params)
    purge(RecordingContext(), request)
    store.removal.record_purge(request)


def run_check(store: CollectionStore) -> None:
    check(RecordingContext(), CheckRequest.model_validate(check_spec(store, NAME).params))


# -- indexes beside each other ----------------------------------------------------------------------------------------


def test_that_the_old_index_answers_until_the_new_one_takes_its_place(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    before = store.ref(NAME)
    spec = build_spec(store, NAME, chunking=ChunkingConfig(chunk_tokens=16, overlap=0))
    assert store.ref(NAME) == before
    assert found(store, "toaster warranty")[0].document == "delivery.pdf"
    run_rebuild(store, spec)
    after = store.ref(NAME)
    assert after.folder != before.folder and after.chunking.chunk_tokens == 16 and after.chunks > before.chunks
    for hit in found(store, "paid holiday"):
        assert store.texts.page(NAME, hit.document, hit.page)[hit.start : hit.end] == hit.text
    assert [index.is_active for index in store.indexes.list_indexes(NAME)] == [True, False]
    run_check(store)


def test_that_a_rebuild_can_be_undone_at_once(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    before, hits = store.ref(NAME), found(store, "toaster warranty")
    run_rebuild(store, build_spec(store, NAME, chunking=ChunkingConfig(chunk_tokens=16, overlap=0)))
    assert undo_rebuild(store, NAME) is None
    assert store.ref(NAME) == before
    assert found(store, "toaster warranty") == hits


def test_that_an_earlier_index_is_brought_up_to_date_before_it_answers(
    store: CollectionStore, folder: Path, embedded: list[str]
) -> None:
    run_index(store, folder)
    before = store.ref(NAME)
    run_rebuild(store, build_spec(store, NAME, chunking=ChunkingConfig(chunk_tokens=16, overlap=0)))
    (folder / "new.md").write_text("A lamp costs 19 euros.", encoding="utf-8")
    (folder / "office.txt").unlink()
    run_index(store, folder)
    embedded.clear()
    spec = undo_rebuild(store, NAME)
    assert spec is not None
    run_rebuild(store, spec)
    assert embedded == ["A lamp costs 19 euros."]
    assert store.ref(NAME).folder == before.folder
    assert found(store, "lamp")[0].document == "new.md"
    run_check(store)


def test_that_another_embedder_stands_beside_the_first_and_queries_use_the_one_that_built_the_index(
    store: CollectionStore, folder: Path, embedded: list[str]
) -> None:
    run_index(store, folder)
    first = store.ref(NAME)
    (precision,) = set(Precision) - {first.embedder.precision}
    other = first.embedder.model_copy(update={"precision": precision})
    embedded.clear()
    run_rebuild(store, build_spec(store, NAME, embedder=other))
    assert len(embedded) == 5, "vectors of another precision are not taken over"
    assert store.ref(NAME).embedder == other
    scores = found(store, "toaster warranty", RetrievalMode.VECTOR)[0].score
    assert undo_rebuild(store, NAME) is None
    assert store.ref(NAME).embedder == first.embedder
    assert found(store, "toaster warranty", RetrievalMode.VECTOR)[0].score != scores
    embedded.clear()
    run_rebuild(store, build_spec(store, NAME, embedder=other))
    assert embedded == [], "the index of that embedder is still there"


def test_that_another_language_needs_no_embedding(store: CollectionStore, folder: Path, embedded: list[str]) -> None:
    run_index(store, folder)
    embedded.clear()
    report = run_rebuild(store, build_spec(store, NAME, language=TextLanguage.GERMAN))
    assert (embedded, report.reused, report.documents) == ([], 3, 0)
    assert store.ref(NAME).language is TextLanguage.GERMAN
    assert found(store, "Woche", RetrievalMode.TEXT)[0].document == "office.txt"


def test_that_an_interrupted_rebuild_goes_on_where_it_was(
    store: CollectionStore, folder: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_index(store, folder)
    monkeypatch.setattr("workbench.rag.rebuilding._BATCH_CHUNKS", 1)
    chunking = ChunkingConfig(chunk_tokens=16, overlap=0)
    calls: list[int] = []
    real = chunk_writing.ChunkWriter.write

    def dying(self: chunk_writing.ChunkWriter, embedding: chunk_writing.Embedding) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        real(self, embedding)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(chunk_writing.ChunkWriter, "write", dying)
        run_rebuild(store, build_spec(store, NAME, chunking=chunking))
    store.indexes.sweep_all()
    embedded.clear()
    report = run_rebuild(store, build_spec(store, NAME, chunking=chunking))
    assert report.documents == 2, "the first one was there already"
    run_check(store)


# -- damage -----------------------------------------------------------------------------------------------------------


def test_that_flipped_bytes_are_found_and_only_their_documents_embedded_again(
    store: CollectionStore, folder: Path, embedded: list[str]
) -> None:
    run_index(store, folder)
    (folder / "late.md").write_text("The attic is painted blue.", encoding="utf-8")
    run_index(store, folder)
    before = {hit.chunk_id: hit.scores for hit in found(store, "attic warranty holiday")}
    index = Path(store.ref(NAME).folder)
    for path in data_files(index):
        content = path.read_bytes()
        at = content.find(b"The attic is painted")
        if at >= 0:
            path.write_bytes(content[:at] + b"tHE" + content[at + 3 :])
    with pytest.raises(WorkbenchError) as caught:
        run_check(store)
    assert caught.value.code == "index_damaged"
    embedded.clear()
    report = run_rebuild(store, rebuild_spec(store, NAME))
    assert embedded == ["The attic is painted blue."]
    assert (report.documents, report.reused) == (1, 3)
    run_check(store)
    assert {hit.chunk_id: hit.scores for hit in found(store, "attic warranty holiday")} == before
    assert not index.exists() and len(store.indexes.list_indexes(NAME)) == 1


@pytest.mark.parametrize("how", ["zeroed", "cut", "gone"])
def test_that_every_damaged_file_is_healed_from_the_database(store: CollectionStore, folder: Path, how: str) -> None:
    run_index(store, folder)
    before = [hit.chunk_id for hit in found(store, "warranty")]
    index, rebuilt = Path(store.ref(NAME).folder), 0
    for path in [path.relative_to(index) for path in all_files(index) if path.suffix in {".lance", ".manifest"}]:
        damaged = Path(store.ref(NAME).folder) / path
        if not damaged.exists():
            continue
        content = damaged.read_bytes()
        damaged.unlink() if how == "gone" else damaged.write_bytes(bytes(len(content)) if how == "zeroed" else b"LA")
        try:
            run_check(store)
        except WorkbenchError as problem:
            assert problem.code == "index_damaged"
            rebuilt += 1
            run_rebuild(store, rebuild_spec(store, NAME))
        run_check(store)
        assert [hit.chunk_id for hit in found(store, "warranty")] == before
    assert rebuilt, "all but the newest manifest, before which the same rows were there"
    assert VectorStore(Path(store.ref(NAME).folder), 384).count() == 5


# -- sync -------------------------------------------------------------------------------------------------------------


def test_that_a_sync_adds_changes_renames_and_removes(
    store: CollectionStore, folder: Path, embedded: list[str]
) -> None:
    run_index(store, folder)
    embedded.clear()
    (folder / "sub").mkdir()
    (folder / "delivery.pdf").rename(folder / "sub" / "parcels.pdf")
    (folder / "office.txt").unlink()
    (folder / "new.md").write_text("A lamp costs 19 euros.", encoding="utf-8")
    (folder / "handbook.md").write_text(HANDBOOK.replace("27 days", "28 days"), encoding="utf-8")
    report = run_index(store)
    assert (report.indexed, report.renamed, report.removed, report.failed) == (2, 1, 1, 0)
    assert not [text for text in embedded if "warranty" in text]
    hits = found(store, "toaster warranty")
    assert hits[0].document == "sub/parcels.pdf"
    assert store.texts.page(NAME, hits[0].document, hits[0].page)[hits[0].start : hits[0].end] == hits[0].text
    assert {d.name for d in store.documents.of(NAME)} == {"handbook.md", "new.md", "sub/parcels.pdf"}
    again = run_index(store)
    assert (again.unchanged, again.indexed, again.renamed) == (3, 0, 0)
    run_check(store)


def test_that_two_files_that_swapped_names_keep_their_vectors(
    store: CollectionStore, folder: Path, embedded: list[str]
) -> None:
    run_index(store, folder)
    (folder / "x").write_bytes((folder / "handbook.md").read_bytes())
    (folder / "handbook.md").write_text("A lamp costs 19 euros.", encoding="utf-8")
    (folder / "lamp.md").write_bytes((folder / "x").read_bytes())
    (folder / "x").unlink()
    run_index(store)
    (folder / "x").write_bytes((folder / "handbook.md").read_bytes())
    shutil.copy(folder / "lamp.md", folder / "handbook.md")
    shutil.copy(folder / "x", folder / "lamp.md")
    (folder / "x").unlink()
    embedded.clear()
    run_index(store)
    assert embedded == []
    assert found(store, "paid holiday")[0].document == "handbook.md"
    assert found(store, "lamp")[0].document == "lamp.md"
    run_check(store)


def test_that_what_has_not_changed_is_not_even_read(
    store: CollectionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.rag.folders._RACY_NS", 0)
    run_index(store, folder)
    monkeypatch.setattr(Survey, "hashed", lambda self, file: pytest.fail(f"{file.path} was read"))
    assert run_index(store).unchanged == 3


def test_that_states_are_remembered_by_a_later_look(
    store: CollectionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_index(store, folder)
    assert {known.file_state for known in store.files.known(NAME)} == {""}, "written a moment ago"
    monkeypatch.setattr("workbench.rag.folders._RACY_NS", 0)
    assert run_index(store).unchanged == 3
    assert "" not in {known.file_state for known in store.files.known(NAME)}


def test_that_a_file_that_was_just_written_is_read_again(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    (folder / "handbook.md").write_text(HANDBOOK.replace("27 days", "28 days"), encoding="utf-8")
    assert run_index(store).indexed == 1


# -- deleting ---------------------------------------------------------------------------------------------------------


def path_of(store: CollectionStore, name: str) -> str:
    return next(d.path for d in store.documents.of(NAME) if d.name == name)


def test_that_a_deleted_document_is_not_found_and_can_come_back(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    before = found(store, "toaster warranty")
    path = path_of(store, "delivery.pdf")
    assert delete_documents(store, NAME, [path]) is None
    for mode in RetrievalMode:
        assert "delivery.pdf" not in {hit.document for hit in found(store, "toaster warranty", mode)}
    assert [d.name for d in store.documents.deleted(NAME)] == ["delivery.pdf"]
    assert store.get(NAME).deleted == 1 and store.get(NAME).documents == 2
    assert run_index(store).indexed == 0, "a sync does not bring it back"
    store.removal.restore(NAME, [path])
    assert found(store, "toaster warranty") == before
    assert run_index(store).unchanged == 3


def test_that_a_purge_leaves_no_trace_in_any_file(
    store: CollectionStore, folder: Path, home: WorkbenchPaths, database: Database
) -> None:
    canary = "zanzibarquagga"
    secret = folder / f"{canary}-minutes.md"
    secret.write_text(f"# Minutes\n\nThe {canary} was sold for 4711 crowns.", encoding="utf-8")
    run_index(store, folder)
    for n in range(3):  # old versions, merged files, another index, an interrupted build, a copy for a rebuild
        (folder / f"more{n}.md").write_text(f"Number {n} is here.", encoding="utf-8")
        run_index(store, folder)
    run_rebuild(store, build_spec(store, NAME, chunking=ChunkingConfig(chunk_tokens=16, overlap=0)))
    build_spec(store, NAME, chunking=ChunkingConfig(chunk_tokens=64, overlap=0))
    assert traces(home, canary)
    delete_documents(store, NAME, [str(secret)])
    purge_all(store)
    assert traces(home, canary) == []
    assert len(store.indexes.list_indexes(NAME)) == 2
    assert found(store, "toaster warranty")[0].document == "delivery.pdf"
    run_check(store)
    run_index(store)
    assert traces(home, canary) == [], "it lies in the synced folder, but was deleted"
    assert run_index(store, secret).indexed == 1, "added by itself it comes in again"
    assert undo_rebuild(store, NAME) is not None


def traces(home: WorkbenchPaths, word: str) -> list[str]:
    """Files below the data folder that hold a word in their name or content, in any case and in UTF-16 too."""
    wanted = [word.encode(), word.encode("utf-16-le")]
    return [
        path.name
        for path in all_files(home.home)
        if word in path.name or any(w in path.read_bytes().lower() for w in wanted)
    ]


def test_that_a_copy_takes_the_place_of_a_deleted_document(store: CollectionStore, folder: Path) -> None:
    shutil.copy(folder / "handbook.md", folder / "z.md")
    run_index(store, folder)
    spec = delete_documents(store, NAME, [str(folder / "handbook.md")])
    assert spec is not None
    rename(RecordingContext(), RenameRequest.model_validate(spec.params))
    hit = found(store, "paid holiday")[0]
    assert hit.document == "z.md"
    assert store.texts.page(NAME, hit.document, hit.page)[hit.start : hit.end] == hit.text
    purge_all(store)
    assert found(store, "paid holiday")[0].document == "z.md"
    assert {d.name for d in store.documents.of(NAME)} == {"z.md", "delivery.pdf", "office.txt"}
    run_check(store)


def test_that_documents_are_due_after_ten_minutes(store: CollectionStore, folder: Path) -> None:
    from datetime import UTC, datetime, timedelta

    run_index(store, folder)
    delete_documents(store, NAME, [str(folder / "office.txt")])
    now = datetime.now(UTC)
    assert store.removal.due(now=now + timedelta(minutes=9)) == {}
    assert list(store.removal.due(now=now + timedelta(minutes=11))) == [NAME]
    assert {d.status for d in store.documents.deleted(NAME)} == {DocumentStatus.INDEXED}
    assert sync_spec(store, NAME) is not None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops a process")
def test_that_a_drive_that_hangs_loses_nothing_and_is_forgotten_when_it_answers(
    store: CollectionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "nas").mkdir()
    (folder / "nas" / "far.txt").write_text("The far store is in Genoa.")
    (folder / "nas" / "noise.bin").write_bytes(bytes(range(256)) * 9)
    run_index(store, folder)
    with monkeypatch.context() as patched:
        patched.setattr(indexer, "Parser", lambda: HangingParser(folder / "nas"))
        (folder / "new.txt").write_text("The near store is in Basel.")
        report = run_index(store)
    assert (report.indexed, report.removed, report.failed) == (1, 0, 1)
    by_name = {document.name: document for document in store.documents.of(NAME)}
    assert by_name["nas"].reason_code is ReasonCode.NO_ANSWER
    assert by_name["nas/far.txt"].chunks == 1
    assert found(store, "Genoa")[0].document == "nas/far.txt"

    (folder / "nas" / "noise.bin").unlink()
    run_index(store)
    assert {document.name for document in store.documents.of(NAME)} == by_name.keys() - {"nas", "nas/noise.bin"}


def test_that_a_sync_tries_a_file_that_failed_again_only_when_it_changed_or_is_asked_to(
    store: CollectionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.rag.folders._RACY_NS", 0)
    noise = folder / "noise.txt"
    noise.write_bytes(bytes(range(256)) * 9)
    run_index(store, folder)
    with monkeypatch.context() as patched:
        patched.setattr(Survey, "hashed", lambda self, file: pytest.fail(f"{file.path} was read"))
        assert run_index(store).failed == 1
        assert [d.reason_code for d in store.documents.of(NAME) if d.name == "noise.txt"] == [ReasonCode.BINARY]
        request = IndexRequest.model_validate(retry_spec(store, NAME, [str(noise)]).params)
        assert request.tries_failed_again
    noise.write_text("Words now.")
    assert run_index(store).indexed == 1


def test_that_a_collection_keeps_the_precision_that_it_was_begun_with_on_another_computer(
    store: CollectionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_index(store, folder)
    begun = store.ref(NAME).embedder
    (other,) = set(Precision) - {begun.precision}
    monkeypatch.setattr("workbench.embedding.fastest_precision", lambda: other)
    (folder / "new.md").write_text("A lamp costs 19 euros.")
    assert starter_embedder().precision is other
    assert open_collection(store, NAME, embedder=starter_embedder()).embedder == begun
    run_index(store, folder)
    assert store.ref(NAME).embedder == begun
    assert found(store, "lamp", RetrievalMode.VECTOR)[0].document == "new.md"
