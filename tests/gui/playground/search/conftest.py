"""The Search page on fakes: no job runs, the test speaks their events."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from tests.unit.playground.search.scripted import MODEL, WRITER, prompt
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.llm.tasks import ScanModelsReport
from workbench.paths import WorkbenchPaths
from workbench.playground.prompt_store import PromptStore
from workbench.playground.search.store import PromptSearchStore
from workbench.playground.types import Prompt, PromptVersion
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.search import SearchPage, SearchPresenter, Surroundings, build
from workbench.ui.protocols import at_once


@dataclass
class FakeSource:
    """The editor: one prompt, whose versions are in the store."""

    store: PromptStore
    prompt: Prompt = field(default_factory=prompt)
    trouble: str = ""
    opened: list[str] = field(default_factory=list)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def draft(self) -> Prompt:
        return self.prompt

    def values(self) -> Mapping[str, str]:
        return {}

    def variables(self) -> tuple[str, ...]:
        return ("question",)

    def problem(self) -> str:
        return self.trouble

    def save_for_run(self) -> PromptVersion:
        return self.store.save_version("colours", self.prompt)

    def find_version(self, version_id: str) -> PromptVersion | None:
        return self.store.find(version_id)

    def list_versions(self) -> Sequence[PromptVersion]:
        return self.store.versions("colours")

    def list_again(self) -> None:
        """Nobody else saves versions here."""

    def open_version(self, version_id: str) -> None:
        self.opened.append(version_id)

    def open_draft(self, prompt: Prompt, name: str) -> None: ...

    def subscribe(self, listener: Callable[[], None]) -> None:
        self.listeners.append(listener)


@dataclass
class Desk:
    """The page and everything around it."""

    page: SearchPage
    jobs: FakeJobs
    messages: FakeMessages
    navigator: FakeNavigator
    source: FakeSource
    searches: PromptSearchStore
    prompts: PromptStore
    paths: WorkbenchPaths


@pytest.fixture
def desk(qtbot: QtBot, database: Database, home: WorkbenchPaths) -> Iterator[Desk]:
    desk = make_desk(database, home)
    qtbot.addWidget(desk.page)
    desk.page.resize(1100, 760)
    desk.page.show()
    yield desk


def make_desk(database: Database, home: WorkbenchPaths) -> Desk:
    jobs, messages, navigator = FakeJobs(database), FakeMessages(), FakeNavigator()
    prompts, searches = PromptStore(database), PromptSearchStore(database)
    source = FakeSource(prompts)
    catalog = ModelCatalog(jobs, home.models, tuple)
    presenter = SearchPresenter(
        Surroundings(
            jobs=jobs,
            messages=messages,
            navigator=navigator,
            source=source,
            catalog=catalog,
            data_sets=DatasetStore(database),
            prompts=prompts,
            searches=searches,
            paths=home,
            settings=Settings,
            in_background=at_once,
        )
    )
    page = build(presenter)
    jobs.last.finish(ScanModelsReport(models=(MODEL.model_copy(update={"name": "starter"}), WRITER)))
    return Desk(page, jobs, messages, navigator, source, searches, prompts, home)


@pytest.fixture
def questions_file(tmp_path: Path) -> Path:
    path = tmp_path / "colours.jsonl"
    lines = [f'{{"id": "q{n}", "question": "Which colour has number {n}?", "answer": "red"}}' for n in range(40)]
    path.write_text("\n".join([*lines, '{"id": "bad", "question": "", "answer": "x"}']), encoding="utf-8")
    return path
