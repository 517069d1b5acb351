"""Conversations of the page "Ask" outlive the program, and go when the user says so."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_asking import answer, ask
from tests.gui.documents.test_documents_tab import a_file
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.paths import WorkbenchPaths
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


def opened(qtbot: QtBot, store: CollectionStore, jobs: FakeJobs) -> DocumentsTab:
    tab = documents_tab(store, jobs, FakeMessages())
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
