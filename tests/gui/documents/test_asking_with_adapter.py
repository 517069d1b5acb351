"""A question to documents is answered with an adapter of the chosen model."""

import pytest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs
from tests.gui.acting import click, find, type_text
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_asking import ask
from tests.gui.documents.test_documents_tab import a_file
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.finetune.types import Adapter
from workbench.paths import WorkbenchPaths
from workbench.rag.answer_types import AskRequest
from workbench.rag.exhaustive import ExhaustiveRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import EXHAUST
from workbench.rag.types import ChunkingConfig
from workbench.ui.documents import DocumentsTab

HOUSE = Adapter(
    name="house", folder="/a/house", gguf_path="/a/house/adapter.gguf", gguf_hash="1", base_name="starter",
    base_path="/m/starter.gguf", base_hash="2", rank=4, rows=9,
)  # fmt: skip
STRANGER = HOUSE.model_copy(update={"name": "stranger", "base_name": "other", "base_path": "/m/other.gguf"})


@pytest.fixture
def adapters() -> list[Adapter]:
    return [HOUSE, STRANGER]


@pytest.fixture
def tab(
    qtbot: QtBot, database: Database, home: WorkbenchPaths, jobs: FakeJobs, adapters: list[Adapter]
) -> DocumentsTab:
    store = CollectionStore(database, home)
    store.create("handbook", starter_embedder(), ChunkingConfig())
    store.files.record("handbook", a_file("a.md"))
    tab = documents_tab(store, jobs, adapters=adapters)
    qtbot.addWidget(tab)
    tab.resize(1100, 800)
    tab.show()
    tab.presenter.show_page("ask")
    return tab


def test_that_the_adapters_of_the_model_are_offered_and_answer(tab: DocumentsTab, jobs: FakeJobs) -> None:
    choice = find(tab, QComboBox, "ask_adapter")
    assert [choice.itemText(n) for n in range(choice.count())] == ["No adapter", "house"]
    assert AskRequest.model_validate(ask(tab, jobs, "How long?").spec.params).adapter is None
    jobs.last.finish()
    choice.setCurrentIndex(1)
    request = AskRequest.model_validate(ask(tab, jobs, "How much?").spec.params)
    assert request.adapter is not None
    assert request.adapter.path == HOUSE.gguf_path
    assert "starter + house" in [shown.text() for shown in tab.findChildren(QLabel, "turn_model")]


def test_that_the_adapter_answers_and_reads_as_strongly_as_is_chosen(tab: DocumentsTab, jobs: FakeJobs) -> None:
    scale = find(tab, QDoubleSpinBox, "ask_adapter_scale")
    assert not scale.isVisible()
    find(tab, QComboBox, "ask_adapter").setCurrentIndex(1)
    assert scale.isVisible()
    scale.setValue(0.5)
    request = AskRequest.model_validate(ask(tab, jobs, "How much?").spec.params)
    assert request.adapter is not None and request.adapter.scale == 0.5
    assert "starter + house × 0.5" in [shown.text() for shown in tab.findChildren(QLabel, "turn_model")]
    tab.presenter.show_page("exhaustive")
    find(tab, QComboBox, "reading_adapter").setCurrentIndex(1)
    find(tab, QDoubleSpinBox, "reading_adapter_scale").setValue(-0.5)
    type_text(find(tab.page("exhaustive"), QLineEdit, "exhaustive_question"), "Which warranties are there?")
    click(find(tab.page("exhaustive"), QPushButton, "start_reading"))
    read = ExhaustiveRequest.model_validate(jobs.of(EXHAUST)[-1].spec.params)
    assert read.adapter is not None and read.adapter.scale == -0.5


def test_that_an_adapter_that_was_deleted_on_another_tab_is_offered_no_longer(
    tab: DocumentsTab, adapters: list[Adapter]
) -> None:
    choice = find(tab, QComboBox, "ask_adapter")
    choice.setCurrentIndex(1)
    adapters.clear()
    tab.presenter.come_back()
    assert tab.presenter.asking.state.adapter == ""
    assert not choice.isVisible()


def test_that_the_whole_collection_is_read_with_an_adapter_too(tab: DocumentsTab, jobs: FakeJobs) -> None:
    tab.presenter.show_page("exhaustive")
    page = tab.page("exhaustive")
    box = find(page, QComboBox, "reading_adapter")
    assert [box.itemText(number) for number in range(box.count())] == ["No adapter", "house"]
    box.setCurrentIndex(1)
    type_text(find(page, QLineEdit, "exhaustive_question"), "Which warranties are there?")
    click(find(page, QPushButton, "start_reading"))
    request = ExhaustiveRequest.model_validate(jobs.of(EXHAUST)[-1].spec.params)
    assert request.adapter is not None and request.adapter.path == HOUSE.gguf_path
