"""The jobs panel with real jobs in real workers."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from tests.gui.shell.test_job_bridge import spec
from workbench.jobs.events import Crashed, Failed
from workbench.jobs.job import JobSnapshot
from workbench.jobs.spec import JobSpec, JobState
from workbench.ui import job_rows
from workbench.ui.job_bridge import JobBridge
from workbench.ui.job_panel import JobPanel
from workbench.ui.log_dialog import LogDialog, read_end


@pytest.fixture
def panel(qtbot: QtBot, bridge: JobBridge) -> Iterator[JobPanel]:
    panel = JobPanel(bridge)
    qtbot.addWidget(panel)
    panel.resize(1000, 260)
    panel.show()
    yield panel


def cells(panel: JobPanel, row: int = 0) -> dict[str, str]:
    model = find(panel, QTableView, "job_table").model()
    columns = range(model.columnCount(QModelIndex()))
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in columns]
    return {title: model.index(row, column).data() for title, column in zip(titles, columns, strict=True)}


def rows(panel: JobPanel) -> int:
    return find(panel, QTableView, "job_table").model().rowCount()


def test_that_a_running_job_shows_its_progress_and_is_stopped_by_the_button(
    qtbot: QtBot, bridge: JobBridge, panel: JobPanel
) -> None:
    counts: list[int] = []
    panel.running_changed.connect(counts.append)
    bridge.submit(spec("wait_for_cancel").model_copy(update={"title": "Index handbook"}), lambda event: None)
    qtbot.waitUntil(lambda: rows(panel) == 1 and cells(panel)["Progress"] == "25 %", timeout=60_000)
    assert cells(panel)["Job"] == "Index handbook"
    assert cells(panel)["State"] == "Running"
    assert cells(panel)["Now"] == "Waiting to be stopped"
    find(panel, QTableView, "job_table").selectRow(0)
    click(find(panel, QPushButton, "job_cancel"))
    assert cells(panel)["State"] in ("Stopping…", "Stopped")
    qtbot.waitUntil(lambda: cells(panel)["State"] == "Stopped", timeout=60_000)
    qtbot.waitUntil(lambda: counts == [1, 0])
    assert not find(panel, QPushButton, "job_cancel").isEnabled()


def test_that_a_closed_panel_counts_jobs_and_shows_them_when_it_opens(
    qtbot: QtBot, bridge: JobBridge, panel: JobPanel
) -> None:
    counts: list[int] = []
    panel.running_changed.connect(counts.append)
    panel.hide()
    bridge.submit(spec("count"), lambda event: None)
    qtbot.waitUntil(lambda: counts == [1, 0], timeout=60_000)
    assert rows(panel) == 0, "nobody looks"
    panel.show()
    assert cells(panel)["State"] == "Done"


def test_that_the_end_of_a_job_is_told_apart(qtbot: QtBot, bridge: JobBridge) -> None:
    ends: list[list[JobState]] = []
    bridge.ended.connect(lambda: ends.append([job.state for job in bridge.jobs()]))
    bridge.submit(spec("count"), lambda event: None)
    qtbot.waitUntil(lambda: bool(ends), timeout=60_000)
    assert ends == [[JobState.FINISHED]]


def test_that_a_failure_shows_its_hint_and_can_be_copied(qtbot: QtBot, bridge: JobBridge, panel: JobPanel) -> None:
    bridge.submit(spec("fail"), lambda event: None)
    qtbot.waitUntil(lambda: rows(panel) == 1 and cells(panel)["State"] == "Failed", timeout=60_000)
    assert cells(panel)["Now"] == "The file notes.txt is empty."
    find(panel, QTableView, "job_table").selectRow(0)
    details = find(panel, QPlainTextEdit, "job_details")
    assert details.isVisible() and "Write something into it." in details.toPlainText()
    click(find(panel, QPushButton, "job_copy"))
    assert "tests.gui.shell.tasks:fail" in QApplication.clipboard().text()


def test_that_the_log_of_a_job_can_be_read(qtbot: QtBot, bridge: JobBridge, panel: JobPanel) -> None:
    bridge.submit(spec("count"), lambda event: None)
    qtbot.waitUntil(lambda: rows(panel) == 1 and cells(panel)["State"] == "Done", timeout=60_000)
    find(panel, QTableView, "job_table").selectRow(0)
    click(find(panel, QPushButton, "job_log"))
    dialog = find(panel, LogDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.close()


def test_that_finished_jobs_are_cleared_and_running_ones_stay(qtbot: QtBot, bridge: JobBridge, panel: JobPanel) -> None:
    bridge.submit(spec("count"), lambda event: None)
    bridge.submit(spec("wait_for_cancel"), lambda event: None)
    qtbot.waitUntil(
        lambda: rows(panel) == 2 and {cells(panel, row)["State"] for row in (0, 1)} == {"Done", "Running"},
        timeout=60_000,
    )
    click(find(panel, QPushButton, "job_clear"))
    assert rows(panel) == 1 and cells(panel)["State"] == "Running"


def test_that_a_waiting_job_says_what_it_waits_for(qtbot: QtBot, bridge: JobBridge, panel: JobPanel) -> None:
    one = spec("wait_for_cancel").model_copy(update={"title": "Train house-style", "lane": "train"})
    bridge.submit(one, lambda event: None)
    bridge.submit(spec("count").model_copy(update={"lane": "train"}), lambda event: None)
    qtbot.waitUntil(lambda: rows(panel) == 2 and cells(panel)["State"] == "Waiting", timeout=60_000)
    qtbot.waitUntil(lambda: "Train house-style" in cells(panel)["Now"], timeout=60_000)


class FakeBridge(QObject):
    """Knows its jobs from the start."""

    changed = Signal()

    def __init__(self, *jobs: JobSnapshot) -> None:
        super().__init__()
        self._jobs = list(jobs)

    def jobs(self) -> list[JobSnapshot]:
        return self._jobs


def test_that_a_waiting_job_draws_no_progress_and_a_running_one_does(qtbot: QtBot) -> None:
    done = JobSnapshot("1", JobSpec(task="a:b"), JobState.FINISHED, done=4, total=4)
    running = JobSnapshot("2", JobSpec(task="a:b"), JobState.RUNNING, done=1, total=4)
    waiting = JobSnapshot("3", JobSpec(task="a:b"), JobState.QUEUED)
    panel = JobPanel(FakeBridge(waiting, running, done))  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(900, 260)
    panel.show()
    table = find(panel, QTableView, "job_table")
    colors = []
    for row in range(3):  # newest first
        cell = table.visualRect(table.model().index(row, 2)).adjusted(4, 4, -4, -4)
        picture = table.viewport().grab(cell).toImage()
        colors.append({picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())})
    assert len(colors[2]) == 1 and len(colors[1]) > 1 and len(colors[0]) > 1


@pytest.mark.parametrize(
    ("state", "last_word", "expected"),
    [
        (JobState.FAILED, Failed(job_id="1", message="The disk is full.", hint="Free some."), "The disk is full."),
        (JobState.CRASHED, Crashed(job_id="1", exit_code=-11), "stopped unexpectedly (code -11)"),
    ],
)
def test_that_an_end_is_told_in_words(state: JobState, last_word: Failed | Crashed, expected: str) -> None:
    job = JobSnapshot("1", JobSpec(task="a.b:c"), state, last_word=last_word)
    assert expected in job_rows.doing(job)
    assert expected in job_rows.details_of(job)
    assert job_rows.title_of(job) == "c"


def test_that_only_the_end_of_a_long_log_is_read(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "long.log"
    path.write_text("".join(f"line {number}\n" for number in range(100_000)), encoding="utf-8")
    shown = read_end(path, 1000)
    assert shown.startswith("line ") and shown.endswith("line 99999\n") and len(shown) <= 1000
    assert "cannot be read" in read_end(path.with_name("missing.log"))


def test_that_a_job_that_finished_is_at_its_end_whatever_it_said_last() -> None:
    done = JobSnapshot("1", JobSpec(task="a:b"), JobState.FINISHED, done=0, total=18)
    stopped = JobSnapshot("2", JobSpec(task="a:b"), JobState.CANCELLED, done=9, total=18)
    assert (job_rows.percent(done), job_rows.percent(stopped)) == ("100 %", "50 %")
