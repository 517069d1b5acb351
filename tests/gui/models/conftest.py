"""The Models tab on a fake runner, a real database and no starter model."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from workbench.database import Database
from workbench.finetune.types import Adapter
from workbench.llm.placement import Device
from workbench.llm.store import FileHashStore, ModelSettingsStore
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths
from workbench.settings import Settings
from workbench.ui.models import ModelsTab, Surroundings, build
from workbench.ui.models.catalog import ModelCatalog

FREE = 6_000_000_000


@dataclass
class Desk:
    """What the tab was given, and the tab."""

    jobs: FakeJobs
    memory: ModelSettingsStore
    hashes: FileHashStore
    models_folder: Path
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    settings: Settings = field(default_factory=Settings)
    adapters: list[Adapter] = field(default_factory=list)
    catalog: ModelCatalog = field(init=False)
    tab: ModelsTab = field(init=False)

    def change(self, settings: Settings) -> None:
        """As the program does."""
        before, self.settings = self.settings, settings
        self.catalog.follow_preferences(before.llm, settings.llm)

    def list_models(self, *models: ModelRef, devices: tuple[Device, ...] = ()) -> None:
        """The search that is under way ends with these."""
        self.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=models, devices=devices))


@pytest.fixture
def desk(qtbot: QtBot, database: Database, home: WorkbenchPaths) -> Desk:
    desk = Desk(FakeJobs(database), ModelSettingsStore(database), FileHashStore(database), home.models)
    desk.catalog = ModelCatalog(
        desk.jobs, home.models, lambda: desk.settings.llm.model_folders, memory=lambda: desk.memory
    )
    desk.tab = build(
        Surroundings(
            catalog=desk.catalog,
            jobs=desk.jobs,
            messages=desk.messages,
            navigator=desk.navigator,
            settings=lambda: desk.settings,
            change_settings=desk.change,
            known_hash=desk.hashes.find,
            adapters=lambda: desk.adapters,
            free_bytes=lambda: FREE,
        )
    )
    qtbot.addWidget(desk.tab)
    desk.tab.resize(1100, 800)
    desk.tab.show()
    return desk
