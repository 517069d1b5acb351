"""The LanceDB index: exact in what it finds, healed after a cut. How it is written: test_index_writer.py."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.unit.rag.index_rows import chunk, manifests, seeded_vectors, vectors
from workbench.errors import WorkbenchError
from workbench.rag import index_writer, vector_store
from workbench.rag.index_files import heal, table_folder
from workbench.rag.index_writer import IndexWriter
from workbench.rag.types import TextLanguage
from workbench.rag.vector_store import Among, VectorStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[IndexWriter]:
    with IndexWriter(tmp_path / "c", 3) as store:
        store.add([chunk(0, "Holidays are long"), chunk(1, "日本の首都は東京です")], vectors((1, 0, 0), (0, 1, 0)))
        yield store


def test_that_rows_are_counted_and_removed_by_document(store: IndexWriter) -> None:
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    assert store.counts() == {"d1": 2, "d2": 1}
    store.remove(["d1"])
    assert store.counts() == {"d2": 1}


def test_that_the_nearest_vector_is_found_with_its_cosine(store: IndexWriter) -> None:
    (found, score), *_ = store.search_vector(vectors((0.6, 0.8, 0))[0], 2)
    assert found.text == "日本の首都は東京です"
    assert score == pytest.approx(0.8, abs=1e-5)


def test_that_words_are_found_stemmed_before_and_after_optimizing(store: IndexWriter) -> None:
    for _ in range(2):
        assert [found.text for found, _ in store.search_text("holiday", 5)] == ["Holidays are long"]
        assert [found.text for found, _ in store.search_text("東京", 5)] == ["日本の首都は東京です"]
        assert len(store.search_text("handbook", 5)) == 2
        store.optimize()


def test_that_quotes_and_operators_in_a_query_are_words(store: IndexWriter) -> None:
    assert store.search_text('holiday" AND (', 5)


def test_that_another_reader_sees_new_rows_at_once(store: IndexWriter, tmp_path: Path) -> None:
    reader = VectorStore(tmp_path / "c", 3)
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    assert reader.count() == 3


def test_that_hidden_documents_are_not_found(store: IndexWriter) -> None:
    store.add([chunk(0, "Holidays in autumn", "d2")], vectors((0.9, 0.1, 0)))
    assert [found.doc_hash for found, _ in store.search_text("holiday", 5, hidden={"d1"})] == ["d2"]
    assert [found.doc_hash for found, _ in store.search_vector(vectors((1, 0, 0))[0], 1, hidden={"d1"})] == ["d2"]


def test_that_word_endings_are_those_of_the_language(tmp_path: Path) -> None:
    with IndexWriter(tmp_path / "german", 3, TextLanguage.GERMAN) as german:
        german.add([chunk(0, "Die Häuser der Nachbarn")], vectors((1, 0, 0)))
        assert german.search_text("Haus Nachbar", 5)
        assert not german.search_text("die", 5), "stop words are German too"
    with IndexWriter(tmp_path / "none", 3, TextLanguage.NONE) as plain:
        plain.add([chunk(0, "Die Häuser der Nachbarn")], vectors((1, 0, 0)))
        assert not plain.search_text("Nachbar", 5)
        assert plain.search_text("die", 5)


def test_that_a_cut_manifest_is_put_aside_by_a_reader(store: IndexWriter, tmp_path: Path) -> None:
    store.add([chunk(0, "Tea", "d2")], vectors((0, 0, 1)))
    newest = manifests(tmp_path / "c")[0]
    newest.write_bytes(newest.read_bytes()[:-4])
    assert VectorStore(tmp_path / "c", 3).counts() == {"d1": 2}
    assert heal(table_folder(tmp_path / "c")) == []


def test_that_an_index_that_is_not_there_is_one_to_rebuild(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError) as caught:
        VectorStore(tmp_path / "nothing", 3)
    assert caught.value.code == "index_damaged"
    assert not (tmp_path / "nothing").exists()


def test_that_a_damaged_data_file_is_an_index_to_rebuild(store: IndexWriter, tmp_path: Path) -> None:
    for file in (table_folder(tmp_path / "c") / "data").iterdir():
        file.write_bytes(b"")
    with pytest.raises(WorkbenchError) as caught:
        VectorStore(tmp_path / "c", 3).all_chunks()
    assert caught.value.code == "index_damaged"


def test_that_a_filter_leads_past_the_nearest_parts_of_an_index_for_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_store, "_EXACT_UP_TO", 100)
    monkeypatch.setattr(vector_store, "_PROBES", 1)
    rng = np.random.default_rng(1)
    near = (np.array([1, 0, 0]) + rng.normal(scale=0.3, size=(2000, 3))).astype(np.float32)
    with IndexWriter(tmp_path / "c", 3) as store:
        store.add([chunk(number, "Tea") for number in range(2000)], near)
        store.add(
            [chunk(number, "Coffee", "far") for number in range(5)], vectors(*[(-1, 0, 0.01 * n) for n in range(5)])
        )
        store.optimize()
        assert store._has_vector_index()
        found = store.search_vector(vectors((1, 0, 0))[0], 5, only=[Among(documents=(chunk(0, "", "far").document,))])
        hidden = store.search_vector(vectors((1, 0, 0))[0], 5, hidden={"d1"})
    assert [len(found), len(hidden)] == [5, 5]


def test_that_an_index_whose_parts_are_split_says_nothing_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """LanceDB warns of every part that it splits, hundreds of times in a growing collection."""
    from lancedb.index import IvfSq

    monkeypatch.setattr(vector_store, "_EXACT_UP_TO", 500)
    monkeypatch.setattr(vector_store, "vector_index", lambda _: IvfSq(distance_type="cosine", num_partitions=1))
    monkeypatch.setattr(index_writer, "vector_index", vector_store.vector_index)
    with IndexWriter(tmp_path / "c", 8) as store:
        for number, rows in enumerate((600, 20_000, 20_000, 20_000)):
            store.add([chunk(n, "Tea", f"d{number}") for n in range(rows)], seeded_vectors(number, rows, 8))
            store.optimize()
        assert store._has_vector_index()
    assert capfd.readouterr().err == ""
