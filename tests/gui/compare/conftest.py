"""The Compare tab on fakes: no job runs, the test speaks their events."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from tests.unit.compare.scripted import COLLECTION, MODEL
from workbench.compare.catalogue import Catalogue, RowsFile
from workbench.compare.store import ComparisonStore
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.finetune.types import Adapter
from workbench.llm.tasks import ScanModelsReport
from workbench.llm.types import LoadConfig
from workbench.paths import WorkbenchPaths
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.store import CollectionStore
from workbench.settings import Settings
from workbench.ui.compare import CompareTab, build
from workbench.ui.compare.questions_board import QuestionRooms
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, at_once


@dataclass
class Desk:
    """The tab and everything around it."""

    tab: CompareTab
    jobs: FakeJobs
    messages: FakeMessages
    navigator: FakeNavigator
    store: ComparisonStore
    catalogue: Catalogue
    models: ModelCatalog


def adapter(name: str) -> Adapter:
    return Adapter(
        name=name,
        folder="",
        gguf_path="/a.gguf",
        gguf_hash="",
        base_name="starter",
        base_path="",
        base_hash="",
        rank=4,
        rows=9,
    )


FULL = Catalogue(
    adapters=(adapter("house-style-rag"), adapter("house-style")),
    collections=(COLLECTION.model_copy(update={"chunks": 40}),),
    datasets={"rows": RowsFile(path="/data/rows.jsonl", content_hash="h")},
)


def question_rooms(database: Database, home: WorkbenchPaths) -> QuestionRooms:
    """Where questions lie and come from."""
    return QuestionRooms(
        sets=TestSetStore(database),
        collections=CollectionStore(database, home),
        retrieval_sets=QuestionSetStore(database),
        models=lambda: [MODEL],
        load=lambda _model: LoadConfig(),
    )


def turn_to(tab: CompareTab, title: str, pages: str = "compare_setup_pages") -> None:
    """Bring a page to the front as a click on its tab does."""
    tabs = tab.findChild(QTabWidget, pages)
    assert tabs is not None, pages
    titles = [tabs.tabText(index) for index in range(tabs.count())]
    tabs.setCurrentIndex(titles.index(title))


def laid_out(qtbot: QtBot, database: Database, home: WorkbenchPaths, *, in_background: Background = at_once) -> Desk:
    """The tab, shown, and what is around it; models were not looked for yet."""
    found = Desk.__new__(Desk)
    found.jobs, found.messages, found.navigator = FakeJobs(database), FakeMessages(), FakeNavigator()
    found.store, found.catalogue = ComparisonStore(database), FULL
    found.models = ModelCatalog(found.jobs, home.models, tuple, endpoints=lambda: found.catalogue.endpoints)
    found.tab = build(
        found.jobs,
        found.messages,
        found.navigator,
        store=found.store,
        paths=home,
        settings=Settings,
        read_catalogue=lambda: found.catalogue,
        question_rooms=question_rooms(database, home),
        models=found.models,
        in_background=in_background,
    )
    qtbot.addWidget(found.tab)
    found.tab.resize(1100, 760)
    found.tab.show()
    return found


@pytest.fixture
def desk(qtbot: QtBot, database: Database, home: WorkbenchPaths) -> Desk:
    found = laid_out(qtbot, database, home)
    found.jobs.last.finish(ScanModelsReport(models=(MODEL.model_copy(update={"name": "starter"}),)))
    return found


@pytest.fixture
def questions_file(tmp_path: Path) -> Path:
    path = tmp_path / "sums.jsonl"
    lines = [
        f'{{"id": "q{n}", "question": "What is {n} plus one?", "answer": "{n + 1}", "sources": ["doc{n}.md"]}}'
        for n in range(12)
    ]
    path.write_text("\n".join([*lines, '{"id": "bad", "question": "", "answer": "x"}']), encoding="utf-8")
    return path
