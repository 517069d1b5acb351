"""One job inside a worker, without a process: numbering, silence after the last word, commands."""

import threading
from typing import Any

from workbench.jobs.events import Cancelled, Failed, Finished, Produced, from_line
from workbench.jobs.execution import Execution
from workbench.jobs.wire import SendCommand

SAMPLES = "tests.jobs.sample_tasks:"


class Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)


def test_that_events_are_numbered_from_one_and_stamped() -> None:
    sink = Lines()
    word = Execution("job", sink).run(SAMPLES + "count", {"number": 2})
    events = [from_line(line) for line in sink.lines]
    assert isinstance(word, Finished)
    assert [(event.sequence, event.event) for event in events] == [
        (1, "started"),
        (2, "produced"),
        (3, "produced"),
        (4, "finished"),
    ]
    assert all(event.job_id == "job" and event.at > 0 for event in events)


def test_that_nothing_is_said_after_the_last_word() -> None:
    sink = Lines()
    execution = Execution("job", sink)
    execution.run(SAMPLES + "no_request", {})
    told = list(sink.lines)
    execution.say(Finished(job_id="job"))
    execution.produce(SendCommand(name="late"))
    assert sink.lines == told


def test_that_a_cancelled_execution_does_not_even_import_the_task() -> None:
    execution = Execution("job", Lines())
    execution.cancel()
    assert isinstance(execution.run("no.such.module:task", {}), Cancelled)


def test_that_a_command_that_comes_too_early_is_kept_for_the_task() -> None:
    execution, heard = Execution("job", Lines()), []

    def hear(name: str, arguments: dict[str, Any]) -> None:
        heard.append((name, arguments, threading.current_thread()))

    execution.command("pause", {"at": 3})
    execution.on_command(hear)
    execution.command("resume", {})
    assert [(name, arguments) for name, arguments, _ in heard] == [("pause", {"at": 3}), ("resume", {})]


def test_that_a_result_too_large_becomes_a_failure() -> None:
    sink = Lines()
    word = Execution("job", sink).run(SAMPLES + "echo", {"text": "x" * 17_000_000})
    assert isinstance(word, Failed) and word.code == "result_too_large"
    assert from_line(sink.lines[-1]) == word.model_copy(update={"sequence": 2, "at": from_line(sink.lines[-1]).at})


def test_that_a_produced_item_carries_the_name_of_its_type() -> None:
    sink = Lines()
    Execution("job", sink).run(SAMPLES + "count", {"number": 1})
    event = from_line(sink.lines[1])
    assert isinstance(event, Produced) and event.kind == "Count"
