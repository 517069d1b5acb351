"""The editor's presenter with fakes around it and a real database below it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes import FakeJobs, FakeLater, FakeMessages
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.llm.types import ModelRef
from workbench.playground.prompt_store import PromptStore
from workbench.settings import LlmSettings, Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.editor.board import Surroundings
from workbench.ui.playground.editor.presenter import EditorPart
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.protocols import at_once

STARTER = ModelRef(name="starter", path="/r/starter.gguf")
BIG = ModelRef(name="big", path="/m/big.gguf")


@dataclass
class FakeView:
    shown: list[EditorState] = field(default_factory=list)

    def show_state(self, state: EditorState) -> None:
        self.shown.append(state)


@dataclass
class Desk:
    """An editor and what lies around it. `open()` makes another editor on the same data: the program started again."""

    database: Database
    home: Path
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)
    later: FakeLater = field(default_factory=FakeLater)
    view: FakeView = field(default_factory=FakeView)

    @property
    def prompts(self) -> PromptStore:
        return PromptStore(self.database)

    def open(self) -> EditorPart:
        self.later = FakeLater()
        catalog = ModelCatalog(self.jobs, Path("/w"), lambda: ())
        around = Surroundings(
            jobs=self.jobs,
            messages=self.messages,
            catalog=catalog,
            settings=lambda: Settings(llm=LlmSettings(context_length=1024)),
            prompts=self.prompts,
            datasets=DatasetStore(self.database),
            in_background=at_once,
            memory_file=self.home / "playground.json",
            presets_folder=self.home / "presets",
        )
        part = EditorPart(around, self.later)
        part.start(self.view)
        self.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER, BIG)))
        return part


@pytest.fixture
def desk(database: Database, own_home: Path) -> Desk:
    return Desk(database, own_home)


@pytest.fixture
def part(desk: Desk) -> EditorPart:
    return desk.open()


@pytest.fixture
def write(part: EditorPart, desk: Desk) -> Callable[..., None]:
    """Writes into the block at that place, and waits until it was checked."""

    def do(text: str, at: int = 1) -> None:
        part.edit_block(part.board.draft.block_ids[at], text)
        if "check" in desk.later.waiting:
            desk.later.run("check")

    return do
