"""Home as its user meets it, on fakes for the disk, the system and the projects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click, find
from workbench.errors import WorkbenchError
from workbench.llm.computer import Computer, Graphics, read_computer
from workbench.llm.tasks import ScanModelsReport
from workbench.llm.types import ModelKind, ModelRef
from workbench.paths import WorkbenchPaths
from workbench.ui.home import build
from workbench.ui.home.cards import StarterCard
from workbench.ui.home.presenter import HomePresenter, OnOpening
from workbench.ui.home.state import ProjectCard, ProjectStage
from workbench.ui.home.view import NARROWEST_CARD, HomeView
from workbench.ui.models.catalog import ModelCatalog

T = TypeVar("T")
GB = 10**9
LAPTOP = Computer("Some processor", 4, 8, 16 * GB, 8 * GB, 120 * GB)
STARTER = ModelRef(
    name="starter", path="/s.gguf", parameters=5_900_000, size_bytes=6_300_000, quantization="Q8_0", source="starter"
)


@dataclass
class FakeShelf:
    opened: list[tuple[str, OnOpening]] = field(default_factory=list)
    tuning: list[tuple[str, OnOpening]] = field(default_factory=list)
    tuned: set[str] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)

    def list_projects(self) -> Sequence[ProjectCard]:
        cards = [ProjectCard("facts", "Facts", "A handbook."), ProjectCard("format", "Format", "A house format.")]
        return [
            replace(
                card,
                stage=ProjectStage.OPEN,
                collection=f"{card.key} files",
                comparison=f"/{card.key}.yaml",
                is_tuned=card.key in self.tuned,
            )
            if card.key in self.ready
            else card
            for card in cards
        ]

    def open_project(self, key: str, on_opening: OnOpening) -> None:
        self.opened.append((key, on_opening))

    def tune_project(self, key: str, on_opening: OnOpening) -> None:
        self.tuning.append((key, on_opening))


class Given:
    """Home on fakes: what it was given, and what it did with it."""

    is_slow = False

    def __init__(self) -> None:
        self.jobs, self.messages, self.navigator, self.shelf = FakeJobs(), FakeMessages(), FakeNavigator(), FakeShelf()
        self.view, self.computer = HomeView(), LAPTOP
        self.waiting: list[Callable[[], None]] = []
        presenter = HomePresenter(
            self.view, messages=self.messages, navigator=self.navigator, shelf=self.shelf,
            catalog=ModelCatalog(self.jobs, Path("/models"), tuple),
            read_computer=lambda: self.computer, in_background=self.in_background,
        )  # fmt: skip
        self.view.project_chosen.connect(presenter.open_project)
        self.view.documents_requested.connect(presenter.ask_documents)
        self.view.tuning_requested.connect(presenter.tune_project)
        self.view.comparison_requested.connect(presenter.compare)
        self.view.guide_requested.connect(presenter.choose)
        self.view.tab_chosen.connect(presenter.open_tab)
        self.view.try_requested.connect(presenter.try_model)
        self.view.get_requested.connect(presenter.get_model)
        presenter.start()
        self.view.shown.connect(presenter.refresh)

    def in_background(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """What was found is told at once, or when the test says so."""
        found = work()
        if self.is_slow:
            self.waiting.append(lambda: then(found))
        else:
            then(found)

    def come_back(self) -> None:
        """From another tab."""
        self.view.hide()
        self.view.show()

    def find_models(self, *models: ModelRef) -> None:
        self.jobs.last.finish(ScanModelsReport(models=models))


@pytest.fixture
def given(qtbot: QtBot) -> Given:
    given = Given()
    given.view.resize(1100, 900)
    qtbot.addWidget(given.view)
    given.view.show()
    return given


@pytest.fixture
def home_view(given: Given) -> HomeView:
    return given.view


def text(view: HomeView, name: str) -> str:
    return find(view, QLabel, name).text()


def test_that_home_tells_what_this_computer_has_and_what_fits(home_view: HomeView) -> None:
    shown = {label.text() for label in home_view.findChildren(QLabel)}
    assert {"4 cores", "8.0 GB free", "of 16.0 GB", "None found", "120 GB free"} <= shown
    assert "6.0 GB" in text(home_view, "what_fits") and "10.0B parameters" in text(home_view, "what_fits")


def test_that_a_graphics_card_with_more_room_decides_what_fits() -> None:
    card = Computer("x", 4, 8, 16 * GB, 8 * GB, GB, Graphics("Some card", 48 * GB, 40 * GB))
    assert card.largest_model_bytes == 30 * GB


def test_that_this_computer_can_be_read(tmp_path: Path) -> None:
    computer = read_computer(tmp_path)
    assert 0 < computer.cores <= computer.threads
    assert 0 < computer.memory_free_bytes <= computer.memory_bytes
    assert computer.disk_free_bytes > 0


def test_that_models_are_counted_and_the_first_usable_one_can_be_tried(home_view: HomeView, given: Given) -> None:
    assert text(home_view, "models_count") == "Looking…"
    assert not find(home_view, QPushButton, "try_model").isEnabled()
    broken = ModelRef(name="broken", path="/b.gguf", problem="This model file is incomplete.")
    adapter = ModelRef(name="adapter", path="/a.gguf", kind=ModelKind.ADAPTER)
    given.find_models(broken, STARTER, adapter)
    assert text(home_view, "models_count") == "2 models"
    assert text(home_view, "first_model") == "starter"
    click(find(home_view, QPushButton, "try_model"))
    assert given.navigator.opened == [("playground", {"model": "starter"})]


def test_that_a_model_that_cannot_answer_is_not_offered_to_try(home_view: HomeView, given: Given) -> None:
    given.find_models(ModelRef(name="folder", path="/f", kind=ModelKind.CHAT, file_format="transformers"))
    assert text(home_view, "models_count") == "1 model"
    assert not find(home_view, QPushButton, "try_model").isEnabled()
    assert not find(home_view, QLabel, "first_model").isVisible()


def test_that_the_disk_is_looked_at_again_when_home_is_shown(home_view: HomeView, given: Given) -> None:
    given.computer = replace(LAPTOP, disk_free_bytes=20 * GB)
    given.come_back()
    shown = {label.text() for label in home_view.findChildren(QLabel)}
    assert "20.0 GB free" in shown and "120 GB free" not in shown


def test_that_adapters_that_went_elsewhere_can_be_trained_again_from_home(home_view: HomeView, given: Given) -> None:
    given.shelf.ready.add("facts")
    given.shelf.tuned.add("facts")
    given.come_back()
    button = find(home_view, QPushButton, "tune_facts")
    assert find(home_view, QPushButton, "ask_facts").isVisible() and not button.isVisible()
    given.shelf.tuned.clear()
    given.come_back()
    assert button.isVisible()


def test_that_home_as_the_program_builds_it_looks_again_when_it_is_shown(
    qtbot: QtBot, given: Given, home: WorkbenchPaths
) -> None:
    given.shelf.ready.add("facts")
    given.shelf.tuned.add("facts")
    view = build(
        messages=given.messages,
        navigator=given.navigator,
        catalog=ModelCatalog(given.jobs, Path("/models"), tuple),
        shelf=given.shelf,
        paths=home,
        in_background=given.in_background,
    )
    qtbot.addWidget(view)
    given.shelf.tuned.clear()
    view.show()
    assert find(view, QPushButton, "tune_facts").isVisible()


def test_that_what_happens_to_a_project_outlasts_a_look_at_the_disk(home_view: HomeView, given: Given) -> None:
    click(find(home_view, QPushButton, "open_project_facts"))
    [(_, on_opening)] = given.shelf.opened
    on_opening("Reading handbook.pdf", done=3, total=4)
    given.is_slow = True
    given.come_back()
    given.come_back()
    [tell] = given.waiting
    assert text(home_view, "project_note_facts") == "Reading handbook.pdf"
    given.shelf.ready.add("facts")
    on_opening("Ready.", is_done=True)
    tell()
    assert find(home_view, QPushButton, "ask_facts").isVisible(), "what was read before it was open is old"
    given.is_slow = False
    given.come_back()
    assert text(home_view, "project_note_facts").startswith("Ready.")
    on_opening("", problem=WorkbenchError("The disk is full."))
    given.come_back()
    assert text(home_view, "project_note_facts").startswith("The disk is full.")


def test_that_no_model_at_all_says_what_to_do(home_view: HomeView, given: Given) -> None:
    given.find_models()
    assert text(home_view, "models_count") == "No models"
    assert any("Open a model file" in label.text() for label in home_view.findChildren(QLabel))


def test_that_a_failed_scan_is_told(home_view: HomeView, given: Given) -> None:
    given.jobs.last.fail(WorkbenchError("The disk went away."))
    assert text(home_view, "models_count") == "Not known"
    assert any(label.text() == "The disk went away." for label in home_view.findChildren(QLabel))


def test_that_a_starter_project_opens_step_by_step(home_view: HomeView, given: Given) -> None:
    button, other = (find(home_view, QPushButton, f"open_project_{key}") for key in ("facts", "format"))
    click(button)
    [(key, on_opening)] = given.shelf.opened
    assert key == "facts" and not button.isEnabled() and not other.isEnabled()
    on_opening("Reading handbook.pdf", done=3, total=4)
    assert text(home_view, "project_note_facts") == "Reading handbook.pdf"
    bar = find(home_view, QProgressBar, "project_progress_facts")
    assert bar.isVisible() and bar.value() == 0.75 * bar.maximum()
    given.shelf.ready.add("facts")
    on_opening("Ready.", is_done=True)
    assert button.text() == "Open again" and button.isEnabled() and other.isEnabled() and not bar.isVisible()
    click(find(home_view, QPushButton, "ask_facts"))
    click(find(home_view, QPushButton, "compare_facts"))
    assert given.navigator.opened == [
        ("documents", {"collection": "facts files", "show": "ask"}),
        ("compare", {"spec": "/facts.yaml"}),
    ]
    assert not find(home_view, QPushButton, "ask_format").isVisible()


def test_that_the_adapters_that_a_comparison_needs_are_trained_from_home(home_view: HomeView, given: Given) -> None:
    click(find(home_view, QPushButton, "open_project_facts"))
    given.shelf.ready.add("facts")
    given.shelf.opened[0][1]("Ready.", is_done=True)
    assert "need adapters" in text(home_view, "project_note_facts")
    button, bar = find(home_view, QPushButton, "tune_facts"), find(home_view, QProgressBar, "project_progress_facts")
    click(button)
    [(key, on_tuning)] = given.shelf.tuning
    on_tuning("Step 3 of 9", done=3, total=9)
    assert key == "facts" and not button.isEnabled() and bar.isVisible()
    assert text(home_view, "project_note_facts") == "Step 3 of 9"
    assert find(home_view, QPushButton, "ask_facts").isVisible(), "the documents can be asked meanwhile"
    on_tuning("", problem=WorkbenchError("The disk is full.", hint="Free some space."))
    assert button.isEnabled() and not bar.isVisible() and given.messages.said == [("error", "The disk is full.")]
    click(button)
    given.shelf.tuned.add("facts")
    given.shelf.tuning[1][1]("Trained.", is_done=True)
    assert not button.isVisible() and "need adapters" not in text(home_view, "project_note_facts")


def test_that_a_project_that_cannot_be_opened_says_why_and_can_be_tried_again(
    home_view: HomeView, given: Given
) -> None:
    button = find(home_view, QPushButton, "open_project_format")
    click(button)
    given.shelf.opened[0][1]("", problem=WorkbenchError("The disk is full.", hint="Free 20 MB.", details="errno 28"))
    assert text(home_view, "project_note_format") == "The disk is full."
    assert given.messages.said == [("error", "The disk is full.")] and given.messages.hints == ["Free 20 MB."]
    click(button)
    assert [key for key, _ in given.shelf.opened] == ["format", "format"]


@pytest.mark.parametrize("tab", ["models", "documents", "data"])
def test_that_a_door_opens_its_tab(home_view: HomeView, given: Given, tab: str) -> None:
    click(find(home_view, QPushButton, f"door_{tab}"))
    assert given.navigator.opened == [(tab, {})]


def test_that_a_model_is_got_behind_its_door(home_view: HomeView, given: Given) -> None:
    click(find(home_view, QPushButton, "door_download"))
    assert given.navigator.opened == [("models", {"get": "yes"})]


def test_that_the_guide_is_one_click_away(home_view: HomeView, given: Given) -> None:
    click(find(home_view, QPushButton, "door_guide"))
    assert given.navigator.opened[-1] == ("compare", {"guide": "yes"})


def test_that_the_door_to_a_server_says_that_questions_go_there(qtbot: QtBot, home_view: HomeView) -> None:
    button = find(home_view, QPushButton, "door_server")
    with qtbot.waitSignal(home_view.server_requested):
        click(button)
    assert "your questions then go there" in button.accessibleDescription()


@pytest.mark.parametrize("points", [10, 12.5])
@pytest.mark.parametrize("width", [660, 760, 828, 1100])
def test_that_nothing_is_cut_off_at_any_width(qtbot: QtBot, given: Given, width: int, points: float) -> None:
    view = given.view
    font = view.font()
    font.setPointSizeF(points)
    view.setFont(font)
    view.resize(width, 540)
    open_both(given)
    viewport: Any = view.viewport()
    page: Any = view.widget()
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() == max(0, page.height() - viewport.height()))
    shown = [part for part in view.findChildren(QWidget) if part.isVisibleTo(view) and part is not viewport]
    over = [part.objectName() for part in shown if part.mapTo(viewport, part.rect().topRight()).x() > viewport.width()]
    assert not over, f"reach over the right edge of {viewport.width()}: {over}"
    wrapped = [label for label in view.findChildren(QLabel) if label.wordWrap() and label.isVisible() and label.text()]
    qtbot.waitUntil(lambda: all(label.height() >= label.heightForWidth(label.width()) for label in wrapped))
    for button in view.findChildren(QPushButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.sizeHint().width(), button.text()


def open_both(given: Given) -> None:
    """Opened projects have more buttons than others, and a note."""
    for key in ("facts", "format"):
        click(find(given.view, QPushButton, f"open_project_{key}"))
        given.shelf.ready.add(key)
        given.shelf.opened[-1][1]("Ready: collection “handbook”, data set “facts rows”. " * 2, is_done=True)


def test_that_cards_lie_side_by_side_only_where_both_fit(qtbot: QtBot, given: Given) -> None:
    left, right = (find(given.view, StarterCard, f"project_{key}") for key in ("facts", "format"))
    open_both(given)
    narrowest = max(left.minimumSizeHint().width(), NARROWEST_CARD * given.view.fontMetrics().averageCharWidth())
    needed = 2 * narrowest + 14 + 2 * 20  # the gap between, and the page's margins
    beside = given.view.width() - given.view.viewport().width()
    given.view.resize(needed + beside - 20, 540)
    qtbot.waitUntil(lambda: right.y() > left.geometry().bottom() and right.x() == left.x())
    given.view.resize(needed + beside + 20, 540)
    qtbot.waitUntil(lambda: left.y() == right.y() and left.geometry().right() < right.x())
    assert left.width() >= left.minimumSizeHint().width()
