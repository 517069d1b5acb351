"""Durable runs under a living app: commands, cancel, death, lanes, what is on disk."""

import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.jobs.conftest import PATIENCE_SECONDS, Heard, sample, wait_until_gone
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Finished, Logged, Produced, Queued, Started
from workbench.jobs.run_folder import EventReader, RunFolder
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec, JobState, NotHeardError
from workbench.paths import WorkbenchPaths


def durable(task: str, **params: Any) -> JobSpec:
    return sample(task, title="Train adapter", **params).model_copy(update={"durable": True})


def only_run(runner: JobRunner) -> RunFolder:
    (summary,) = runner.durable_runs()
    return RunFolder(summary.folder)


def test_that_a_run_ends_with_its_result_and_is_not_told_again(runner: JobRunner, home: WorkbenchPaths) -> None:
    heard = Heard()
    handle = runner.submit(durable("count", number=1000), heard)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Finished)
    assert [item["number"] for item in heard.items] == list(range(1000))
    assert runner.durable_runs()[0].state is JobState.FINISHED
    assert runner.attach_durable(lambda spec: heard) == []
    assert only_run(runner).seen.exists()


def test_that_a_result_nobody_has_heard_is_told_at_the_next_start(runner: JobRunner, home: WorkbenchPaths) -> None:
    handle = runner.submit(durable("count", number=10), Heard())
    assert isinstance(handle.wait(PATIENCE_SECONDS), Finished)
    only_run(runner).seen.unlink()  # as if the app had died before it recorded the result
    later, heard = JobRunner(home), Heard()
    (found,) = later.attach_durable(lambda spec: heard)
    assert isinstance(found.wait(PATIENCE_SECONDS), Finished)
    assert found.id == handle.id and len(heard.items) == 10
    later.shutdown()
    assert only_run(runner).seen.exists()


@pytest.mark.logs_warnings
@pytest.mark.parametrize("problem", [OSError("the database is locked"), NotHeardError()])
def test_that_a_result_its_listener_could_not_record_is_told_again(
    runner: JobRunner, home: WorkbenchPaths, problem: Exception
) -> None:
    def broken(event: object) -> None:
        if isinstance(event, Finished):
            raise problem

    runner.submit(durable("count", number=1), broken).wait(PATIENCE_SECONDS)
    runner.shutdown()
    later, heard = JobRunner(home), Heard()
    (found,) = later.attach_durable(lambda spec: heard)
    assert isinstance(found.wait(PATIENCE_SECONDS), Finished)
    later.shutdown()


def test_that_commands_reach_the_task_in_order(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(durable("obey"), heard)
    heard.wait_for_item()
    runner.send_command(handle.id, "pause")
    runner.send_command(handle.id, "resume", at_step=7)
    runner.send_command(handle.id, "stop")
    word = handle.wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished) and word.result == {"text": "pause resume{'at_step': 7} stop"}


def test_that_commands_reach_an_ordinary_task_too(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(sample("obey"), heard)
    heard.wait_for_item()
    runner.send_command(handle.id, "stop")
    word = handle.wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished) and word.result == {"text": "stop"}


def test_that_an_app_that_does_not_follow_can_still_end_a_run(runner: JobRunner, home: WorkbenchPaths) -> None:
    heard = Heard()
    handle = runner.submit(durable("run_until_cancelled", text="hi"), heard)
    heard.wait_for_item()
    other = JobRunner(home)
    assert other.durable_runs()[0].is_followed
    assert other.attach_durable(lambda spec: Heard()) == [], "one app at a time records the result"
    other.cancel(handle.id)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    other.shutdown()


def test_that_a_run_that_is_deaf_is_killed_and_its_cancel_written(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(durable("deaf", text="hi"), heard)
    heard.wait_for_item()
    worker = heard.of_type(Started)[0].pid
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    wait_until_gone(worker)
    assert runner.durable_runs()[0].state is JobState.CANCELLED


def test_that_the_systems_wish_to_end_lets_the_task_finish_its_step(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(durable("obey"), heard)
    heard.wait_for_item()
    os.kill(heard.of_type(Started)[0].pid, signal.SIGTERM)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    assert [item["text"] for item in heard.items] == ["ready", "terminate"]


def test_that_a_kill_is_a_crash_with_its_cause(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(durable("deaf", text="hi"), heard)
    heard.wait_for_item()
    os.kill(heard.of_type(Started)[0].pid, signal.SIGKILL)
    word = handle.wait(PATIENCE_SECONDS)
    assert isinstance(word, Crashed) and word.exit_code == -signal.SIGKILL
    assert word.message == "The worker process was killed by the system or by someone (signal 9)."
    assert only_run(runner).last_word() == word


def test_that_a_run_found_dead_is_crashed_and_only_told_once(home: WorkbenchPaths) -> None:
    runner, heard = JobRunner(home), Heard()
    handle = runner.submit(durable("segfault_at_command"), heard)
    heard.wait_for_item()
    worker = heard.of_type(Started)[0].pid
    runner.detach(handle.id)
    assert handle.wait(PATIENCE_SECONDS) is None, "detached: the run goes on without a last word here"
    runner.send_command(handle.id, "crash")
    wait_until_gone(worker)
    run = only_run(runner)
    runner.shutdown()
    with run.events.open("ab") as events:
        events.write(b'{"event":"produced","job_')  # what a dying writer may leave

    later, heard = JobRunner(home), Heard()
    assert later.durable_runs()[0].state is JobState.CRASHED
    (found,) = later.attach_durable(lambda spec: heard)
    word = found.wait(PATIENCE_SECONDS)
    assert isinstance(word, Crashed) and "(segmentation fault)" in word.message
    assert run.last_word() == word and len(list(EventReader(run.events).read_new())) == len(heard.events)
    assert later.attach_durable(lambda spec: heard) == []
    later.shutdown()


def test_that_a_run_that_never_began_begins_at_the_next_start(home: WorkbenchPaths) -> None:
    runner, gate = JobRunner(home), home.cache / "gate"
    first = durable("wait_for_file", text=str(gate)).model_copy(update={"lane": "training"})
    second = durable("count", number=3).model_copy(update={"lane": "training"})
    heard, waiting = Heard(), Heard()
    runner.submit(first, heard)
    runner.submit(second, waiting)
    heard.wait_for_item()
    waiting.wait_for(lambda event: isinstance(event, Queued) and event.reason == "waits for 'Train adapter'")
    runner.shutdown()
    assert [run.state for run in runner.durable_runs()] == [JobState.RUNNING, JobState.QUEUED]

    later, listeners = JobRunner(home), [Heard(), Heard()]
    remaining = iter(listeners)
    handles = later.attach_durable(lambda spec: next(remaining))
    listeners[1].wait_for(lambda event: isinstance(event, Queued) and event.reason == "waits for 'Train adapter'")
    assert not listeners[1].of_type(Started)
    gate.touch()
    assert all(isinstance(handle.wait(PATIENCE_SECONDS), Finished) for handle in handles)
    assert len(listeners[1].items) == 3
    later.shutdown()


def test_that_a_run_can_be_tried_again_in_its_folder(runner: JobRunner) -> None:
    spec = durable("count", number=2).model_copy(update={"run_folder": "house-style"})
    for _ in range(2):
        heard = Heard()
        assert isinstance(runner.submit(spec, heard).wait(PATIENCE_SECONDS), Finished)
        assert len(heard.items) == 2
    run = only_run(runner)
    assert run.folder.name == "house-style" and (run.folder / "attempt-1" / "events.jsonl").exists()


def test_that_two_workers_never_share_a_run_folder(runner: JobRunner) -> None:
    spec = durable("run_until_cancelled", text="hi").model_copy(update={"run_folder": "house-style"})
    heard = Heard()
    handle = runner.submit(spec, heard)
    heard.wait_for_item()
    with pytest.raises(WorkbenchError, match="'Train adapter' is running already"):
        runner.submit(spec, Heard())
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)


def test_that_a_run_folder_outside_the_data_folder_is_refused(runner: JobRunner, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="is not inside"):
        runner.submit(durable("echo", text="hi").model_copy(update={"run_folder": str(tmp_path)}), Heard())


def test_that_a_durable_worker_has_a_session_and_a_log_of_its_own(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(durable("logs_and_prints"), heard)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Finished)
    assert [event.text for event in heard.of_type(Logged)] == ["said in words"]
    log_path = runner.jobs()[0].log_path
    assert log_path == only_run(runner).output
    assert log_path is not None and "printed" in log_path.read_text() and "said in words" in log_path.read_text()
    produced = heard.of_type(Produced)[0]
    assert produced.item["number"] == heard.of_type(Started)[0].pid, "it leads a session of its own"
    assert produced.item["number"] != os.getsid(0)


def test_that_a_durable_worker_is_started_with_the_variables_of_its_spec(runner: JobRunner) -> None:
    spec = durable("surroundings").model_copy(update={"environment": {"FLAVOUR": "plum"}})
    last = runner.submit(spec, Heard()).wait(PATIENCE_SECONDS)
    assert isinstance(last, Finished)
    assert last.result["flavour"] == "plum"
    assert last.result["omp_threads"] == str(last.result["threads"]), "beside those of every worker"


def test_that_a_flood_of_log_lines_is_complete(runner: JobRunner) -> None:
    heard = Heard()
    assert isinstance(runner.submit(durable("flood", number=10_000), heard).wait(PATIENCE_SECONDS), Finished)
    assert [event.text for event in heard.of_type(Logged)] == [f"line {number}" for number in range(10_000)]


@pytest.mark.logs_warnings
def test_that_a_damaged_run_folder_does_not_hide_the_others(runner: JobRunner, home: WorkbenchPaths) -> None:
    runner.submit(durable("echo", text="hi"), Heard()).wait(PATIENCE_SECONDS)
    (home.runs / "broken").mkdir()
    (home.runs / "broken" / "spec.json").write_text('{"job_id": "half')
    assert len(runner.durable_runs()) == 1
    assert not psutil.Process().children()
