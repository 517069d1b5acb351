"""Every way a worker can die has a name, and takes nothing with it."""

import os
import signal

import pytest

from tests.jobs.conftest import PATIENCE_SECONDS, Heard, sample, wait_until_gone
from workbench.jobs.events import Crashed, Finished, Produced, Started
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec


def crash(runner: JobRunner, spec: JobSpec) -> Crashed:
    word = runner.submit(spec, Heard()).wait(PATIENCE_SECONDS)
    assert isinstance(word, Crashed), word
    return word


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGSEGV, "(segmentation fault)"),
        (signal.SIGABRT, "(abort)"),
        (signal.SIGBUS, "a file changed while it was in use, or a disk could not be read (bus error)"),
        (signal.SIGILL, "an instruction that this processor does not have (illegal instruction)"),
        (signal.SIGFPE, "(arithmetic error)"),
        (signal.SIGKILL, "was killed by the system or by someone (signal 9)."),
        (signal.SIGTERM, "ended from outside (terminated)"),
    ],
)
def test_that_a_signal_is_said_in_words(runner: JobRunner, number: signal.Signals, words: str) -> None:
    word = crash(runner, sample("die_by_signal", number=number.value))
    assert words in word.message
    assert word.exit_code == -number


def test_that_a_real_segfault_keeps_the_last_lines_of_stderr(runner: JobRunner) -> None:
    word = crash(runner, sample("segfault"))
    assert word.exit_code == -signal.SIGSEGV
    assert word.stderr_tail.startswith("loading tensors")
    assert "Fatal Python error: Segmentation fault" in word.stderr_tail and "in segfault" in word.stderr_tail


def test_that_an_assertion_of_a_library_is_quoted(runner: JobRunner) -> None:
    word = crash(runner, sample("abort_with_words"))
    assert word.message.endswith("(abort). It said: GGML_ASSERT(n_layer > 0) failed")


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended too early, without a result"), (3, "ended by itself, without a result (exit code 3)")],
)
def test_that_an_early_exit_is_not_taken_for_success(runner: JobRunner, code: int, words: str) -> None:
    word = crash(runner, sample("exit_early", number=code))
    assert word.exit_code == code and words in word.message


@pytest.mark.logs_warnings
@pytest.mark.parametrize("task", ["garbage", "deep_garbage"])
def test_that_garbage_among_the_events_ends_the_worker(runner: JobRunner, task: str) -> None:
    assert crash(runner, sample(task)).message == (
        "The worker process sent something that is not an event; it was ended."
    )


def test_that_a_line_without_end_ends_the_worker(runner: JobRunner) -> None:
    assert "sent a line of more than 16,777,216 bytes" in crash(runner, sample("huge_line")).message


def test_that_half_a_line_is_no_event(runner: JobRunner) -> None:
    assert crash(runner, sample("half_a_line")).exit_code == -signal.SIGKILL


def test_that_a_crash_is_noticed_although_a_child_holds_the_pipes_open(runner: JobRunner) -> None:
    heard = Heard()
    word = runner.submit(sample("leaves_a_child"), heard).wait(PATIENCE_SECONDS)
    assert isinstance(word, Crashed)
    wait_until_gone(heard.items[0]["number"])


def test_that_a_kill_from_outside_crashes_a_warm_worker_which_is_replaced(runner: JobRunner) -> None:
    heard = Heard()
    handle = runner.submit(sample("deaf", text="working", worker="warm"), heard)
    heard.wait_for(lambda event: isinstance(event, Produced))
    first = heard.of_type(Started)[0].pid
    os.kill(first, signal.SIGKILL)
    assert isinstance(handle.wait(PATIENCE_SECONDS), Crashed)
    word = runner.submit(sample("process_id", worker="warm"), Heard()).wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished) and word.result["number"] != first


def test_that_a_worker_that_cannot_start_is_a_sentence(runner: JobRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    word = runner.submit(sample("echo", text="hi", title="Ask"), Heard()).wait(PATIENCE_SECONDS)
    assert word is not None and word.event == "failed"
    assert word.message == "No worker process could be started for 'Ask'."
