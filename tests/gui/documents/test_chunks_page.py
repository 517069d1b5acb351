"""The page Chunks as a user meets it; jobs are spoken by the test."""

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages
from tests.gui.acting import click, find
from tests.gui.documents.conftest import documents_tab
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.paths import WorkbenchPaths
from workbench.rag.chunk_preview import (
    PREVIEW_CHUNKS,
    ChunkPreview,
    ChunkPreviewRequest,
    PreviewedChunk,
    PreviewedPage,
)
from workbench.rag.indexing_types import DocumentStatus, FileIndexed
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import REBUILD
from workbench.rag.types import ChunkingConfig, ChunkSpan, PageText, TextLanguage
from workbench.rag.upkeep_types import DocumentSpans, RebuildReport, RebuildRequest
from workbench.settings import ChunkerKind
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.chunks_page import ChunksPage

TEXT = "😀 The kettle weighs 900 grams. It has a warranty of two years."
MIDDLE = TEXT.index("It has")


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    store.create("handbook", starter_embedder(), ChunkingConfig())
    for name in ("a.txt", "b.txt"):
        store.files.record("handbook", a_file(name))
    return store


@pytest.fixture
def tab(qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, messages: FakeMessages) -> DocumentsTab:
    tab = documents_tab(store, jobs, messages)
    qtbot.addWidget(tab)
    tab.resize(1100, 700)
    tab.show()
    tab.show_page("chunks")
    return tab


def a_file(name: str) -> FileIndexed:
    return FileIndexed(
        path=f"/d/{name}",
        name=name,
        status=DocumentStatus.INDEXED,
        sha256=name * 10,
        pages=2,
        chunks=1,
        texts=(PageText(number=1, text=TEXT), PageText(number=2, text="More.")),
        spans=(ChunkSpan(id=name, page=1, start=0, end=len(TEXT)),),
    )


def page(tab: DocumentsTab) -> ChunksPage:
    found = tab.page("chunks")
    assert isinstance(found, ChunksPage)
    return found


def request_of(job: FakeJob) -> ChunkPreviewRequest:
    return ChunkPreviewRequest.model_validate(job.spec.params)


def answer(job: FakeJob, *chunks: PreviewedChunk) -> None:
    job.produce(PreviewedPage(number=1, text=TEXT, chunks=chunks))
    job.finish(ChunkPreview(chunks=len(chunks), shortest=9, longest=14, mean=11.5))


def two_chunks() -> tuple[PreviewedChunk, PreviewedChunk]:
    return (
        PreviewedChunk(number=1, start=0, end=MIDDLE - 1, tokens=14, title="A"),
        PreviewedChunk(number=2, start=MIDDLE - 11, end=len(TEXT), tokens=9, title="A > B"),
    )


def test_that_chunks_are_coloured_and_what_they_share_apart(tab: DocumentsTab, jobs: FakeJobs) -> None:
    job = jobs.of(PREVIEW_CHUNKS)[-1]
    assert (request_of(job).document.name, request_of(job).page) == ("a.txt", 1)
    assert request_of(job).chunking == ChunkingConfig()
    answer(job, *two_chunks())
    assert page(tab).text.marked() == [TEXT[: MIDDLE - 1], TEXT[MIDDLE - 11 : MIDDLE - 1], TEXT[MIDDLE - 1 :]]
    grounds = [mark.format.background().color().name() for mark in page(tab).text.extraSelections()]
    assert len(set(grounds)) == 3
    summary = find(tab, QLabel, "chunks_summary").text()
    assert summary == "2 chunks of 9 to 14 tokens, 12 on average. So it is indexed now."
    assert not find(tab, QPushButton, "chunks_rebuild").isEnabled()


def test_that_the_cursor_says_which_chunk_it_is_in(tab: DocumentsTab, jobs: FakeJobs) -> None:
    answer(jobs.of(PREVIEW_CHUNKS)[-1], *two_chunks())
    pointed = find(tab, QLabel, "chunks_pointed")
    assert pointed.text() == "Chunk 1 · 14 tokens · A"
    cursor = page(tab).text.textCursor()
    cursor.setPosition(MIDDLE - 4)
    page(tab).text.setTextCursor(cursor)
    assert pointed.text().startswith("Chunks 1 and 2")


def test_that_values_are_tried_when_they_rest_and_an_old_answer_is_not_shown(
    tab: DocumentsTab, jobs: FakeJobs, qtbot: QtBot
) -> None:
    first = jobs.of(PREVIEW_CHUNKS)[-1]
    size = find(tab, QSpinBox, "chunks_size")
    for value in (60, 50, 40):
        size.setValue(value)
    qtbot.waitUntil(lambda: len(jobs.of(PREVIEW_CHUNKS)) == 2)
    assert first.cancelled
    answer(first, *two_chunks())
    assert not page(tab).text.marked()
    last = jobs.of(PREVIEW_CHUNKS)[-1]
    assert request_of(last).chunking.chunk_tokens == 40
    assert find(tab, QSpinBox, "chunks_overlap").maximum() == 20


def test_that_characters_have_sizes_of_their_own(tab: DocumentsTab, jobs: FakeJobs) -> None:
    chunker = find(tab, QComboBox, "chunks_chunker")
    chunker.setCurrentIndex(chunker.findData("characters"))
    request = request_of(jobs.of(PREVIEW_CHUNKS)[-1])
    assert (request.chunking.size, request.chunking.unit, request.chunking.overlap) == (600, "characters", 100)
    assert find(tab, QSpinBox, "chunks_size").suffix() == " characters"


def test_that_another_document_and_its_pages_are_shown(tab: DocumentsTab, jobs: FakeJobs) -> None:
    find(tab, QComboBox, "chunks_document").setCurrentText("b.txt")
    assert request_of(jobs.of(PREVIEW_CHUNKS)[-1]).document.name == "b.txt"
    click(find(tab, QPushButton, "chunks_next"))
    assert request_of(jobs.of(PREVIEW_CHUNKS)[-1]).page == 2
    assert not find(tab, QPushButton, "chunks_next").isEnabled()


def test_that_the_index_is_rebuilt_with_these_values_and_taken_back(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore, messages: FakeMessages
) -> None:
    answer(jobs.of(PREVIEW_CHUNKS)[-1], *two_chunks())
    chunker = find(tab, QComboBox, "chunks_chunker")
    chunker.setCurrentIndex(chunker.findData("structure"))
    answer(jobs.of(PREVIEW_CHUNKS)[-1], *two_chunks())
    assert not find(tab, QPushButton, "chunks_undo").isVisible()
    click(find(tab, QPushButton, "chunks_rebuild"))
    job = jobs.of(REBUILD)[-1]
    target = RebuildRequest.model_validate(job.spec.params).collection
    assert target.chunking.chunker is ChunkerKind.STRUCTURE
    job.progress(1, 2, "Embedding a.txt")
    assert page(tab).strip.isVisible()
    store.create("other", starter_embedder(), ChunkingConfig())
    tab.presenter.refresh()
    tab.presenter.select_collection("other")
    assert any(label.text() == "handbook: Embedding a.txt" for label in page(tab).strip.findChildren(QLabel))
    tab.presenter.select_collection("handbook")
    answer(jobs.of(PREVIEW_CHUNKS)[-1], *two_chunks())
    assert not find(tab, QPushButton, "chunks_rebuild").isEnabled()
    job.finish(rebuilt(store, target.folder))
    assert store.get("handbook").chunking == target.chunking
    assert "new index with 2 chunks" in messages.texts("info")[-1]
    assert "So it is indexed now." in find(tab, QLabel, "chunks_summary").text()
    click(find(tab, QPushButton, "chunks_undo"))
    assert store.get("handbook").chunking == ChunkingConfig()
    assert find(tab, QComboBox, "chunks_chunker").currentData() == "sections"


def test_that_an_index_that_was_only_measured_is_none_to_go_back_to(
    qtbot: QtBot, jobs: FakeJobs, store: CollectionStore
) -> None:
    folder = store.indexes.free_folder("handbook")
    folder.mkdir(parents=True)
    chunking = ChunkingConfig(chunk_tokens=40, overlap=0)
    target = store.ref("handbook").model_copy(update={"folder": str(folder), "chunking": chunking})
    store.indexes.keep_beside(target, rebuilt(store, str(folder)))
    assert len(store.indexes.list_indexes("handbook")) == 2
    tab = documents_tab(store, jobs)
    qtbot.addWidget(tab)
    tab.show()
    tab.show_page("chunks")
    assert not find(tab, QPushButton, "chunks_undo").isVisible()
    tab.show_page("overview")
    assert not find(tab, QPushButton, "undo_index").isVisible()


def test_that_undo_is_there_as_long_as_there_is_an_earlier_index(tab: DocumentsTab, store: CollectionStore) -> None:
    folder = store.indexes.free_folder("handbook")
    folder.mkdir(parents=True)
    target = store.ref("handbook").model_copy(update={"folder": str(folder), "language": TextLanguage.GERMAN})
    undo = find(tab, QPushButton, "chunks_undo")
    assert not undo.isVisible()
    store.indexes.put_in_place(target, rebuilt(store, str(folder)))
    tab.presenter.refresh()
    assert undo.isVisible(), "also where documents and chunking are the same as before"
    earlier = next(index for index in tab.presenter.state.indexes if not index.is_active)
    tab.presenter.indexes.drop(earlier)
    assert not undo.isVisible()


def rebuilt(store: CollectionStore, folder: str) -> RebuildReport:
    spans = store.paths.home / "spans.jsonl"
    lines = [
        DocumentSpans(sha256=name * 10, spans=(ChunkSpan(id=name, page=1, start=0, end=9),)).model_dump_json()
        for name in ("a.txt", "b.txt")
    ]
    spans.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return RebuildReport(documents=2, chunks=2, spans=str(spans))
