"""A job in a process of its own: what it says, what it cannot break."""

import logging

import pytest

from tests.jobs.conftest import PATIENCE_SECONDS, Heard, sample
from workbench.jobs.events import Failed, Finished, Logged, Produced, Progressed, is_last_word
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec, JobState


def finish(runner: JobRunner, spec: JobSpec) -> Heard:
    """Run the job to its last word, which is exactly one, the last, and numbered without a gap."""
    heard = Heard()
    word = runner.submit(spec, heard).wait(PATIENCE_SECONDS)
    assert word is not None, heard.events
    assert [event for event in heard.events if is_last_word(event)] == [word] == heard.events[-1:]
    assert [event.sequence for event in heard.events] == list(range(1, len(heard.events) + 1))
    return heard


def test_that_a_result_comes_back(runner: JobRunner) -> None:
    heard = finish(runner, sample("echo", text="Grüße, 你好, 🙂"))
    assert [event.event for event in heard.events] == ["queued", "started", "finished"]
    assert heard.events[-1].result == {"text": "Grüße, 你好, 🙂"}  # type: ignore[union-attr]
    assert all(event.at > 0 for event in heard.events)


def test_that_twenty_thousand_items_arrive_in_order(runner: JobRunner) -> None:
    heard = finish(runner, sample("count", number=20_000))
    assert [item["number"] for item in heard.items] == list(range(20_000))


def test_that_progress_is_told(runner: JobRunner) -> None:
    told = finish(runner, sample("steps", number=3)).of_type(Progressed)
    assert [(event.done, event.total, event.label) for event in told] == [
        (0, 3, "step 0"),
        (1, 3, "step 1"),
        (2, 3, "step 2"),
    ]


def test_that_a_task_may_need_no_request_and_return_nothing(runner: JobRunner) -> None:
    assert finish(runner, sample("no_request")).events[-1] == Finished(
        job_id=runner.jobs()[0].id, sequence=4, at=runner.jobs()[0].ended_at
    )


def test_that_nothing_a_library_prints_gets_between_the_events(runner: JobRunner) -> None:
    heard = finish(runner, sample("chatty"))
    assert heard.events[-1].result == {"text": ""}, "a task must not eat the orders on stdin"  # type: ignore[union-attr]
    log_path = runner.jobs()[0].log_path
    assert log_path is not None
    log = log_path.read_text()
    assert all(f"from {who}" in log for who in ("print", "file descriptor 1", "the C library", "a child"))


def test_that_the_log_of_a_worker_comes_as_events_and_stays_in_a_file(runner: JobRunner) -> None:
    heard = finish(runner, sample("logs"))
    said = [(event.level, event.logger, event.text) for event in heard.of_type(Logged)]
    assert said == [("INFO", "workbench.sample", "ours: 1"), ("WARNING", "somebody.else", "theirs")]
    log_path = runner.jobs()[0].log_path
    assert log_path is not None
    assert "ours: 1" in log_path.read_text() and "theirs" in log_path.read_text()


def test_that_an_expected_problem_has_no_traceback(runner: JobRunner) -> None:
    word = finish(runner, sample("expected_problem")).events[-1]
    assert isinstance(word, Failed)
    assert (word.message, word.hint, word.details, word.code) == (
        "notes.pdf cannot be read.",
        "Save it again.",
        "",
        "unreadable",
    )


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("bug", "KeyError: 'no such thing'"),
        ("calls_exit", "SystemExit: 4"),
        ("returns_a_string", "returned str, not a Boundary"),
        ("no_such_task", "there is no task 'tests.jobs.sample_tasks:no_such_task'"),
    ],
)
def test_that_a_bug_keeps_its_traceback_for_the_details(runner: JobRunner, task: str, sentence: str) -> None:
    word = finish(runner, sample(task)).events[-1]
    assert isinstance(word, Failed)
    assert sentence in word.message
    assert word.code == "bug" and "Traceback" in word.details and "Traceback" not in word.message


def test_that_a_request_of_the_wrong_shape_is_named(runner: JobRunner) -> None:
    word = finish(runner, sample("echo", txt="misspelled")).events[-1]
    assert isinstance(word, Failed)
    assert word.message == "The request for 'echo' is not valid: text: Field required"
    assert word.code == "invalid_request"


def test_that_an_item_too_large_for_one_line_fails_in_words(runner: JobRunner) -> None:
    word = finish(runner, sample("huge_item")).events[-1]
    assert isinstance(word, Failed) and word.code == "result_too_large"
    assert word.message == "A result of 17 MB is too large to hand over in one piece."


def test_that_nothing_follows_the_last_word(runner: JobRunner) -> None:
    heard = finish(runner, sample("keeps_talking", text="more", worker="warm"))
    # A second job in the same worker, so that the chatter of the first had every chance to arrive.
    finish(runner, sample("count", number=500, worker="warm"))
    assert isinstance(heard.events[-1], Finished)


def test_that_odd_values_survive_the_journey(runner: JobRunner) -> None:
    items = finish(runner, sample("odd_values")).items
    assert items[0]["loss"] != items[0]["loss"], "a loss that is not a number stays one"
    assert items[0]["text"] == "scan?.pdf", "a name that is not UTF-8 is shown as well as can be"


@pytest.mark.logs_warnings
def test_that_a_listener_with_a_bug_harms_nobody(runner: JobRunner, caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: object) -> None:
        raise ValueError("a bug in a view")

    word = runner.submit(sample("echo", text="hi"), broken).wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished)
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_that_a_snapshot_tells_the_whole_story(runner: JobRunner) -> None:
    finish(runner, sample("steps", number=4, title="Index handbook"))
    (snapshot,) = runner.jobs()
    assert snapshot.state is JobState.FINISHED and isinstance(snapshot.last_word, Finished)
    assert (snapshot.done, snapshot.total, snapshot.label) == (3, 4, "step 3")
    assert snapshot.submitted_at <= snapshot.started_at <= snapshot.ended_at == snapshot.last_event_at
    assert snapshot.spec.title == "Index handbook"


def test_that_an_observer_sees_the_events_of_all_jobs(runner: JobRunner) -> None:
    everything = Heard()
    stop = runner.observe(everything)
    first, second = finish(runner, sample("count", number=3)), finish(runner, sample("echo", text="hi"))
    stop()
    finish(runner, sample("echo", text="unseen"))
    assert everything.events == first.events + second.events
    assert len(everything.of_type(Produced)) == 3
