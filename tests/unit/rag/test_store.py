"""Collections in the database."""

from pathlib import Path

import pytest

from workbench.database import Database
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing import open_collection
from workbench.rag.indexing_types import DocumentStatus, FileIndexed
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig, ChunkSpan, MarkKind, PageMark, PageText

EMBEDDER = EmbedderRef(name="tiny", path="/e", content_hash="e" * 64)


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    store.create("Hand book", EMBEDDER, ChunkingConfig())
    return store


def indexed(path: str, *texts: str, sha256: str = "1") -> FileIndexed:
    pages = tuple(PageText(number=number, text=text) for number, text in enumerate(texts, 1))
    spans = tuple(ChunkSpan(id=f"{sha256}-{p.number}", page=p.number, start=0, end=len(p.text)) for p in pages)
    return FileIndexed(
        path=path,
        name=Path(path).name,
        status=DocumentStatus.INDEXED,
        sha256=sha256,
        pages=len(pages),
        chunks=len(spans),
        texts=pages,
        spans=spans,
    )


def test_that_a_recorded_document_can_be_read_page_by_page(store: CollectionStore) -> None:
    store.files.record("Hand book", indexed("/d/a.md", "eins", "zwei"))
    assert store.texts.page("Hand book", "a.md", 2) == "zwei"
    assert store.texts.page("Hand book", "/d/a.md", 1) == "eins"
    assert store.get("Hand book").chunks == store.ref("Hand book").chunks == 2
    with pytest.raises(WorkbenchError, match=r"a\.md has no page 3"):
        store.texts.page("Hand book", "a.md", 3)


def test_that_the_marks_of_a_page_are_kept(store: CollectionStore) -> None:
    marks = (
        PageMark(kind=MarkKind.HEADING, start=0, end=3, level=2),
        PageMark(kind=MarkKind.TABLE, start=5, end=9, header_end=7),
    )
    item = indexed("/d/a.pdf", "Top", "plain")
    pages = (item.texts[0].model_copy(update={"marks": marks}), item.texts[1])
    store.files.record("Hand book", item.model_copy(update={"texts": pages}))
    assert store.texts.document("Hand book", "a.pdf").pages == pages


def test_that_a_new_state_replaces_the_old_one(store: CollectionStore) -> None:
    store.files.record("Hand book", indexed("/d/a.md", "old", "older"))
    store.files.record("Hand book", indexed("/d/a.md", "new", sha256="2"))
    (document,) = store.texts.all("Hand book")
    assert [page.text for page in document.pages] == ["new"]
    assert [span.id for span in document.spans] == ["2-1"]


def test_that_a_file_that_cannot_be_read_any_more_keeps_its_old_text(store: CollectionStore) -> None:
    store.files.record("Hand book", indexed("/d/a.md", "old"))
    store.files.record(
        "Hand book", FileIndexed(path="/d/a.md", name="a.md", status=DocumentStatus.FAILED, reason="It is damaged.")
    )
    (document,) = store.documents.of("Hand book")
    assert document.status is DocumentStatus.INDEXED
    assert "It is damaged." in document.reason
    assert store.texts.page("Hand book", "a.md", 1) == "old"


def test_that_files_of_one_name_from_two_folders_are_both_kept(store: CollectionStore) -> None:
    for path in ("/d/a.bin", "/e/a.bin"):
        store.files.record(
            "Hand book", FileIndexed(path=path, name="a.bin", status=DocumentStatus.FAILED, reason="Noise.")
        )
    store.files.record("Hand book", indexed("/f/a.bin", "text"))
    names = {document.path: document.name for document in store.documents.of("Hand book")}
    assert names["/f/a.bin"] == "a.bin", "the name that its rows in the index have"
    assert len(set(names.values())) == 3


def test_that_a_removed_document_leaves_nothing(store: CollectionStore, database: Database) -> None:
    store.files.record("Hand book", indexed("/d/a.md", "canary"))
    store.files.record("Hand book", FileIndexed(path="/d/a.md", name="a.md", status=DocumentStatus.REMOVED))
    assert store.documents.of("Hand book") == []
    assert list(store.texts.all("Hand book")) == []


def test_that_deleting_a_collection_takes_its_folder_along(store: CollectionStore) -> None:
    folder = store.get("Hand book").folder
    folder.mkdir(parents=True)
    (folder / "x").write_text("x")
    store.delete("Hand book")
    assert store.find("Hand book") is None
    assert not folder.exists()


def test_that_an_unknown_collection_names_the_known_ones(store: CollectionStore) -> None:
    with pytest.raises(WorkbenchError) as caught:
        store.get("other")
    assert "Hand book" in caught.value.hint


def test_that_a_collection_keeps_its_chunking_and_embedder(store: CollectionStore) -> None:
    with pytest.raises(WorkbenchError, match="chunks of 120 tokens"):
        open_collection(store, "Hand book", ChunkingConfig(chunk_tokens=50, overlap=0))
    with pytest.raises(WorkbenchError, match="embedder tiny"):
        open_collection(store, "Hand book", None, EMBEDDER.model_copy(update={"content_hash": "f"}))
    assert open_collection(store, "Hand book").name == "Hand book"


def test_that_an_odd_name_is_refused(store: CollectionStore) -> None:
    for name in ("", "  ", "a\nb", "x" * 200):
        with pytest.raises(WorkbenchError, match="cannot be a collection's name"):
            store.create(name, EMBEDDER, ChunkingConfig())
