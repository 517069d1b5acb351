"""Conversations of the page "Ask" outlive the program, and go when the user says so or a document that they quote."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages
from tests.gui.acting import click, find
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_asking import CITED, FOUND, answer, ask
from tests.gui.documents.test_documents_tab import a_file
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.answer_types import Answer
from workbench.rag.maintenance import PURGE
from workbench.rag.page_images import PAGE_IMAGE
from workbench.rag.search_types import Hit, QuestionHits
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.marked_answer import MarkedAnswer


@pytest.fixture
def jobs(database: Database) -> FakeJobs:
    return FakeJobs(database)


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    store.create("handbook", starter_embedder(), ChunkingConfig())
    store.files.record("handbook", a_file("a.md"))
    return store


def opened(qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, messages: FakeMessages | None = None) -> DocumentsTab:
    tab = documents_tab(store, jobs, messages)
    qtbot.addWidget(tab)
    tab.resize(1100, 760)
    tab.show()
    tab.presenter.show_page("ask")
    tab.presenter.select_collection("handbook")
    return tab


def menu_of(tab: DocumentsTab) -> dict[str, QAction]:
    menu = tab.question.findChild(QMenu, "earlier_conversations_menu")
    assert menu is not None
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_that_a_conversation_is_opened_again_after_a_restart_and_forgotten(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    tab = opened(qtbot, store, jobs)
    answer(ask(tab, jobs, "How long is the warranty?"), "Two years [1].")
    again = opened(qtbot, store, jobs)
    assert again.question.conversation.cards() == []
    menu_of(again)["How long is the warranty?"].trigger()
    (card,) = again.question.conversation.cards()
    assert "Two years" in find(card, MarkedAnswer, "documents_answer").toPlainText()
    menu_of(again)["Forget this conversation…"].trigger()
    question = again.question.findChild(QLabel, "question_text")
    assert question is not None and question.text().startswith("Forget this conversation")
    click(find(again.question, QPushButton, "delete_yes"))
    assert again.question.conversation.cards() == []
    assert store.conversations.list_conversations("handbook") == []
    assert "How long is the warranty?" not in menu_of(opened(qtbot, store, jobs))


def quoted(job: FakeJob, hit: Hit, text: str = "27 days [1].") -> None:
    """An answer that quotes this passage."""
    citation = CITED.model_copy(update={"collection": hit.collection, "document": hit.document})
    job.produce(QuestionHits(id="1", hits=(hit,)))
    job.produce(Answer(id="1", answer=text, answerable=True, hits=(hit,), used=1, citations=(citation,)))
    job.finish()


def remove_and_purge(tab: DocumentsTab, store: CollectionStore, jobs: FakeJobs) -> None:
    """As the user does it on the page Files: "a.md" of the handbook goes without a trace."""
    tab.presenter.files.remove(["/d/a.md"])
    tab.presenter.files.purge()
    jobs.of(PURGE)[-1].finish()
    assert [document.name for document in store.documents.all("handbook")] == ["b.md"]


def test_that_a_purge_takes_the_conversation_on_the_page_along_that_quotes_the_document(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, messages: FakeMessages
) -> None:
    store.files.record("handbook", a_file("b.md"))
    tab = opened(qtbot, store, jobs, messages)
    quoted(ask(tab, jobs, "What does B say?"), FOUND.model_copy(update={"document": "b.md", "doc_hash": "b.md"}))
    tab.presenter.asking.begin_conversation()
    quoted(ask(tab, jobs, "What does A say?"), FOUND)
    tab.presenter.asking.begin_conversation()
    quoted(ask(tab, jobs, "How many days?"), FOUND)
    assert tab.question.place.text.toPlainText()
    assert len(menu_of(tab)) >= 2
    remove_and_purge(tab, store, jobs)
    assert tab.question.conversation.cards() == []
    assert not tab.question.place.text.isVisible()
    assert find(tab.question.place, QLabel, "place_document").isVisible() is False
    assert any("quoted a document" in text for text in messages.texts("info"))
    entries = menu_of(tab)
    assert "What does A say?" not in entries
    entries["What does B say?"].trigger()
    (card,) = tab.question.conversation.cards()
    assert "27 days" in find(card, MarkedAnswer, "documents_answer").toPlainText(), "another document's answer stays"


def test_that_an_answer_that_is_being_written_from_a_purged_document_is_stopped(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    store.files.record("handbook", a_file("b.md"))
    tab = opened(qtbot, store, jobs)
    job = ask(tab, jobs, "How many days?")
    job.produce(QuestionHits(id="1", hits=(FOUND,)))
    remove_and_purge(tab, store, jobs)
    assert job.cancelled
    assert tab.question.conversation.cards() == []
    job.produce(Answer(id="1", answer="27 days [1].", answerable=True, hits=(FOUND,), used=1))
    job.finish()
    assert tab.question.conversation.cards() == []
    assert store.conversations.list_conversations("handbook") == []


def test_that_conversations_of_another_collection_that_asked_the_purged_document_go_too(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    store.files.record("handbook", a_file("b.md"))
    store.create("letters", starter_embedder(), ChunkingConfig())
    store.files.record("letters", a_file("c.md"))
    tab = opened(qtbot, store, jobs)
    tab.presenter.select_collection("letters")
    quoted(ask(tab, jobs, "And the handbook?"), FOUND.model_copy(update={"collection": "handbook"}))
    quoted(ask(tab, jobs, "And then?"), FOUND.model_copy(update={"document": "c.md", "doc_hash": "c.md"}))
    tab.presenter.select_collection("handbook")
    remove_and_purge(tab, store, jobs)
    tab.presenter.select_collection("letters")
    assert tab.question.conversation.cards() == [], "the first turn quoted it, and the second may rest on that"


def test_that_nothing_of_a_purged_document_is_left_where_its_page_was(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    store.files.record("handbook", a_file("b.md"))
    store.files.record("handbook", a_file("a.md", file_type="PDF"))
    tab = opened(qtbot, store, jobs)
    quoted(ask(tab, jobs, "How many days?"), FOUND)
    jobs.of(PAGE_IMAGE)[-1].fail(WorkbenchError("a.md is no longer at /d."))
    note = find(tab.question.place, QLabel, "place_note")
    assert note.isVisible()
    remove_and_purge(tab, store, jobs)
    assert not note.isVisible()
    assert tab.question.place.text.toPlainText() == ""


def test_that_a_document_that_is_only_removed_leaves_conversations_alone(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    tab = opened(qtbot, store, jobs)
    quoted(ask(tab, jobs, "How many days?"), FOUND)
    tab.presenter.files.remove(["/d/a.md"])
    tab.presenter.refresh()
    assert len(tab.question.conversation.cards()) == 1, "it can come back"


def test_that_a_new_collection_does_not_show_what_a_deleted_one_of_its_name_was_asked(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    store.create("letters", starter_embedder(), ChunkingConfig())
    tab = opened(qtbot, store, jobs)
    quoted(ask(tab, jobs, "How many days?"), FOUND)
    tab.presenter.management.delete_collection()
    assert tab.presenter.state.selected == "letters"
    store.create("handbook", starter_embedder(), ChunkingConfig())
    store.files.record("handbook", a_file("b.md"))
    tab.presenter.refresh()
    tab.presenter.select_collection("handbook")
    assert tab.question.conversation.cards() == []
    assert "How many days?" not in menu_of(tab)
    (deleted,) = store.lifecycle.deleted()
    tab.presenter.management.bring_back(deleted.id)
    assert tab.presenter.state.selected == "handbook 2"
    assert "How many days?" in menu_of(tab), "it was kept with its collection"


def test_that_the_purge_of_a_collection_takes_the_open_conversation_along_that_asked_it(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, messages: FakeMessages
) -> None:
    store.create("letters", starter_embedder(), ChunkingConfig())
    store.files.record("letters", a_file("c.md"))
    tab = opened(qtbot, store, jobs, messages)
    tab.presenter.management.delete_collection()
    tab.presenter.select_collection("letters")
    quoted(ask(tab, jobs, "And the handbook?"), FOUND.model_copy(update={"collection": "handbook"}))
    assert len(tab.question.conversation.cards()) == 1
    (deleted,) = store.lifecycle.deleted()
    tab.presenter.management.purge(deleted.id)
    assert tab.question.conversation.cards() == []
    assert store.conversations.list_conversations("letters") == []


def test_that_a_passage_that_moved_since_is_marked_where_it_stands_now(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    tab = opened(qtbot, store, jobs)
    quoted(ask(tab, jobs, "How many days?"), FOUND)
    assert tab.question.place.marked_text() == FOUND.text
    changed = a_file("a.md")
    (page,) = changed.texts
    moved = page.model_copy(update={"text": f"New first line.\n{page.text}"})
    store.files.record("handbook", changed.model_copy(update={"texts": (moved,), "sha256": "2"}))
    tab.presenter.asking.open_place(FOUND)
    assert tab.question.place.marked_text() == FOUND.text


def test_that_a_passage_that_is_gone_from_its_page_marks_nothing_else(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs
) -> None:
    tab = opened(qtbot, store, jobs)
    quoted(ask(tab, jobs, "How many days?"), FOUND)
    changed = a_file("a.md")
    (page,) = changed.texts
    other = page.model_copy(update={"text": "Everything is told in quite other words here. " * 4})
    store.files.record("handbook", changed.model_copy(update={"texts": (other,), "sha256": "2"}))
    tab.presenter.asking.open_citation(tab.presenter.asking.state.conversation.turns[0].id, 1)
    assert tab.question.place.marked_text() == ""
    note = find(tab.question.place, QLabel, "place_note")
    assert note.isVisible()
    assert "was changed since" in note.text()
