"""Warm workers, lanes, priorities, shutdown: how jobs share one computer."""

import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import PATIENCE_SECONDS, ROOT, Heard, sample
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Finished, Queued, Started
from workbench.jobs.limits import usable_cores
from workbench.jobs.runner import JobRunner
from workbench.paths import WorkbenchPaths


def result_of(runner: JobRunner, task: str, *, background: bool = False, worker: str = "") -> dict[str, object]:
    spec = sample(task, worker=worker).model_copy(update={"background": background})
    word = runner.submit(spec, Heard()).wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished), word
    return word.result


def test_that_two_jobs_are_inside_one_warm_worker_at_once(runner: JobRunner) -> None:
    heard = [Heard(), Heard()]
    handles = [runner.submit(sample("meet", text="corner", worker="warm"), listener) for listener in heard]
    words = [handle.wait(PATIENCE_SECONDS) for handle in handles]
    pids = {word.result["number"] for word in words if isinstance(word, Finished)}
    assert len(pids) == 1, words
    for handle, listener in zip(handles, heard, strict=True):
        assert {event.job_id for event in listener.events} == {handle.id}


def test_that_a_warm_worker_is_used_again_and_a_fresh_one_is_not(runner: JobRunner) -> None:
    assert result_of(runner, "process_id", worker="warm") == result_of(runner, "process_id", worker="warm")
    assert result_of(runner, "process_id") != result_of(runner, "process_id")


def test_that_jobs_of_one_lane_wait_for_each_other_and_say_for_whom(runner: JobRunner, home: WorkbenchPaths) -> None:
    gate, first_heard, second_heard = home.cache / "gate", Heard(), Heard()
    first = runner.submit(sample("wait_for_file", text=str(gate), lane="index", title="Index handbook"), first_heard)
    second = runner.submit(sample("echo", text="hi", lane="index", title="Index recipes"), second_heard)
    other = runner.submit(sample("echo", text="hi", lane="another"), Heard())
    second_heard.wait_for(lambda event: isinstance(event, Queued) and event.reason == "waits for 'Index handbook'")
    assert runner.jobs()[1].queue_reason == "waits for 'Index handbook'"
    assert isinstance(other.wait(PATIENCE_SECONDS), Finished), "another lane does not wait"
    assert not second_heard.of_type(Started)
    gate.touch()
    ends = [first.wait(PATIENCE_SECONDS), second.wait(PATIENCE_SECONDS)]
    assert all(isinstance(word, Finished) for word in ends)
    assert second_heard.of_type(Started)[0].at >= first_heard.events[-1].at


def test_that_a_queued_job_can_be_cancelled(runner: JobRunner) -> None:
    first_heard, second_heard = Heard(), Heard()
    first = runner.submit(sample("run_until_cancelled", text="a", lane="index"), first_heard)
    second = runner.submit(sample("echo", text="b", lane="index"), second_heard)
    third = runner.submit(sample("echo", text="c", lane="index"), Heard())
    second.cancel()
    assert isinstance(second.wait(PATIENCE_SECONDS), Cancelled)
    assert not second_heard.of_type(Started)
    first.cancel()
    assert isinstance(first.wait(PATIENCE_SECONDS), Cancelled)
    assert isinstance(third.wait(PATIENCE_SECONDS), Finished)


@pytest.mark.skipif(sys.platform != "linux", reason="niceness, core limit and out-of-memory score as Linux has them")
def test_that_background_work_is_nice_and_leaves_a_core_free(runner: JobRunner) -> None:
    here = psutil.Process().nice()
    window, background = result_of(runner, "surroundings"), result_of(runner, "surroundings", background=True)
    assert (window["niceness"], background["niceness"]) == (here, min(19, int(here) + 10))
    assert window["threads"] == usable_cores() and background["threads"] == max(1, usable_cores() - 1)
    assert background["omp_threads"] == str(background["threads"])
    assert background["core_limit"] == 0 and background["oom_score_adjustment"] == 800


def test_that_the_number_of_background_threads_can_be_chosen(home: WorkbenchPaths) -> None:
    runner = JobRunner(home, background_threads=7)
    assert result_of(runner, "surroundings", background=True)["threads"] == 7
    runner.shutdown()


def test_that_a_module_in_the_users_folder_is_not_imported(
    runner: JobRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a trap')")
    monkeypatch.chdir(tmp_path)
    assert result_of(runner, "process_id")


def test_that_a_shutdown_leaves_no_process_and_no_thread(home: WorkbenchPaths) -> None:
    before = set(threading.enumerate())
    others = {child.pid for child in psutil.Process().children()}  # dead ones of earlier tests that nobody asked for
    runner = JobRunner(home)
    heard = [Heard(), Heard(), Heard()]
    handles = [
        runner.submit(sample("run_until_cancelled", text="a", worker="warm"), heard[0]),
        runner.submit(sample("deaf", text="b"), heard[1]),
        runner.submit(sample("echo", text="c", worker="warm"), heard[2]),
    ]
    heard[0].wait_for_item()
    heard[1].wait_for_item()
    runner.shutdown()
    assert [handle.wait(0) is not None for handle in handles] == [True, True, True]
    assert set(threading.enumerate()) == before
    assert not [child for child in psutil.Process().children() if child.pid not in others]
    with pytest.raises(WorkbenchError, match="closing"):
        runner.submit(sample("echo", text="late"), Heard())


def test_that_the_windows_side_is_light() -> None:
    """What a window imports of this room takes about as long as pydantic, which it needs anyway; nothing heavy."""
    program = (
        "import sys, time, workbench; begun = time.process_time();"
        "from pydantic import BaseModel, Field, TypeAdapter; between = time.process_time();"
        "import workbench.jobs.runner, workbench.jobs.spec, workbench.jobs.events;"
        "print(between - begun, time.process_time() - between); print(*sys.modules)"
    )
    yardsticks, times = [], []
    for _ in range(3):  # the quickest of three counts
        out = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        seconds, modules = out.stdout.splitlines()
        yardstick, own = map(float, seconds.split())
        yardsticks.append(yardstick)
        times.append(own)
    assert min(times) < 2 * min(yardsticks)
    heavy = {"torch", "numpy", "PySide6", "transformers", "lancedb", "pyarrow", "sqlalchemy", "psutil", "llama_cpp"}
    assert not heavy & set(modules.split())
