"""The Compare tab with real workers and the starter model: from a dropped file to a verdict."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeMessages, FakeNavigator
from tests.gui.compare.conftest import question_rooms
from workbench.compare.catalogue import read_catalogue
from workbench.compare.store import ComparisonStore
from workbench.compare.tasks import PREPARE, RUN_COMPARISON
from workbench.database import Database
from workbench.datasets.test_sets.tasks import READ_QUESTIONS
from workbench.jobs.events import Cancelled, JobEvent, Started
from workbench.jobs.runner import JobRunner
from workbench.paths import WorkbenchPaths
from workbench.recording import recorder
from workbench.settings import Settings
from workbench.ui.compare import CompareTab, build
from workbench.ui.compare.state import Page
from workbench.ui.job_bridge import JobBridge
from workbench.ui.models.catalog import ModelCatalog

pytestmark = pytest.mark.slow
PATIENCE_MS = 240_000


@pytest.fixture
def bridge(home: WorkbenchPaths, qtbot: QtBot, database: Database) -> Iterator[JobBridge]:
    bridge = JobBridge(JobRunner(home))
    bridge.record_with(partial(recorder, database))
    yield bridge
    bridge.shutdown()
    # A durable worker says its last word, then takes a moment to leave; nobody waits for it.
    psutil.wait_procs(psutil.Process().children(), timeout=60)


@pytest.fixture
def tab(bridge: JobBridge, qtbot: QtBot, database: Database, home: WorkbenchPaths) -> CompareTab:
    return open_tab(bridge, qtbot, database, home)


def open_tab(bridge: JobBridge, qtbot: QtBot, database: Database, home: WorkbenchPaths) -> CompareTab:
    tab = build(
        bridge,
        FakeMessages(),
        FakeNavigator(),
        store=ComparisonStore(database),
        paths=home,
        settings=Settings,
        read_catalogue=lambda: read_catalogue(database, home, ()),
        question_rooms=question_rooms(database, home),
        models=ModelCatalog(bridge, home.models, tuple),
    )
    qtbot.addWidget(tab)
    tab.show()
    return tab


def press(tab: CompareTab, name: str) -> None:
    button = tab.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    assert button.isEnabled(), name
    button.click()


def test_that_a_file_of_questions_becomes_a_verdict(
    tab: CompareTab, qtbot: QtBot, tmp_path: Path, database: Database
) -> None:
    path = tmp_path / "questions.csv"
    path.write_text("question,answer\nHow heavy is it?,2 kg\nHow loud is it?,[]\n", encoding="utf-8")
    qtbot.waitUntil(lambda: tab.presenter.state.making.stock.model("starter") is not None, timeout=PATIENCE_MS)
    tab.file_chosen.emit(str(path))
    qtbot.waitUntil(lambda: tab.presenter.state.questions is not None, timeout=PATIENCE_MS)
    press(tab, "compare_standard")
    tab.presenter.arms.copy(0)
    assert [arm.name for arm in tab.presenter.state.arms] == ["prompt", "prompt 2"]
    press(tab, "compare_run")
    qtbot.waitUntil(lambda: tab.presenter.state.page is Page.RESULTS, timeout=PATIENCE_MS)

    def has_verdict() -> bool:
        assert tab.presenter.state.trouble is None, tab.presenter.state.trouble
        results = tab.presenter.state.results
        return results is not None and results.verdict is not None

    qtbot.waitUntil(has_verdict, timeout=PATIENCE_MS)
    headline = tab.findChild(QLabel, "compare_headline")
    assert isinstance(headline, QLabel)
    # The same arm twice gives the same answers: nothing can be told apart.
    assert "cannot be told apart" in headline.text()
    assert [entry.name for entry in ComparisonStore(database).list_comparisons()] == ["questions"]


def test_that_the_process_that_read_the_questions_gets_the_comparison_ready(
    tab: CompareTab, bridge: JobBridge, qtbot: QtBot, tmp_path: Path
) -> None:
    processes: dict[str, int] = {}

    def note(event: JobEvent) -> None:
        if isinstance(event, Started):
            processes[event.job_id] = event.pid

    bridge.observe(note)
    path = tmp_path / "questions.csv"
    path.write_text("question,answer\nHow heavy is it?,2 kg\n", encoding="utf-8")
    qtbot.waitUntil(lambda: tab.presenter.state.making.stock.model("starter") is not None, timeout=PATIENCE_MS)
    tab.file_chosen.emit(str(path))
    qtbot.waitUntil(lambda: tab.presenter.state.questions is not None, timeout=PATIENCE_MS)
    press(tab, "compare_standard")
    press(tab, "compare_run")
    assert tab.strip.isVisible()
    qtbot.waitUntil(lambda: tab.presenter.state.page is Page.RESULTS, timeout=PATIENCE_MS)
    [read] = [job.id for job in bridge.jobs() if job.spec.task == READ_QUESTIONS]
    [ready] = [job.id for job in bridge.jobs() if job.spec.task == PREPARE]
    assert processes[ready] == processes[read]
    press(tab, "job_strip_stop")
    qtbot.waitUntil(lambda: tab.presenter.state.running is None, timeout=PATIENCE_MS)


def test_that_a_run_can_be_stopped_after_the_window_was_closed_and_opened_again(
    tab: CompareTab, bridge: JobBridge, qtbot: QtBot, tmp_path: Path, database: Database, home: WorkbenchPaths
) -> None:
    path = tmp_path / "questions.csv"
    lines = [f"How heavy is the fan number {number}?,{number} kg" for number in range(2000)]
    path.write_text("\n".join(["question,answer", *lines]), encoding="utf-8")
    qtbot.waitUntil(lambda: tab.presenter.state.making.stock.model("starter") is not None, timeout=PATIENCE_MS)
    tab.file_chosen.emit(str(path))
    qtbot.waitUntil(lambda: tab.presenter.state.questions is not None, timeout=PATIENCE_MS)
    press(tab, "compare_standard")
    tab.presenter.arms.copy(0)
    press(tab, "compare_run")
    qtbot.waitUntil(lambda: has_answers(tab), timeout=PATIENCE_MS)
    bridge.shutdown()
    [worker] = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]

    later = JobBridge(JobRunner(home))
    later.record_with(partial(recorder, database))
    again = open_tab(later, qtbot, database, home)
    later.on_durable(RUN_COMPARISON, again.presenter.follow)
    [followed] = later.attach_durable()
    qtbot.waitUntil(lambda: has_answers(again), timeout=PATIENCE_MS)
    press(again, "job_strip_stop")
    qtbot.waitUntil(lambda: again.presenter.state.running is None, timeout=PATIENCE_MS)
    assert isinstance(followed.wait(60), Cancelled)
    later.shutdown()
    psutil.wait_procs([worker], timeout=60)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def has_answers(tab: CompareTab) -> bool:
    assert tab.presenter.state.trouble is None, tab.presenter.state.trouble
    results = tab.presenter.state.results
    return results is not None and len(results.trials) > 0
