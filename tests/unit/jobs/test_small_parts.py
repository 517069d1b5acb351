"""Causes in words, lanes, threads, insistence, the estimate of what is left."""

import os
import signal

import pytest

from workbench.jobs.causes import describe_death
from workbench.jobs.events import Progressed, Started
from workbench.jobs.insistence import Insistence
from workbench.jobs.job import Job
from workbench.jobs.lanes import Lanes
from workbench.jobs.limits import THREAD_VARIABLES, thread_count, thread_environment
from workbench.jobs.spec import JobSpec


@pytest.mark.parametrize("code", [-1, -6, -11, -64, -99, 0, 1, 3, 139, 0xC0000005, 0xC0000409, 12345678])
def test_that_every_exit_code_has_a_sentence(code: int) -> None:
    sentence = describe_death(code)
    assert sentence.startswith(("The ", "A library")) and sentence.endswith(".")


def test_that_a_death_nobody_saw_is_read_from_the_last_lines() -> None:
    assert "segmentation fault" in describe_death(None, "loading\nFatal Python error: Segmentation fault\n\nThread")
    assert "while nobody watched" in describe_death(None, "epoch 3")


def test_that_an_endless_assertion_is_cut() -> None:
    assert len(describe_death(-signal.SIGABRT, "GGML_ASSERT(" + "x" * 10_000)) < 400


def test_that_the_user_can_lower_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert thread_count(background=False) == thread_count(background=True) == 1
    assert thread_count(background=True, background_threads=3) == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "rubbish")
    assert 1 <= thread_count(background=True) <= thread_count(background=False) <= (os.cpu_count() or 1)
    assert set(thread_environment(3)) == set(THREAD_VARIABLES) and set(thread_environment(3).values()) == {"3"}


def test_that_a_job_found_running_goes_before_those_that_wait() -> None:
    lanes, heard = Lanes(), list[str]()
    lanes.join("training", "new", "New")
    lanes.join("training", "old", "Old", running_already=True)
    assert lanes.wait_turn("training", "old", given_up=lambda: False, waits_for=heard.append)
    assert not lanes.wait_turn("training", "new", given_up=lambda: bool(heard), waits_for=heard.append)
    assert heard == ["Old"]
    lanes.leave("training", "old")
    assert lanes.wait_turn("training", "new", given_up=lambda: False, waits_for=heard.append)


def test_that_a_waiting_job_goes_before_another_but_never_before_the_one_that_runs() -> None:
    lanes = Lanes()
    for job in ("runs", "second", "third"):
        lanes.join("training", job, job)
    assert lanes.move_up("training", "third") == "second"
    assert lanes.move_up("training", "third") == ""
    assert lanes.move_up("training", "runs") == lanes.move_up("training", "nobody") == lanes.move_up("", "runs") == ""
    lanes.leave("training", "runs")
    assert lanes.wait_turn("training", "third", given_up=lambda: False, waits_for=lambda title: None)


def test_that_insistence_grows_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    now, done = [100.0], []
    monkeypatch.setattr("workbench.jobs.insistence.time.monotonic", lambda: now[0])
    insistence = Insistence(
        lambda: done.append("ask"), lambda: done.append("terminate"), lambda: done.append("kill"), grace_seconds=5
    )
    insistence.look(is_cancel_requested=False)
    assert done == [] and insistence.patience() is None
    for at, so_far, patience in (
        (100, ["ask"], 5.0),
        (104, ["ask"], 1.0),
        (105, ["ask", "terminate"], 3.0),
        (108, ["ask", "terminate", "kill"], None),
        (200, ["ask", "terminate", "kill"], None),
    ):
        now[0] = at
        insistence.look(is_cancel_requested=True)
        assert (done, insistence.patience()) == (so_far, patience)


def test_that_the_estimate_follows_the_pace_since_the_first_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50.0]
    monkeypatch.setattr("workbench.jobs.job.time.monotonic", lambda: now[0])
    job = Job("id", JobSpec(task="m:f"), lambda event: None, on_cancel=lambda: None, observers=list)
    job.say(Started(job_id="id"))
    estimates = []
    for now[0], done in ((50.0, 10), (60.0, 20), (70.0, 30), (71.0, 100)):  # resumed at 10 of 100
        job.say(Progressed(job_id="id", done=done, total=100))
        estimates.append(job.snapshot().eta_seconds)
    assert estimates == [None, 80.0, 70.0, 0.0]
