"""A cancel is asked for in words first, and insisted upon after the grace."""

import threading
import time

from tests.jobs.conftest import PATIENCE_SECONDS, Heard, sample
from workbench.jobs.events import Cancelled, Crashed, Finished, Queued, Started
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobState
from workbench.paths import WorkbenchPaths


def test_that_a_task_that_listens_is_cancelled_without_force(home: WorkbenchPaths) -> None:
    runner = JobRunner(home, grace_seconds=60)  # force would come too late for this test
    heard = Heard()
    handle = runner.submit(sample("run_until_cancelled", text="hi", worker="warm"), heard)
    heard.wait_for_item()
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    word = runner.submit(sample("process_id", worker="warm"), Heard()).wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished) and word.result["number"] == heard.of_type(Started)[0].pid
    runner.shutdown()


def test_that_a_deaf_task_is_terminated(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(sample("deaf", text="hi"), heard)
    heard.wait_for_item()
    handle.cancel()
    assert runner.jobs()[0].is_cancelling
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    assert runner.jobs()[0].state is JobState.CANCELLED and not runner.jobs()[0].is_cancelling


def test_that_a_task_deaf_to_terminate_is_killed(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(sample("deaf_to_terminate"), heard)
    heard.wait_for_item()
    begun = time.monotonic()
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    assert time.monotonic() - begun > 3, "terminate was enough, so this proved nothing"


def test_that_a_cancel_before_the_start_takes_effect(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(sample("run_until_cancelled", text="hi"), heard)
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)


def test_that_cancelling_twice_or_too_late_changes_nothing(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(sample("echo", text="hi"), heard)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Finished)
    told = len(heard.events)
    handle.cancel()
    runner.cancel(handle.id)
    runner.cancel("nobody")
    assert isinstance(handle.wait(0), Finished) and len(heard.events) == told


def test_that_whoever_shared_a_worker_with_a_deaf_task_starts_again(runner: JobRunner, home: WorkbenchPaths) -> None:
    heard, gate = Heard(), home.cache / "gate"
    innocent = runner.submit(sample("wait_for_file", text=str(gate), worker="warm"), heard)
    deaf_heard = Heard()
    deaf = runner.submit(sample("deaf", text="hi", worker="warm", title="Old question"), deaf_heard)
    heard.wait_for_item(1)
    deaf_heard.wait_for_item(1)
    deaf.cancel()
    assert isinstance(deaf.wait(PATIENCE_SECONDS), Cancelled)
    heard.wait_for_item(2)
    gate.touch()
    assert isinstance(innocent.wait(PATIENCE_SECONDS), Finished)
    reasons = [event.reason for event in heard.of_type(Queued)]
    assert reasons == ["", "starts again, because 'Old question' did not stop"]
    first, second = heard.of_type(Started)
    assert first.pid != second.pid


def test_that_an_innocent_job_starts_again_only_once(runner: JobRunner) -> None:
    heard = Heard()
    innocent = runner.submit(sample("deaf", text="innocent", worker="warm"), heard)
    heard.wait_for_item(1)
    for items in (1, 2):
        heard.wait_for_item(items)
        guilty_heard = Heard()
        guilty = runner.submit(sample("deaf", text="guilty", worker="warm", title="Guilty"), guilty_heard)
        guilty_heard.wait_for_item()
        guilty.cancel()
        assert isinstance(guilty.wait(PATIENCE_SECONDS), Cancelled)
    word = innocent.wait(PATIENCE_SECONDS)
    assert isinstance(word, Crashed)
    assert word.message == "The worker process was ended twice, because 'Guilty' did not stop."


def test_that_a_cancel_from_the_listener_itself_is_heard(runner: JobRunner) -> None:
    started = threading.Event()

    def listen(event: object) -> None:
        if isinstance(event, Started):
            started.set()
            runner.cancel(event.job_id)

    word = runner.submit(sample("run_until_cancelled", text="hi"), listen).wait(PATIENCE_SECONDS)
    assert isinstance(word, Cancelled) and started.is_set()
