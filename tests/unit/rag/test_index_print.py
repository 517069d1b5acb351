"""Whether a collection still holds what it held, from its journal."""

from pathlib import Path

import pytest

from workbench.embedding import EmbedderRef
from workbench.rag.index_print import index_changes, read_index_print
from workbench.rag.journal import NAME, Commit, DocumentMark, Journal
from workbench.rag.types import CollectionRef

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def ref(folder: Path, *hidden: str, embedder: str = "e") -> CollectionRef:
    model = EmbedderRef(name="mini", path="/mini", content_hash=embedder)
    return CollectionRef(name="handbook", folder=str(folder), embedder=model, hidden=hidden)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path)
    journal.confirm(Commit(1, documents={A: DocumentMark(3, "1" * 64), B: DocumentMark(2, "2" * 64)}))
    return journal


def test_that_a_commit_that_changes_no_document_changes_nothing(journal: Journal, tmp_path: Path) -> None:
    before = read_index_print(ref(tmp_path))
    journal.confirm(Commit(2))
    journal.fold()
    now = read_index_print(ref(tmp_path))
    assert before is not None and now is not None
    assert before == now
    assert (now.documents, now.chunks) == (2, 5)
    assert index_changes(before, now) == ""


def test_that_what_came_and_went_is_counted(journal: Journal, tmp_path: Path) -> None:
    before = read_index_print(ref(tmp_path))
    journal.confirm(Commit(2, documents={C: DocumentMark(1, "3" * 64), A: DocumentMark(4, "4" * 64)}, removed=(B,)))
    now = read_index_print(ref(tmp_path))
    assert before is not None and now is not None
    said = index_changes(before, now)
    assert said == "1 document is new, 1 document is gone, 1 document is cut or embedded in another way"


def test_that_a_hidden_document_is_not_there(journal: Journal, tmp_path: Path) -> None:
    before, now = read_index_print(ref(tmp_path)), read_index_print(ref(tmp_path, B))
    assert before is not None and now is not None
    assert index_changes(before, now) == "1 document is gone"


def test_that_another_embedder_is_another_content(journal: Journal, tmp_path: Path) -> None:
    before, now = read_index_print(ref(tmp_path)), read_index_print(ref(tmp_path, embedder="f"))
    assert before is not None and now is not None
    assert index_changes(before, now) == "its embedder is another one"


def test_that_reading_leaves_a_line_alone_that_is_being_written(journal: Journal, tmp_path: Path) -> None:
    whole = read_index_print(ref(tmp_path))
    with (tmp_path / NAME).open("a", encoding="utf-8") as file:
        file.write('abc {"version": 2, "fil')
    content = (tmp_path / NAME).read_bytes()
    assert read_index_print(ref(tmp_path)) == whole
    assert (tmp_path / NAME).read_bytes() == content


def test_that_a_folder_without_an_index_has_no_print(tmp_path: Path) -> None:
    assert read_index_print(ref(tmp_path / "nothing")) is None
