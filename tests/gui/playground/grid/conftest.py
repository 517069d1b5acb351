"""The Grid page on fakes: no job runs, the test speaks their events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.unit.playground.grid.scripted import SMALL, TINY, rows, version
from workbench.database import Database
from workbench.datasets.types import Dataset
from workbench.finetune.types import Adapter
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.paths import WorkbenchPaths
from workbench.playground.grid.grid_store import GridStore
from workbench.playground.grid.tasks import READ_ROWS, RowsReport, RowsRequest
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.grid import GridPage, GridPresenter, Surroundings, build
from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.protocols import at_once

W = TypeVar("W", bound=QWidget)
CLOUD = Endpoint(name="cloud", base_url="https://api.example.com/v1", model="big")


@dataclass
class Desk:
    """The page and everything around it."""

    page: GridPage
    jobs: FakeJobs
    messages: FakeMessages
    store: GridStore
    prompts: PromptStore
    around: Surroundings
    data_sets: list[Dataset] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)

    def change(self, settings: Settings) -> None:
        """As the program does."""
        before, self.settings = self.settings, settings
        self.around.catalog.follow_preferences(before.llm, settings.llm)

    @property
    def state(self) -> GridPageState:
        return self.page.presenter.state

    def find(self, kind: type[W], name: str) -> W:
        found = self.page.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def read_rows(self, count: int = 4, **variables: str) -> None:
        """The rows of a chosen file arrive."""
        report = RowsReport(request=RowsRequest(path="sums.jsonl"), rows=rows(count, **variables))
        self.jobs.of(READ_ROWS)[-1].finish(report)


def save(prompts: PromptStore, *texts: str) -> None:
    for number, text in enumerate(texts, 1):
        prompts.save_version("sums", Prompt.model_validate(version(number, text).prompt.model_dump()))


def adapter(name: str) -> Adapter:
    return Adapter(
        name=name, folder="", gguf_path=f"/{name}.gguf", gguf_hash=name, base_name="tiny", base_path=TINY.path,
        base_hash="", rank=4, rows=9,
    )  # fmt: skip


@pytest.fixture
def desk(qtbot: QtBot, database: Database, home: WorkbenchPaths) -> Iterator[Desk]:
    jobs, messages = FakeJobs(database), FakeMessages()
    data_sets: list[Dataset] = []
    adapters = [adapter("polite")]
    prompts, store = PromptStore(database), GridStore(database)
    save(prompts, "{{ question }}", "Please: {{ question }}")
    around = Surroundings(
        jobs=jobs,
        messages=messages,
        catalog=ModelCatalog(jobs, home.models, tuple, endpoints=lambda: (CLOUD,)),
        prompts=prompts,
        source=None,
        list_data_sets=lambda: data_sets,
        list_adapters=lambda: adapters,
        store=store,
        paths=home,
        settings=lambda: made.settings,
        in_background=at_once,
    )
    page = build(GridPresenter(around))
    made = Desk(page, jobs, messages, store, prompts, around, data_sets, adapters)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    jobs.of(SCAN_MODELS)[0].finish(ScanModelsReport(models=(TINY, SMALL)))
    yield made


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "sums.jsonl"
    path.write_text('{"question": "What is 1 plus one?", "answer": "2"}\n', encoding="utf-8")
    return path
