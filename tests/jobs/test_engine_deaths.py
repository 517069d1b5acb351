"""What may happen to the llm worker while it answers: killed, its file deleted, its memory used up."""

import os
import queue
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import wait_until_gone
from tests.jobs.test_generate_in_worker import PATIENCE, next_of, spec
from tests.llm_models import write_saying_gguf, write_tiny_gguf
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent, Produced, Started
from workbench.jobs.runner import JobRunner
from workbench.llm.tasks import GenerateReport
from workbench.paths import WorkbenchPaths


@pytest.fixture
def runner(home: WorkbenchPaths) -> Iterator[JobRunner]:
    runner = JobRunner(home)
    yield runner
    runner.shutdown()
    assert [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE] == []


def endless(tmp_path: Path) -> Path:
    return write_tiny_gguf(tmp_path / "long.gguf", context=100_000, ends=False)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_that_a_worker_killed_in_the_middle_of_an_answer_keeps_the_text_and_the_next_request_works(
    runner: JobRunner, tmp_path: Path
) -> None:
    events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
    handle = runner.submit(spec(endless(tmp_path), tokens=90_000, context=100_000), events.put)
    started = next_of(events, Started)
    assert isinstance(started, Started)
    text = next_of(events, Produced)
    assert isinstance(text, Produced) and text.item["text"]  # was handed over before, so nobody loses it
    os.kill(started.pid, signal.SIGKILL)
    word = handle.wait(PATIENCE)
    assert isinstance(word, Crashed) and word.exit_code == -signal.SIGKILL
    wait_until_gone(started.pid)
    after = runner.submit(spec(write_saying_gguf(tmp_path / "saying.gguf", "Hey!")), lambda _: None).wait(PATIENCE)
    assert isinstance(after, Finished)
    assert GenerateReport.model_validate(after.result).completions[0].text == "Hey!"


@pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be deleted there")
def test_that_a_file_deleted_while_it_answers_ends_no_answer_and_is_named_at_the_next(
    runner: JobRunner, tmp_path: Path
) -> None:
    path = write_saying_gguf(tmp_path / "saying.gguf", "Hey!")
    asked = spec(path)
    assert isinstance(runner.submit(asked, lambda _: None).wait(PATIENCE), Finished)
    events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
    long = endless(tmp_path)
    running = runner.submit(spec(long, tokens=2000, context=4096), events.put)
    next_of(events, Produced)
    long.unlink()
    path.unlink()
    answered = running.wait(PATIENCE)
    assert isinstance(answered, Finished), answered
    report = GenerateReport.model_validate(answered.result)
    assert (report.completions[0].usage.generated_tokens, report.model_hash) == (2000, "")
    refused = runner.submit(asked, lambda _: None).wait(PATIENCE)
    assert isinstance(refused, Failed) and refused.code == "file_missing"
    assert "saying.gguf" in refused.message


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS")
@pytest.mark.parametrize("room_bytes", [20_000_000, 60_000_000, 90_000_000])
def test_that_memory_that_runs_out_during_the_load_is_a_sentence_and_the_next_model_works(
    runner: JobRunner, tmp_path: Path, room_bytes: int
) -> None:
    import resource

    small = spec(write_saying_gguf(tmp_path / "saying.gguf", "Hey!"))
    events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
    assert isinstance(runner.submit(small, events.put).wait(PATIENCE), Finished)
    started = next_of(events, Started)
    assert isinstance(started, Started)
    big = spec(write_tiny_gguf(tmp_path / "big.gguf", width=1024, blocks=4, feed_forward=4096, heads=8, heads_kv=8))
    room = psutil.Process(started.pid).memory_info().vms + room_bytes
    resource.prlimit(started.pid, resource.RLIMIT_AS, (room, room))
    word = runner.submit(big, lambda _: None).wait(PATIENCE)
    assert isinstance(word, Failed) and word.code == "out_of_memory", word
    assert isinstance(runner.submit(small, lambda _: None).wait(PATIENCE), Finished)
