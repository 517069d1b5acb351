"""The files of a collection as a user meets them: the queue, filters, passwords, removing and bringing back."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find, press, type_text
from tests.gui.background import Threads
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_documents_tab import a_file, cells, fill
from tests.gui.turns import Heart
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, FilesAt, FileStage, IndexReport, IndexRequest
from workbench.rag.maintenance import PURGE
from workbench.rag.reasons import ReasonCode
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import INDEX
from workbench.rag.types import ChunkingConfig
from workbench.ui.documents import DocumentsTab


def unread(name: str, code: ReasonCode) -> FileIndexed:
    reason = f"{name} was not read."
    return FileIndexed(path=f"/d/{name}", name=name, status=DocumentStatus.FAILED, reason=reason, reason_code=code)


def names(tab: DocumentsTab) -> list[str]:
    return [row[0] for row in cells(tab, "files")]


def states(tab: DocumentsTab) -> dict[str, str]:
    return {row[0]: row[1] for row in cells(tab, "files")}


def select(tab: DocumentsTab, *wanted: str) -> None:
    tab.show_page("files")
    table = find(tab, QTableView, "files")
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row, name in enumerate(names(tab)):
        if name in wanted:
            table.selectionModel().select(table.model().index(row, 0), flags)


@pytest.fixture
def filled(tab: DocumentsTab, store: CollectionStore) -> DocumentsTab:
    fill(
        tab,
        store,
        a_file("a.md"),
        a_file("b.md"),
        unread("c.pdf", ReasonCode.DAMAGED),
        unread("d.pdf", ReasonCode.NEEDS_OCR),
    )
    tab.show_page("files")
    return tab


def test_that_each_file_shows_where_it_is_on_its_way(filled: DocumentsTab, jobs: FakeJobs, tmp_path: Path) -> None:
    filled.take_paths([str(tmp_path)])
    job = jobs.of(INDEX)[-1]
    files = {f"/new/{number}.md": f"{number}.md" for number in range(3)}
    job.produce(FilesAt(stage=FileStage.WAITING, files=files))
    job.produce(FilesAt(stage=FileStage.READING, files={"/new/1.md": "1.md"}))
    job.produce(FilesAt(stage=FileStage.EMBEDDING, files={"/new/0.md": "0.md"}))
    filled.presenter.refresh()
    assert cells(filled, "files")[0][:2] == ["1.md", "reading"]
    assert states(filled)["0.md"] == "embedding"
    assert states(filled)["2.md"] == "waiting"
    job.produce(a_file("0.md").model_copy(update={"path": "/new/0.md"}))
    job.finish(IndexReport(collection="handbook", indexed=1))
    assert states(filled)["0.md"] == "ready"
    assert "1.md" not in names(filled), "what was not read is not in the collection"


def test_that_files_are_filtered_by_words_and_by_state(filled: DocumentsTab, qtbot: QtBot) -> None:
    field = find(filled, QLineEdit, "files_filter")
    type_text(field, "READ c")
    qtbot.waitUntil(lambda: names(filled) == ["c.pdf"])
    field.clear()
    qtbot.waitUntil(lambda: len(names(filled)) == 4)
    chosen = find(filled, QComboBox, "files_states")
    assert [chosen.itemText(row) for row in range(chosen.count())] == [
        "All files (4)",
        "Not read (2)",
        "Needs OCR (1)",
        "Failed (1)",
        "Ready (2)",
    ]
    chosen.setCurrentIndex(1)
    chosen.activated.emit(1)
    assert sorted(names(filled)) == ["c.pdf", "d.pdf"]


def test_that_one_or_all_that_were_not_read_are_tried_again(filled: DocumentsTab, jobs: FakeJobs) -> None:
    select(filled, "c.pdf", "a.md")
    click(find(filled, QPushButton, "retry"))
    assert IndexRequest.model_validate(jobs.last.spec.params).sources == ("/d/c.pdf",)
    jobs.last.finish(IndexReport(collection="handbook", failed=1))
    click(find(filled, QPushButton, "retry_all"))
    assert sorted(IndexRequest.model_validate(jobs.last.spec.params).sources) == ["/d/c.pdf", "/d/d.pdf"]


def test_that_removed_files_come_back_until_they_are_purged(
    filled: DocumentsTab, jobs: FakeJobs, store: CollectionStore, messages: FakeMessages
) -> None:
    bar = find(filled, QFrame, "removed")
    select(filled, "a.md", "b.md")
    press(find(filled, QTableView, "files"), Qt.Key.Key_Delete)
    assert states(filled)["a.md"] == states(filled)["b.md"] == "removed"
    assert "2 documents were removed" in find(filled, QLabel, "removed_text").text()
    click(find(filled, QPushButton, "removed_undo"))
    assert states(filled)["a.md"] == "ready"
    assert not bar.isVisible()
    select(filled, "a.md")
    click(find(filled, QPushButton, "remove_files"))
    click(find(filled, QPushButton, "removed_purge"))
    assert not jobs.of(PURGE), "asked for once more"
    click(find(filled, QPushButton, "removed_purge_yes"))
    jobs.of(PURGE)[0].finish()
    assert [document.name for document in store.documents.of("handbook")] == ["b.md", "c.pdf", "d.pdf"]
    assert not bar.isVisible()
    assert messages.texts("info")


def test_that_each_encrypted_file_asks_once_for_its_password(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    locked = [unread(name, ReasonCode.NEEDS_PASSWORD) for name in ("k.pdf", "l.pdf")]
    fill(tab, store, *locked)
    tab.show_page("files")
    asked, word = find(tab, QLabel, "password_question"), find(tab, QLineEdit, "password")
    assert "k.pdf" in asked.text()
    assert word.echoMode() is QLineEdit.EchoMode.Password
    type_text(word, "sesame")
    press(word, Qt.Key.Key_Return)
    request = IndexRequest.model_validate(jobs.last.spec.params)
    assert (request.sources, request.passwords) == (("/d/k.pdf",), {"/d/k.pdf": "sesame"})
    assert "l.pdf" in asked.text()
    assert word.text() == ""
    click(find(tab, QPushButton, "skip_password"))
    assert not find(tab, QFrame, "password_bar").isVisible()
    jobs.last.produce(unread("k.pdf", ReasonCode.WRONG_PASSWORD))
    jobs.last.finish(IndexReport(collection="handbook", failed=1))
    assert asked.text() == "That password does not open “k.pdf”."
    tab.presenter.refresh()
    assert "l.pdf" not in asked.text(), "what was left out is not asked for again"


def test_that_what_a_sync_found_is_said(filled: DocumentsTab, store: CollectionStore, tmp_path: Path) -> None:
    store.add_sources("handbook", [tmp_path])
    report = IndexReport(collection="handbook", indexed=4, changed=1, removed=1)
    store.health.record_sync("handbook", [str(tmp_path)], report)
    filled.presenter.refresh()
    assert find(filled, QLabel, "last_sync").text() == "Folders looked at just now: 3 added, 1 changed, 1 gone."


# -- thousands of files ----------------------------------------------------------------------------------------------

MANY = 5000
_LONG = ("rag_documents", "rag_pages", "rag_chunks")
LONGEST_TURN_SECONDS = 0.25
"""Of the processor: a machine that does other things makes no difference. Reading 5,000 documents takes longer."""


@pytest.fixture
def crowded(store: CollectionStore, database: Database) -> CollectionStore:
    """One collection with thousands of documents, written in one go."""
    store.create("archive", starter_embedder(), ChunkingConfig())
    store.files.record("archive", a_file("0.md"))
    with database.session() as session:
        columns = [row[1] for row in session.execute(sa.text("PRAGMA table_info(rag_documents)"))]
        same = ", ".join(f'"{name}"' for name in columns if name not in {"id", "path", "name", "sha256"})
        session.execute(
            sa.text(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY - 1}) "
                f"INSERT INTO rag_documents (path, name, sha256, {same}) "
                f"SELECT '/d/' || i || '.md', i || '.md', 'h' || i, {same} FROM rag_documents, n"
            )
        )
        session.execute(
            sa.text(
                "INSERT INTO rag_pages (document_id, number, text) SELECT id, 1, :text FROM rag_documents WHERE id > 1"
            ),
            {"text": "A page of text. " * 100},
        )
    return store


def test_that_nothing_with_thousands_of_documents_holds_up_the_window(
    qtbot: QtBot, crowded: CollectionStore, database: Database, threads: Threads
) -> None:
    jobs, heart = FakeJobs(database), Heart()
    tab = documents_tab(crowded, jobs, in_background=threads)
    qtbot.addWidget(tab)
    tab.resize(1100, 700)
    tab.show()

    def settled(condition: Callable[[], bool]) -> Callable[[], bool]:
        def check() -> bool:
            heart.beat(threads.deliver)
            return condition() and threads.is_idle

        return check

    read_here: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if threading.current_thread() is threading.main_thread() and any(name in statement for name in _LONG):
            read_here.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)

    heart.watch(settled(lambda: len(tab.presenter.state.documents) == MANY))
    heart.beat(lambda: tab.show_page("files"))
    shown = find(tab, QTableView, "files").model()
    heart.watch(settled(lambda: shown.rowCount() == MANY))
    heart.longest = 0.0  # building the page, once
    # A rebuild writes every text into a file first: the longest of what used to be done in a slot.
    heart.beat(tab.presenter.management.restore_index)
    heart.watch(settled(lambda: bool(jobs.jobs)))
    jobs.last.end_cancelled()
    heart.beat(tab.presenter.indexing.sync)
    heart.beat(lambda: tab.presenter.files.remove(["/d/7.md"]))
    heart.watch(settled(lambda: len(tab.presenter.state.removed) == 1))
    field = find(tab, QLineEdit, "files_filter")
    heart.beat(lambda: field.setText("77"))
    heart.watch(settled(lambda: 0 < shown.rowCount() < MANY))
    heart.beat(field.clear)
    heart.watch(settled(lambda: shown.rowCount() == MANY))
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert read_here == [], "the UI thread reads nothing that grows with the documents"
    assert heart.longest < LONGEST_TURN_SECONDS


def test_that_an_empty_collection_offers_nothing_to_do_with_files(tab: DocumentsTab, store: CollectionStore) -> None:
    store.create("empty", starter_embedder(), ChunkingConfig())
    tab.presenter.refresh()
    tab.show_page("files")
    assert find(tab, QComboBox, "files_states").currentText() == "All files (0)"
    for name in ("open_file", "remove_files", "retry_all"):
        assert not find(tab, QPushButton, name).isVisible()
