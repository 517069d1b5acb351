"""What the Documents tab tells of work on collections: what was asked for at once, the rest once it gets somewhere."""

from pathlib import Path

from PySide6.QtWidgets import QLabel, QListWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs
from tests.gui.acting import find
from tests.gui.documents.conftest import documents_tab
from workbench.embedding import starter_embedder
from workbench.rag.collection_jobs import CollectionJobs, UnaskedJobs
from workbench.rag.indexing import index_spec
from workbench.rag.indexing_types import IndexReport
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep import Upkeep
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.collection_delegate import FACTS


def strip_text(tab: DocumentsTab) -> str:
    return find(tab.strip, QLabel).text()


def second_line(tab: DocumentsTab) -> str:
    return str(find(tab, QListWidget, "collections").item(0).data(FACTS)[1])


def test_that_a_routine_look_at_folders_is_told_once_it_finds_something(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, tmp_path: Path
) -> None:
    store.create("handbook", starter_embedder(), ChunkingConfig())
    store.add_sources("handbook", [tmp_path])
    work = CollectionJobs(jobs)
    tab = documents_tab(store, jobs, collection_jobs=work)
    qtbot.addWidget(tab)
    tab.show()
    before = second_line(tab)
    Upkeep(store, UnaskedJobs(work), lambda call: call(), lambda _text: None).sync("handbook")
    jobs.last.progress(0, 2, "Looking for changes: 1 of 2")
    tab.presenter.refresh()
    assert not tab.strip.isVisible(), "nothing flashes for a folder in which nothing changed"
    assert second_line(tab) == before
    jobs.last.progress(1, 2, "Reading b.md")
    qtbot.waitUntil(tab.strip.isVisible)
    assert (strip_text(tab), second_line(tab)) == ("handbook: Reading b.md", "Reading b.md")
    jobs.last.finish(IndexReport(collection="handbook", indexed=1))
    assert not tab.strip.isVisible()


def test_that_work_that_was_asked_for_is_told_at_once_and_names_its_collection_once(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, tmp_path: Path
) -> None:
    work = CollectionJobs(jobs)
    tab = documents_tab(store, jobs, collection_jobs=work)
    qtbot.addWidget(tab)
    tab.show()
    work.submit(index_spec(store, "handbook", [tmp_path]), lambda _event: None)
    assert tab.strip.isVisible()
    assert strip_text(tab) == "Index handbook"
