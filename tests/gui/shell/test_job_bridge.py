"""From the job threads to the UI thread, with real workers."""

import sys
import threading
import time
from functools import partial
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from workbench.errors import WorkbenchError
from workbench.jobs.events import Failed, Finished, JobEvent, Produced, is_last_word
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.ui.job_bridge import JobBridge


def spec(task: str, **params: Any) -> JobSpec:
    return JobSpec(task=f"tests.gui.shell.tasks:{task}", params=params, title=task)


class _Source(QObject):
    changed = Signal(int)


def test_that_emitting_signals_does_not_wear_out_true() -> None:
    source, before = _Source(), sys.getrefcount(True)
    for _ in range(50):
        source.changed.emit(1)
    assert sys.getrefcount(True) > before - 25, "this PySide6 aborts after ~570 emits; see pyproject.toml"


def test_that_a_listener_hears_every_event_in_order_on_the_ui_thread(qtbot: QtBot, bridge: JobBridge) -> None:
    heard: list[tuple[JobEvent, threading.Thread]] = []
    handle = bridge.submit(spec("count", steps=5), lambda event: heard.append((event, threading.current_thread())))
    qtbot.waitUntil(lambda: any(is_last_word(event) for event, _ in heard), timeout=60_000)
    assert {thread for _, thread in heard} == {threading.main_thread()}
    assert [event.sequence for event, _ in heard] == sorted(event.sequence for event, _ in heard)
    assert [event.item["text"] for event, _ in heard if isinstance(event, Produced)] == ["0", "1", "2", "3", "4"]
    last, _ = heard[-1]
    assert isinstance(last, Finished) and last.result == {"steps": 5} and last.job_id == handle.id


def test_that_a_flood_of_events_leaves_room_for_the_users_own(qtbot: QtBot, bridge: JobBridge) -> None:
    done: list[int] = []
    ticks: list[float] = []
    timer = QTimer(interval=2)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start()

    def take(number: int) -> None:
        done.append(number)
        until = time.perf_counter() + 0.0002  # as long as a label takes to be painted
        while time.perf_counter() < until:
            pass

    def flood() -> None:
        for number in range(3000):
            bridge.post(partial(take, number))

    threading.Thread(target=flood, name="flood").start()
    qtbot.waitUntil(lambda: len(done) == 3000, timeout=60_000)
    timer.stop()
    assert done == list(range(3000))
    assert len(ticks) > 20, "the event loop stood still"


def test_that_a_listener_that_raises_does_not_silence_the_others(qtbot: QtBot, bridge: JobBridge) -> None:
    heard = []

    def broken() -> None:
        raise ValueError("this listener is broken")

    with capture_exceptions() as exceptions:
        bridge.post(broken)
        bridge.post(lambda: heard.append("after"))
        qtbot.waitUntil(lambda: heard == ["after"])
    assert [type(error) for _, error, _ in exceptions] == [ValueError]


def test_that_nothing_is_delivered_after_the_end(qtbot: QtBot, bridge: JobBridge) -> None:
    heard: list[object] = []
    bridge.submit(spec("wait_for_cancel"), heard.append)
    qtbot.waitUntil(lambda: len(heard) > 1, timeout=60_000)
    bridge.shutdown()
    before = len(heard)
    bridge.post(lambda: heard.append("late"))
    QTimer.singleShot(50, lambda: heard.append("timer"))
    qtbot.waitUntil(lambda: heard[-1] == "timer")
    assert len(heard) == before + 1


def test_that_changed_comes_once_for_a_burst(qtbot: QtBot, bridge: JobBridge) -> None:
    changes: list[int] = []
    heard: list[JobEvent] = []
    bridge.changed.connect(lambda: changes.append(1))
    bridge.submit(spec("count", steps=400), heard.append)
    qtbot.waitUntil(lambda: bool(heard) and is_last_word(heard[-1]), timeout=60_000)
    qtbot.waitUntil(lambda: bool(changes))
    assert len(heard) > 800
    assert len(changes) < len(heard)


@pytest.mark.parametrize("named", [True, False])
def test_that_a_durable_run_finds_its_listener_at_the_next_start(
    qtbot: QtBot, bridge: JobBridge, home: WorkbenchPaths, named: bool
) -> None:
    durable = spec("count", steps=3).model_copy(update={"durable": True})
    first = bridge.submit(durable, lambda event: None)
    qtbot.waitUntil(lambda: any(job.started_at for job in bridge.jobs()), timeout=60_000)
    bridge.shutdown()

    second = JobBridge(JobRunner(home, grace_seconds=0.5))
    heard: list[JobEvent] = []
    if named:
        second.on_durable(durable.task, lambda spec: heard.append)
    try:
        second.attach_durable()
        qtbot.waitUntil(lambda: all(job.last_word for job in second.jobs()), timeout=60_000)
        if named and second.jobs():
            qtbot.waitUntil(lambda: bool(heard) and is_last_word(heard[-1]))
            assert heard[-1].job_id == first.id
        else:
            assert heard == []
    finally:
        second.shutdown()
        psutil.wait_procs(psutil.Process().children(), timeout=60)


def test_that_an_event_is_recorded_on_the_jobs_thread_before_it_is_heard(qtbot: QtBot, bridge: JobBridge) -> None:
    order: list[tuple[str, int, bool]] = []

    def note(what: str, event: JobEvent) -> None:
        order.append((what, event.sequence, threading.current_thread() is threading.main_thread()))

    bridge.record_with(lambda _spec: partial(note, "recorded"))
    bridge.submit(spec("count", steps=2), partial(note, "heard"))
    qtbot.waitUntil(lambda: bridge.jobs()[-1].last_word is not None and order[-1][0] == "heard", timeout=60_000)
    for sequence in {number for _, number, _ in order}:
        assert [(what, is_ui) for what, number, is_ui in order if number == sequence] == [
            ("recorded", False),
            ("heard", True),
        ]


def test_that_a_job_whose_work_cannot_be_recorded_ends_as_failed(qtbot: QtBot, bridge: JobBridge) -> None:
    heard: list[JobEvent] = []

    def record(event: JobEvent) -> None:
        if isinstance(event, Produced) and event.item["text"] == "1":
            raise WorkbenchError("The disk is full.", hint="Free some space.")

    bridge.record_with(lambda _spec: record)
    bridge.submit(spec("count", steps=5), heard.append)
    qtbot.waitUntil(lambda: bool(heard) and is_last_word(heard[-1]), timeout=60_000)
    assert isinstance(heard[-1], Failed)
    assert (heard[-1].message, heard[-1].hint) == ("The disk is full.", "Free some space.")
    assert [event.item["text"] for event in heard if isinstance(event, Produced)] == ["0"]
