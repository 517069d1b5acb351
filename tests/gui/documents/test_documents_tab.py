"""The Documents tab as a user meets it; jobs are spoken by the test."""

import base64
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QTextDocumentFragment
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find, press, type_text
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.llm.tasks import TextProduced
from workbench.llm.too_long import RaiseContext, ShortenAnswer, TooLong
from workbench.llm.types import Completion, FinishReason
from workbench.rag.answer_types import Answer, AskRequest, Citation
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, IndexReport
from workbench.rag.loaders.pdf import _png
from workbench.rag.page_images import PAGE_IMAGE, PageImageReport, PageImageRequest
from workbench.rag.search_types import Hit, QuestionHits
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import ASK, INDEX, REBUILD, SEARCH
from workbench.rag.types import ChunkingConfig, ChunkSpan, PageText
from workbench.rag.upkeep_types import DocumentSpans, RebuildReport
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.page import PageSpec
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.view import DocumentsView
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.page_tabs import PageTabs
from workbench.ui.widgets.page_view import PageView

TEXT = "😀 Everybody gets 27 days of holiday."
START, END = TEXT.index("Everybody"), len(TEXT)
HIT = Hit(
    document="a.md", title="Handbook", page=1, start=START, end=END, score=0.5, text=TEXT[START:END], chunk_id="1"
)


def a_file(name: str = "a.md", *, file_type: str = "Markdown") -> FileIndexed:
    return FileIndexed(
        path=f"/d/{name}",
        name=name,
        status=DocumentStatus.INDEXED,
        sha256=name,
        pages=1,
        chunks=1,
        file_type=file_type,
        texts=(PageText(number=1, text=TEXT),),
        spans=(ChunkSpan(id=name, page=1, start=START, end=END),),
    )


def fill(tab: DocumentsTab, store: CollectionStore, *files: FileIndexed) -> None:
    store.create("handbook", starter_embedder(), ChunkingConfig())
    for file in files or (a_file(),):
        store.files.record("handbook", file)
    tab.presenter.refresh()


def drop(tab: DocumentsTab, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    tab.dropEvent(QDropEvent(QPointF(5, 5), action, data, button, key))


def cells(tab: DocumentsTab, name: str) -> list[list[str]]:
    model = find(tab, QTableView, name).model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def passages(tab: DocumentsTab) -> list[str]:
    """The passages that are shown, without their colours."""
    texts = [find(row, QLabel, "hit_text").text() for row in tab.question.hits.rows()]
    return [QTextDocumentFragment.fromHtml(text).toPlainText() for text in texts]


def test_that_a_dropped_folder_becomes_a_collection_of_its_name(
    tab: DocumentsTab, jobs: FakeJobs, messages: FakeMessages, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    drop(tab, folder)
    assert jobs.last.spec.task == INDEX
    assert find(tab, QListWidget, "collections").item(0).text() == "rules"
    jobs.last.progress(0, 2, "Reading a.md")
    assert tab.strip.isVisible()
    jobs.last.produce(a_file())
    jobs.last.produce(
        FileIndexed(path="/d/b.pdf", name="b.pdf", status=DocumentStatus.FAILED, reason="b.pdf needs a password.")
    )
    jobs.last.finish(IndexReport(collection="rules", indexed=1, failed=1, chunks=1))
    assert not tab.strip.isVisible()
    rows = cells(tab, "files")
    assert rows[0][:6] == ["b.pdf", "failed", "b.pdf needs a password.", "", "", ""], "what needs the user is above"
    assert rows[1][:6] == ["a.md", "ready", "", "1", str(len(TEXT)), "1"], "pages, characters, chunks"
    table = find(tab, QTableView, "files")
    assert not any(table.isColumnHidden(column) for column in range(6))
    assert messages.said[-1][0] == "warning"


def test_that_stopping_cancels_the_job(tab: DocumentsTab, jobs: FakeJobs, tmp_path: Path) -> None:
    drop(tab, tmp_path)
    jobs.last.progress(0, 2, "Reading")
    click(find(tab, QPushButton, "job_strip_stop"))
    assert jobs.last.cancelled
    jobs.last.end_cancelled()
    assert not tab.strip.isVisible()


def test_that_a_search_needs_no_model_and_shows_scores(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    fill(tab, store)
    assert not find(tab, QPushButton, "search_passages").isEnabled()
    type_text(find(tab, QLineEdit, "question"), "holiday")
    click(find(tab, QPushButton, "search_passages"))
    job = jobs.of(SEARCH)[-1]
    job.produce(QuestionHits(id="1", hits=(HIT,)))
    job.finish()
    assert passages(tab) == ["Everybody gets 27 days of holiday."]


def test_that_an_answer_streams_and_its_mark_opens_the_passage(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    fill(tab, store)
    type_text(find(tab, QLineEdit, "question"), "How many days?")
    click(find(tab, QPushButton, "ask"))
    job = jobs.of(ASK)[-1]
    job.produce(QuestionHits(id="1", hits=(HIT,)))
    assert len(passages(tab)) == 1
    job.produce(TextProduced(request_id="1", text="27 days"))
    answer_view = find(tab, AnswerView, "documents_answer")
    assert answer_view.text() == "27 days"
    citation = Citation(number=1, document="a.md", page=1, start=START, end=END, text=HIT.text)
    completion = Completion(text="27 days [1]", finish_reason=FinishReason.STOP)
    job.produce(
        Answer(id="1", answer="27 days [1]", answerable=True, citations=(citation,), hits=(HIT,), completion=completion)
    )
    job.finish()
    answer_view.link_activated.emit("cite:1")
    assert find(tab, QLabel, "place_document").text() == "a.md"
    assert tab.question.place.marked_text() == HIT.text
    assert find(tab, QPlainTextEdit, "place_text").isVisible()


def test_that_a_question_too_long_for_the_model_is_asked_again_as_offered(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    fill(tab, store)
    type_text(find(tab, QLineEdit, "question"), "How many days?")
    click(find(tab, QPushButton, "ask"))
    offers = (ShortenAnswer(max_tokens=44), RaiseContext(context_length=4096, more_bytes=10**9))
    refused = TooLong(model="starter", tokens=1900, context_length=2048, answer_tokens=256, offers=offers)
    jobs.of(ASK)[-1].fail(refused.problem())
    longer = find(tab, QPushButton, "offer_raise_context")
    assert longer.text() == "Raise the context length to 4,096 (needs 1.0 GB more)"
    click(find(tab, QPushButton, "offer_shorten_answer"))
    assert AskRequest.model_validate(jobs.of(ASK)[-1].spec.params).config.max_tokens == 44
    jobs.of(ASK)[-1].fail(refused.problem())
    click(find(tab, QPushButton, "offer_raise_context"))
    assert AskRequest.model_validate(jobs.of(ASK)[-1].spec.params).load.context_length == 4096
    assert AskRequest.model_validate(jobs.of(ASK)[-1].spec.params).config.max_tokens == 44


def test_that_a_pdf_opens_as_picture_with_the_passage_marked(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    fill(tab, store, a_file("a.pdf", file_type="PDF"))
    tab.presenter.asking.open_place(HIT.model_copy(update={"document": "a.pdf"}))
    png = base64.b64encode(_png(b"\xff" * 300, 10, 10, 30, 3)).decode()
    job = jobs.of(PAGE_IMAGE)[-1]
    assert job.spec.params["wanted"]["start"] == START
    job.finish(PageImageReport(png=png, width=10, height=10, boxes=((1, 1, 5, 3),)))
    page = find(tab, PageView, "page_view")
    assert page.isVisible()
    assert page.marked_boxes == ((1, 1, 5, 3),)
    click(find(tab, QPushButton, "show_as_text"))
    assert tab.question.place.marked_text() == HIT.text


def test_that_a_pdf_in_an_archive_opens_as_its_page(tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore) -> None:
    archive = a_file("all.zip", file_type="ZIP archive")
    texts = [PageText(number=1, text="# notes.txt\n\nNothing.", member="notes.txt")]
    texts += [PageText(number=2 + page, text=TEXT, member="2024/prices.pdf") for page in range(2)]
    fill(tab, store, archive.model_copy(update={"texts": tuple(texts), "pages": 3}))
    tab.presenter.asking.open_place(HIT.model_copy(update={"document": "all.zip/2024/prices.pdf", "page": 2}))
    job = jobs.of(PAGE_IMAGE)[-1]
    request = PageImageRequest.model_validate(job.spec.params)
    assert (request.path, request.name) == (archive.path, "all.zip")
    assert (request.wanted.member, request.wanted.page, request.wanted.text) == ("2024/prices.pdf", 2, TEXT)
    png = base64.b64encode(_png(b"\xff" * 300, 10, 10, 30, 3)).decode()
    job.finish(PageImageReport(png=png, width=10, height=10, boxes=((1, 1, 5, 3),)))
    assert find(tab, PageView, "page_view").isVisible()
    assert find(tab, QLabel, "place_document").text() == "all.zip/2024/prices.pdf"
    click(find(tab, QPushButton, "previous_page"))
    assert PageImageRequest.model_validate(jobs.of(PAGE_IMAGE)[-1].spec.params).wanted.page == 1
    before = len(jobs.of(PAGE_IMAGE))
    tab.presenter.asking.open_page_of("all.zip/notes.txt", 1)
    assert len(jobs.of(PAGE_IMAGE)) == before, "what is no PDF is shown as text"
    assert tab.question.place.text.isVisible()


def test_that_a_pdf_that_changed_shows_the_indexed_text(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    fill(tab, store, a_file("a.pdf", file_type="PDF"))
    tab.presenter.asking.open_place(HIT.model_copy(update={"document": "a.pdf"}))
    jobs.of(PAGE_IMAGE)[-1].fail(WorkbenchError("a.pdf was changed since it was indexed."))
    assert "was changed" in find(tab, QLabel, "place_note").text()
    assert tab.question.place.marked_text() == HIT.text


def test_that_a_damaged_index_is_restored_and_asked_again(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    fill(tab, store)
    type_text(find(tab, QLineEdit, "question"), "holiday")
    click(find(tab, QPushButton, "search_passages"))
    jobs.of(SEARCH)[-1].fail(WorkbenchError("damaged", code="index_damaged"))
    rebuilding = jobs.of(REBUILD)[-1]
    folder = Path(rebuilding.spec.params["collection"]["folder"])
    chunk = a_file().spans
    (folder / "spans.jsonl").write_text(DocumentSpans(sha256="a.md", spans=chunk).model_dump_json(), encoding="utf-8")
    rebuilding.finish(RebuildReport(documents=1, chunks=1, spans=str(folder / "spans.jsonl")))
    assert store.ref("handbook").folder == str(folder)
    assert len(jobs.of(SEARCH)) == 2
    jobs.of(SEARCH)[-1].fail(WorkbenchError("damaged", code="index_damaged"))
    assert len(jobs.of(REBUILD)) == 1
    turn = tab.presenter.asking.state.turn
    assert turn is not None and turn.trouble is not None and not turn.is_running


def choose(tab: DocumentsTab, text: str) -> None:
    """In the menu of the selected collection."""
    menu = find(tab, QToolButton, "collection_more").menu()
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_that_a_deleted_collection_comes_back(tab: DocumentsTab, store: CollectionStore) -> None:
    fill(tab, store)
    choose(tab, "Delete")
    assert store.find("handbook") is None
    assert "10 minutes" in find(tab, QLabel, "deleted_collection_text").text()
    click(find(tab, QPushButton, "deleted_collection_undo"))
    assert tab.presenter.state.selected == "handbook"
    assert cells(tab, "files")[0][0] == "a.md"
    assert not find(tab, QFrame, "deleted_collection").isVisible()


def test_that_the_list_of_collections_has_the_usual_keys(tab: DocumentsTab, store: CollectionStore) -> None:
    fill(tab, store)
    listed = find(tab, QListWidget, "collections")
    listed.setFocus()
    press(listed, Qt.Key.Key_F2)
    assert find(tab, QLineEdit, "collection_name").text() == "handbook"
    listed.setFocus()
    press(listed, Qt.Key.Key_Delete)
    assert store.find("handbook") is None


def test_that_forgetting_at_once_is_asked_for_twice(tab: DocumentsTab, store: CollectionStore) -> None:
    fill(tab, store)
    choose(tab, "Delete")
    click(find(tab, QPushButton, "deleted_collection_purge"))
    assert store.lifecycle.deleted()
    click(find(tab, QPushButton, "deleted_collection_purge_no"))
    click(find(tab, QPushButton, "deleted_collection_purge"))
    click(find(tab, QPushButton, "deleted_collection_purge_yes"))
    assert not store.lifecycle.deleted()


def test_that_a_collection_is_renamed_but_not_while_it_is_worked_on(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore, messages: FakeMessages, tmp_path: Path
) -> None:
    fill(tab, store)
    choose(tab, "Rename…")
    field = find(tab, QLineEdit, "collection_name")
    assert field.text() == "handbook"
    field.clear()
    type_text(field, "rules")
    press(field, Qt.Key.Key_Return)
    assert [collection.name for collection in store.list_collections()] == ["rules"]
    assert tab.presenter.state.selected == "rules"
    drop(tab, tmp_path)
    choose(tab, "Rename…")
    assert not find(tab, QPushButton, "create_collection").isVisible()
    assert messages.texts("warning")
    jobs.last.finish(IndexReport(collection="rules"))
    choose(tab, "Rename…")
    assert find(tab, QPushButton, "create_collection").isVisible()


def test_that_a_taken_name_is_refused_beside_the_field(tab: DocumentsTab, store: CollectionStore) -> None:
    fill(tab, store)
    click(find(tab, QPushButton, "new_collection"))
    type_text(find(tab, QLineEdit, "collection_name"), "handbook")
    click(find(tab, QPushButton, "create_collection"))
    assert "already" in find(tab, QLabel, "name_trouble").text()
    type_text(find(tab, QLineEdit, "collection_name"), " 2")
    click(find(tab, QPushButton, "create_collection"))
    assert tab.presenter.state.selected == "handbook 2"


def test_that_a_page_is_built_when_it_is_shown_and_told_what_the_tab_shows(
    qtbot: QtBot, store: CollectionStore
) -> None:
    class Chunks(QLabel):
        def show_tab(self, state: DocumentsState) -> None:
            self.setText(f"chunks of {state.selected}")

        def title(self, state: DocumentsState) -> str:
            return f"Chunks of {state.selected}"

    built: list[Chunks] = []

    def build_chunks() -> Chunks:
        built.append(Chunks())
        return built[-1]

    view = DocumentsView(
        [PageSpec("files", "Files", "file", QWidget), PageSpec("chunks", "Chunks", "file", build_chunks)]
    )
    qtbot.addWidget(view)
    view.show_state(DocumentsState(selected="handbook"))
    assert not built
    pages = find(view, QTabWidget, "documents_pages")
    pages.setCurrentIndex(1)
    assert built[0].text() == "chunks of handbook"
    view.show_state(DocumentsState(selected="rules"))
    assert built[0].text() == "chunks of rules"
    assert pages.tabText(1) == "Chunks of rules"
    assert pages.currentIndex() == 1, "another collection is looked at on the same page"


def test_that_another_tab_opens_a_document_at_its_page(tab: DocumentsTab, store: CollectionStore) -> None:
    fill(tab, store)
    tab.open_case({"collection": "handbook", "document": "a.md", "page": "1", "show": "ask"})
    assert find(tab, QLabel, "place_document").text() == "a.md"
    tab.open_case({"show": "files"})
    assert find(tab, QTableView, "files").isVisible()


def test_that_the_words_of_all_pages_are_seen_before_their_icons(qtbot: QtBot) -> None:
    pages = PageTabs()
    qtbot.addWidget(pages)
    for _ in range(3):
        pages.addTab(QWidget(), "A page of this collection")
    pages.name_icons(["file"] * 3)
    pages.resize(2000, 400)
    pages.show()
    assert not pages.tabIcon(0).isNull()
    pages.resize(200, 400)
    assert pages.tabIcon(0).isNull()


def test_that_tabs_without_room_for_their_words_draw_closer_and_apart_again(qtbot: QtBot) -> None:
    pages = PageTabs()
    qtbot.addWidget(pages)
    for _ in range(3):
        pages.addTab(QWidget(), "A page of this collection")
    pages.name_icons(["file"] * 3)
    pages.show()
    pages.resize(200, 400)
    assert pages.tabBar().property("is_close")
    pages.resize(2000, 400)
    assert not pages.tabBar().property("is_close")


def test_that_whoever_comes_to_ask_can_type_at_once(tab: DocumentsTab, store: CollectionStore, qtbot: QtBot) -> None:
    fill(tab, store)
    tab.activateWindow()
    tab.open_case({"collection": "handbook", "show": "files"})
    tab.open_case({"collection": "handbook", "show": "ask"})
    qtbot.waitUntil(lambda: find(tab, QLineEdit, "question").hasFocus(), timeout=60_000)


def test_that_arrow_keys_in_the_list_of_collections_stay_there(
    tab: DocumentsTab, store: CollectionStore, qtbot: QtBot
) -> None:
    store.create("rules", starter_embedder(), ChunkingConfig())
    fill(tab, store)
    tab.activateWindow()
    names = find(tab, QListWidget, "collections")
    names.setFocus()
    tab.presenter.select_collection("rules")
    tab.presenter.select_collection("handbook")
    qtbot.waitUntil(names.hasFocus, timeout=60_000)
