"""The LanceDB index: durable before it is acknowledged, healed after a cut, exact in what it finds."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from workbench.errors import WorkbenchError
from workbench.rag import vector_store
from workbench.rag.vector_store import StoredChunk, VectorStore, heal


def chunk(number: int, text: str, doc_hash: str = "d1") -> StoredChunk:
    return StoredChunk(
        chunk_id=f"{doc_hash}-{number}",
        document=f"{doc_hash}.md",
        doc_hash=doc_hash,
        page=1,
        start=0,
        end=len(text),
        title="Handbook",
        text=text,
    )


def vectors(*rows: tuple[float, float, float]) -> npt.NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> VectorStore:
    store = VectorStore(tmp_path / "c", 3)
    store.add([chunk(0, "Holidays are long"), chunk(1, "日本の首都は東京です")], vectors((1, 0, 0), (0, 1, 0)))
    return store


def manifests(folder: Path) -> list[Path]:
    return sorted((folder / "c" / "chunks.lance" / "_versions").glob("*.manifest"))


def test_that_rows_are_counted_and_removed_by_document(store: VectorStore) -> None:
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    assert store.counts() == {"d1": 2, "d2": 1}
    store.remove(["d1"])
    assert store.counts() == {"d2": 1}


def test_that_the_nearest_vector_is_found_with_its_cosine(store: VectorStore) -> None:
    (found, score), *_ = store.search_vector(vectors((0.6, 0.8, 0))[0], 2)
    assert found.text == "日本の首都は東京です"
    assert score == pytest.approx(0.8, abs=1e-5)


def test_that_words_are_found_stemmed_before_and_after_optimizing(store: VectorStore) -> None:
    for _ in range(2):
        assert [found.text for found, _ in store.search_text("holiday", 5)] == ["Holidays are long"]
        assert [found.text for found, _ in store.search_text("東京", 5)] == ["日本の首都は東京です"]
        assert len(store.search_text("handbook", 5)) == 2
        store.optimize()


def test_that_quotes_and_operators_in_a_query_are_words(store: VectorStore) -> None:
    assert store.search_text('holiday" AND (', 5)


def test_that_another_reader_sees_new_rows_at_once(store: VectorStore, tmp_path: Path) -> None:
    reader = VectorStore(tmp_path / "c", 3)
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    assert reader.count() == 3


def test_that_a_newest_manifest_of_zero_bytes_is_put_aside(store: VectorStore, tmp_path: Path) -> None:
    before = set(manifests(tmp_path))
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    (newest,) = set(manifests(tmp_path)) - before
    newest.write_bytes(b"")
    assert VectorStore(tmp_path / "c", 3).counts() == {"d1": 2}


def test_that_a_cut_manifest_is_put_aside(store: VectorStore, tmp_path: Path) -> None:
    newest = manifests(tmp_path)[0]
    newest.write_bytes(newest.read_bytes()[:-4])
    assert heal(tmp_path / "c" / "chunks.lance") == [newest.name]


def test_that_an_index_that_was_deleted_starts_empty(store: VectorStore, tmp_path: Path) -> None:
    for manifest in manifests(tmp_path):
        manifest.unlink()
    assert VectorStore(tmp_path / "c", 3).count() == 0


def test_that_new_files_and_folders_are_flushed(
    store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    real = vector_store._sync

    def note(path: Path) -> None:
        flushed.append(path)
        real(path)

    monkeypatch.setattr(vector_store, "_sync", note)
    files = tmp_path / "c" / "chunks.lance"
    before = set(files.rglob("*"))
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    new = {path for path in files.rglob("*") if path.is_file()} - before
    assert new
    assert new <= set(flushed)
    assert {files, files / "data", files / "_versions", files / "_transactions"} <= set(flushed)


def test_that_rows_that_are_not_there_after_a_write_are_an_error(
    store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store._table, "add", lambda rows: None)
    with pytest.raises(WorkbenchError) as caught:
        store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    assert caught.value.code == "index_write_lost"
    assert store.counts() == {"d1": 2}


def test_that_a_damaged_data_file_is_an_index_to_rebuild(store: VectorStore, tmp_path: Path) -> None:
    for file in (tmp_path / "c" / "chunks.lance" / "data").iterdir():
        file.write_bytes(b"")
    with pytest.raises(WorkbenchError) as caught:
        VectorStore(tmp_path / "c", 3).all_chunks()
    assert caught.value.code == "index_damaged"
