from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click, find
from tests.llm_models import write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.llm.fit import verdict
from workbench.llm.library import describe_gguf
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.llm.types import LoadConfig, ModelRef
from workbench.settings import Settings
from workbench.ui.models import ModelsTab, build
from workbench.ui.models import Surroundings as ModelSurroundings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.models.state import ModelRow, memory_lines
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.record_table import RecordTable

STARTER = ModelRef(
    name="starter", path="/r/starter.gguf", source="starter", has_chat_template=True, size_bytes=6_000_000,
    architecture="llama", parameters=5_900_000, context_length=2048,
)  # fmt: skip
HUGE = STARTER.model_copy(update={"name": "huge", "path": "/m/huge.gguf", "source": "LM Studio", "size_bytes": 10**15})
BROKEN = ModelRef(name="broken", path="/m/broken.gguf", problem="broken.gguf is incomplete (0.3 of 0.4 MB).")


@dataclass
class Surroundings:
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    settings: Settings = field(default_factory=Settings)
    catalog: ModelCatalog = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = ModelCatalog(self.jobs, Path("/w"), lambda: self.settings.llm.model_folders)

    def change(self, settings: Settings) -> None:
        """As the program does."""
        before, self.settings = self.settings, settings
        self.catalog.follow_preferences(before.llm, settings.llm)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
def tab(qtbot: QtBot, around: Surroundings) -> ModelsTab:
    tab = build(
        ModelSurroundings(
            around.catalog, around.jobs, around.messages, around.navigator, lambda: around.settings, around.change
        )
    )
    qtbot.addWidget(tab)
    tab.resize(1000, 700)
    tab.show()
    return tab


@pytest.fixture
def listed(tab: ModelsTab, around: Surroundings) -> Callable[..., None]:
    def finish(*models: ModelRef) -> None:
        around.jobs.last.finish(ScanModelsReport(models=models))

    return finish


def table(tab: ModelsTab) -> RecordTable[ModelRow]:
    return find(tab, RecordTable, "models_table")


def cells(tab: ModelsTab) -> list[list[str]]:
    model = table(tab).model()
    return [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())]


def text(tab: ModelsTab, name: str) -> str:
    label = find(tab, QLabel, name)
    return label.text() if label.isVisibleTo(tab) else ""


def test_that_the_disk_is_searched_by_a_job_and_the_models_are_listed(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None]
) -> None:
    assert [spec.task for spec in around.jobs.specs] == [SCAN_MODELS]
    assert not find(tab, QPushButton, "refresh_models").isEnabled()
    listed(STARTER, HUGE, BROKEN)
    assert [row[:2] for row in cells(tab)] == [
        ["starter", "fits"],
        ["huge", "won't fit"],
        ["broken", "cannot be used"],
    ]
    assert find(tab, QPushButton, "refresh_models").isEnabled()


def test_that_the_starter_is_selected_and_says_that_it_is_small(tab: ModelsTab, listed: Callable[..., None]) -> None:
    listed(BROKEN, STARTER)
    assert text(tab, "model_parameters") == "5.9M"
    assert "small and made for learning the program" in text(tab, "model_about")
    assert "GGUF file" in text(tab, "model_about")


def test_that_a_broken_file_keeps_its_row_and_says_why(tab: ModelsTab, listed: Callable[..., None]) -> None:
    listed(STARTER, BROKEN)
    index = table(tab).model().index(1, 0)
    QTest.mouseClick(
        table(tab).viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        table(tab).visualRect(index).center(),
    )
    assert text(tab, "model_problem") == "broken.gguf is incomplete (0.3 of 0.4 MB)."
    assert not find(tab, QPushButton, "use_in_playground").isEnabled()


def test_that_a_model_is_taken_to_the_playground_and_to_tuning(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None]
) -> None:
    listed(STARTER, HUGE)
    click(find(tab, QPushButton, "use_in_playground"))
    click(find(tab, QPushButton, "fine_tune_model"))
    assert around.navigator.opened == [("playground", {"model": "starter"}), ("finetune", {"model": "starter"})]


def test_that_a_dropped_file_is_remembered_searched_for_and_selected(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None], tmp_path: Path
) -> None:
    listed(STARTER)
    path = write_tiny_gguf(tmp_path / "dropped.gguf")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    tab.dropEvent(drop)
    assert around.settings.llm.model_folders == (str(path),)
    assert around.jobs.last.spec.params["own_folders"] == [str(path)]
    listed(STARTER, describe_gguf(path))
    assert len(around.jobs.of(SCAN_MODELS)) == 2, "the disk is searched once for it"
    assert tab.presenter.state.selected == "dropped"


def test_that_a_file_that_can_be_no_model_is_refused_beside_the_buttons(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None], tmp_path: Path
) -> None:
    listed(STARTER)
    tab.presenter.add_paths([str(tmp_path / "notes.txt")])
    assert text(tab, "models_problem").startswith("notes.txt cannot be added: models are GGUF files")
    assert around.settings.llm.model_folders == ()
    assert len(around.jobs.jobs) == 1


def test_that_a_removed_folder_is_searched_no_longer(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None], tmp_path: Path
) -> None:
    listed(STARTER)
    tab.presenter.add_paths([str(tmp_path)])
    listed(STARTER)
    assert find(tab, QPushButton, "own_model_folders").isVisible()
    tab.place_removed.emit(str(tmp_path))
    listed(STARTER)
    assert around.settings.llm.model_folders == ()
    assert not find(tab, QPushButton, "own_model_folders").isVisible()


def test_that_a_search_that_fails_says_so_and_can_be_repeated(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None]
) -> None:
    around.jobs.last.fail(WorkbenchError("The disk went away."))
    assert text(tab, "models_problem") == "The disk went away."
    click(find(tab, QPushButton, "refresh_models"))
    listed(STARTER)
    assert text(tab, "models_problem") == ""
    assert cells(tab)[0][0] == "starter"


def test_that_an_empty_disk_is_a_sentence_and_a_button(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None]
) -> None:
    listed()
    assert find(tab, EmptyState).isVisible()


def test_that_a_search_asked_for_while_one_runs_is_done_afterwards(
    tab: ModelsTab, around: Surroundings, listed: Callable[..., None], tmp_path: Path
) -> None:
    tab.presenter.add_paths([str(tmp_path)])
    assert len(around.jobs.jobs) == 1
    listed(STARTER)
    assert len(around.jobs.jobs) == 2
    assert around.jobs.last.spec.params["own_folders"] == [str(tmp_path)]


def test_that_the_hub_is_asked_for_by_a_button_and_from_home(tab: ModelsTab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tab.get_requested):
        click(find(tab, QPushButton, "get_model"))
    with qtbot.waitSignal(tab.get_requested):
        tab.open_case({"get": "yes"})


def test_that_the_sum_names_the_batches_that_are_computed_in_fact() -> None:
    small = STARTER.model_copy(update={"embedding_length": 256, "head_count": 4, "block_count": 4, "size_bytes": 10**6})
    wide = small.model_copy(update={"embedding_length": 1024})
    for model, said in ((small, "batches of 128: 512 would not be faster"), (wide, "batches of 512")):
        row = ModelRow(model, verdict(model, LoadConfig(), 10**10))
        assert next(line.about for line in memory_lines(row) if line.what == "Buffers") == said
