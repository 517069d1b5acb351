"""The Documents tab with jobs that the test speaks for."""

from collections.abc import Callable, Sequence

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from workbench.database import Database
from workbench.finetune.types import Adapter
from workbench.llm.types import LoadChanges, LoadConfig, ModelRef
from workbench.paths import WorkbenchPaths
from workbench.rag.collection_jobs import CollectionJobs
from workbench.rag.store import CollectionStore
from workbench.settings import LlmSettings, Settings
from workbench.ui.documents import DocumentsTab, Surroundings, build
from workbench.ui.protocols import Background, at_once


class Catalog:
    length = 0
    answering = (ModelRef(name="starter", path="/m/starter.gguf"),)

    def load_config(self, model: ModelRef, llm: LlmSettings) -> LoadConfig:
        return LoadConfig.from_settings(llm, LoadChanges(context_length=self.length or None))

    def raise_context(self, model: ModelRef, length: int) -> None:
        self.length = length

    def ensure(self) -> None: ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


@pytest.fixture
def jobs(database: Database) -> FakeJobs:
    return FakeJobs(database)


@pytest.fixture
def messages() -> FakeMessages:
    return FakeMessages()


@pytest.fixture
def navigator() -> FakeNavigator:
    return FakeNavigator()


def documents_tab(
    store: CollectionStore,
    jobs: FakeJobs,
    messages: FakeMessages | None = None,
    navigator: FakeNavigator | None = None,
    *,
    in_background: Background = at_once,
    adapters: Sequence[Adapter] = (),
    collection_jobs: CollectionJobs | None = None,
) -> DocumentsTab:
    """The tab as the program builds it, on what the test holds."""
    return build(
        Surroundings(
            jobs=collection_jobs or CollectionJobs(jobs),
            messages=messages or FakeMessages(),
            navigator=navigator or FakeNavigator(),
            collections=store,
            catalog=Catalog(),
            settings=Settings,
            in_background=in_background,
            list_adapters=lambda: adapters,
        )
    )


@pytest.fixture
def tab(
    qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, messages: FakeMessages, navigator: FakeNavigator
) -> DocumentsTab:
    tab = documents_tab(store, jobs, messages, navigator)
    qtbot.addWidget(tab)
    tab.resize(1100, 700)
    tab.show()
    return tab
