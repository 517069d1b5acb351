"""Writing to the index: durable and read back before it is confirmed, taken back otherwise, healed at opening."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.rag.index_rows import add_document, chunk, data_files, manifests, vectors
from workbench.errors import WorkbenchError
from workbench.rag import durability
from workbench.rag.index_commits import is_being_written
from workbench.rag.index_files import list_files, table_folder
from workbench.rag.index_writer import IndexWriter
from workbench.rag.journal import NAME as JOURNAL
from workbench.rag.salvage import find_damage, salvage
from workbench.rag.vector_store import VectorStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index with two documents of four chunks, closed."""
    folder = tmp_path / "c"
    with IndexWriter(folder, 8) as writer:
        add_document(writer, 1)
        add_document(writer, 2)
    return folder


def reopened(folder: Path) -> dict[str, int]:
    with IndexWriter(folder, 8) as writer:
        assert writer.counts() == VectorStore(folder, 8).counts()
        return writer.counts()


def test_that_new_files_and_folders_are_flushed_before_a_commit_is_confirmed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    real = durability._sync

    def noted(path: Path) -> None:
        flushed.append(path)
        real(path)

    monkeypatch.setattr(durability, "_sync", noted)
    files = table_folder(folder)
    with IndexWriter(folder, 8) as writer:
        before = list_files(files)
        add_document(writer, 3)
    new = {files / name for name in list_files(files) - before}
    assert {path.parent.name for path in new} == {"data", "_versions", "_transactions"}
    assert new <= set(flushed)
    assert {files, files / "data", files / "_versions", files / "_transactions"} <= set(flushed)


def test_that_rows_that_are_not_there_after_a_write_are_taken_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with IndexWriter(folder, 8) as writer:
        monkeypatch.setattr(writer._table, "add", lambda rows: None)
        with pytest.raises(WorkbenchError) as caught:
            add_document(writer, 3)
        assert caught.value.code == "index_write_lost"
        assert writer.counts() == {"d1": 4, "d2": 4}
        add_document(writer, 3)  # the table was opened again
    assert reopened(folder) == {"d1": 4, "d2": 4, "d3": 4}


def test_that_a_vector_that_comes_back_changed_is_not_confirmed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    with IndexWriter(folder, 8) as writer:
        real = writer._table.add

        def spoiled(rows: Any) -> None:
            numbers = rows["vector"].combine_chunks().flatten().to_numpy().copy()
            numbers[5] += 1
            column = pa.FixedSizeListArray.from_arrays(pa.array(numbers), 8)
            real(rows.set_column(rows.schema.get_field_index("vector"), "vector", column))

        monkeypatch.setattr(writer._table, "add", spoiled)
        with pytest.raises(WorkbenchError, match="did not keep"):
            add_document(writer, 3)
    assert reopened(folder) == {"d1": 4, "d2": 4}


def test_that_a_version_that_was_not_confirmed_is_taken_back_at_opening(folder: Path) -> None:
    whole = (folder / JOURNAL).read_bytes()
    with IndexWriter(folder, 8) as writer:
        add_document(writer, 3)
    for kept in (0, 30):  # killed before the journal was written, and in the middle of that
        added = (folder / JOURNAL).read_bytes()[len(whole) :]
        (folder / JOURNAL).write_bytes(whole + added[:kept])
        files = len(list_files(table_folder(folder)))
        assert reopened(folder) == {"d1": 4, "d2": 4}
        assert len(list_files(table_folder(folder))) <= files - (3 if kept == 0 else 0), "its files are swept"
        assert (folder / JOURNAL).read_bytes() == whole


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: bytes(len(content)),
        lambda content: content[: len(content) // 2],
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    ],
    ids=["empty", "zeroed", "cut", "flipped"],
)
def test_that_a_damaged_newest_manifest_is_put_aside(folder: Path, spoil: Callable[[bytes], bytes]) -> None:
    newest = manifests(folder)[0]
    newest.write_bytes(spoil(newest.read_bytes()))
    assert reopened(folder) == {"d1": 4}
    with IndexWriter(folder, 8) as writer:
        add_document(writer, 2)
    assert reopened(folder) == {"d1": 4, "d2": 4}


def test_that_leftovers_are_swept(folder: Path) -> None:
    files = table_folder(folder)
    left = [files / "data" / "half.lance", files / "_versions" / ".tmp123", files / "_indices" / "x" / "part.lance"]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    assert reopened(folder) == {"d1": 4, "d2": 4}
    assert not [path for path in left if path.exists()]


def test_that_an_index_of_an_older_program_is_taken_over(folder: Path) -> None:
    (folder / JOURNAL).unlink()
    assert reopened(folder) == {"d1": 4, "d2": 4}
    assert (folder / JOURNAL).exists()


def test_that_a_damaged_journal_is_an_index_to_rebuild(folder: Path) -> None:
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"version"', b'"versiom"')
    (folder / JOURNAL).write_bytes(b"".join(lines))
    with pytest.raises(WorkbenchError) as caught:
        IndexWriter(folder, 8)
    assert caught.value.code == "index_damaged"
    assert not is_being_written(folder)


def test_that_a_second_writer_is_refused(folder: Path) -> None:
    with IndexWriter(folder, 8):
        assert is_being_written(folder)
        with pytest.raises(WorkbenchError) as caught:
            IndexWriter(folder, 8)
        assert caught.value.code == "index_busy"
    assert not is_being_written(folder)


def test_that_a_renamed_document_keeps_its_vectors(folder: Path) -> None:
    with IndexWriter(folder, 8) as writer:
        before = writer.marks["d1"]
        writer.rename({"d1": "new name.md", "unknown": "x"})
        assert {c.document for c in writer.all_chunks() if c.doc_hash == "d1"} == {"new name.md"}
        writer.optimize()
        assert dict(salvage(folder, 8)).keys() == {"d1", "d2"}
        assert writer.marks["d1"] == before


def test_that_many_commits_are_merged_and_the_journal_folded(tmp_path: Path) -> None:
    with IndexWriter(tmp_path / "c", 3) as writer:
        for number in range(120):
            writer.add([chunk(0, f"word{number}", f"d{number}")], vectors((1, 0, 0)))
        assert len(data_files(tmp_path / "c")) <= 200
        writer._journal.fold()
    with IndexWriter(tmp_path / "c", 3) as writer:
        assert len(writer.counts()) == 120
        assert len(writer.search_text("word7", 5)) == 1


@pytest.mark.parametrize("kind", ["empty", "cut", "flipped", "gone"])
def test_that_damage_in_a_data_file_names_the_documents_concerned(folder: Path, kind: str) -> None:
    assert find_damage(folder, 8) == ([], [])
    damage(data_files(folder)[0], kind)
    files, documents = find_damage(folder, 8)
    assert [name.split("/")[0] for name in files] == ["data"]
    assert documents == ["d1"]
    assert [doc_hash for doc_hash, _ in salvage(folder, 8)] == ["d2"]


def damage(path: Path, kind: str) -> None:
    content = bytearray(path.read_bytes())
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "gone":
            path.unlink()
        case _:
            at = content.find(vector_of(1)[:8])  # in the middle of a vector, which LanceDB does not notice
            assert at > 0
            content[at + 2] ^= 1
            path.write_bytes(bytes(content))


def vector_of(number: int) -> bytes:
    from tests.unit.rag.index_rows import seeded_vectors

    return seeded_vectors(number, 4, 8).tobytes()
