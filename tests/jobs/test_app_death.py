"""The app is killed (-9) while a worker is busy: ordinary workers leave, durable ones go on and are followed again."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import PATIENCE_SECONDS, ROOT, Heard, wait_until_gone
from workbench.jobs.events import Finished, JobEvent, Produced, Started, from_line
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobState
from workbench.paths import WorkbenchPaths

StartApp = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_app(home: WorkbenchPaths) -> Iterator[StartApp]:
    apps: list[subprocess.Popen[str]] = []

    def start(task: str, text: str, kind: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.jobs.dying_app", str(home.home), task, text, kind]
        apps.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return apps[-1]

    yield start
    for app in apps:
        app.kill()
        app.wait()
        assert app.stdout is not None
        app.stdout.close()


def hear_until(app: "subprocess.Popen[str]", is_it: Callable[[JobEvent], bool]) -> list[JobEvent]:
    assert app.stdout is not None
    events = []
    for line in app.stdout:
        events.append(from_line(line))
        if is_it(events[-1]):
            return events
    raise AssertionError(f"the app ended after {events}")


def kill(app: "subprocess.Popen[str]") -> None:
    app.kill()
    app.wait()


@pytest.mark.parametrize("task", ["run_until_cancelled", "deaf", "holds_the_interpreter"])
def test_that_an_ordinary_worker_leaves_within_two_seconds(start_app: StartApp, task: str) -> None:
    app = start_app(task, "busy", "ordinary")
    events = hear_until(app, lambda event: isinstance(event, Produced))
    worker = next(event.pid for event in events if isinstance(event, Started))
    assert psutil.pid_exists(worker)
    kill(app)
    assert wait_until_gone(worker) <= 2.0


def test_that_a_durable_run_goes_on_and_every_event_is_told_once(
    start_app: StartApp, home: WorkbenchPaths, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    app = start_app("count_until_file", str(gate), "durable")
    heard_before = hear_until(app, lambda event: isinstance(event, Produced) and event.item["number"] == 5)
    worker = next(event.pid for event in heard_before if isinstance(event, Started))
    kill(app)

    runner = JobRunner(home)
    heard = Heard()
    (handle,) = runner.attach_durable(lambda spec: heard)
    heard.wait_for_item(20)
    assert psutil.pid_exists(worker) and runner.durable_runs()[0].state is JobState.RUNNING
    gate.touch()
    word = handle.wait(PATIENCE_SECONDS)

    assert isinstance(word, Finished)
    assert [item["number"] for item in heard.items] == list(range(word.result["number"]))
    assert [event.sequence for event in heard.events] == list(range(1, len(heard.events) + 1))
    assert [event for event in heard_before if event.sequence] == heard.events[: len(heard_before) - 1]
    wait_until_gone(worker)
    runner.shutdown()


def test_that_an_app_killed_again_and_again_still_loses_nothing(
    start_app: StartApp, home: WorkbenchPaths, tmp_path: Path
) -> None:
    """Each next app replays from the first event on; the run itself never notices."""
    gate = tmp_path / "gate"
    app = start_app("count_until_file", str(gate), "durable")
    hear_until(app, lambda event: isinstance(event, Produced))
    kill(app)
    for items in (5, 10, 15):
        runner, heard = JobRunner(home), Heard()
        runner.attach_durable(lambda spec, heard=heard: heard)  # type: ignore[misc]
        heard.wait_for_item(items)
        assert [event.sequence for event in heard.events] == list(range(1, len(heard.events) + 1))
        runner.shutdown()
    gate.touch()
    runner, heard = JobRunner(home), Heard()
    (handle,) = runner.attach_durable(lambda spec: heard)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Finished)
    runner.shutdown()
