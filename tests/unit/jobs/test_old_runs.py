"""Which run folders a start removes: only what is over, heard and old, or one of too many."""

import os
import time
from pathlib import Path

import pytest

from workbench.jobs.events import Finished, Started, to_line
from workbench.jobs.file_lock import FileLock
from workbench.jobs.old_runs import DAY_SECONDS, remove_old_runs
from workbench.jobs.run_folder import RunFolder, RunRecord
from workbench.jobs.spec import JobSpec

OLD = 40.0


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


def make_run(runs: Path, name: str, *, days: float = OLD, is_over: bool = True, is_heard: bool = True) -> RunFolder:
    """A run that was heard so many days ago."""
    run = RunFolder(runs / name)
    run.create(RunRecord(job_id=name, spec=JobSpec(task="a:b", durable=True)))
    word = Finished(job_id=name, sequence=2, at=1.0) if is_over else Started(job_id=name, sequence=2, at=1.0)
    run.events.write_text(to_line(word))
    if is_heard:
        run.mark_seen()
        then = time.time() - days * DAY_SECONDS
        os.utime(run.seen, (then, then))
    return run


def left(runs: Path) -> list[str]:
    return sorted(path.name for path in runs.iterdir())


def tidy(runs: Path, *, keep_days: int = 30, keep_count: int = 50) -> list[str]:
    return [path.name for path in remove_old_runs(runs, keep_days=keep_days, keep_count=keep_count)]


def test_that_old_runs_go_and_young_ones_stay(runs: Path) -> None:
    make_run(runs, "old", days=31)
    make_run(runs, "young", days=29)
    assert tidy(runs) == ["old"]
    assert left(runs) == ["young"]


def test_that_of_too_many_the_oldest_go(runs: Path) -> None:
    for days in range(5):
        make_run(runs, f"day-{days}", days=days)
    assert tidy(runs, keep_count=3) == ["day-3", "day-4"]
    assert left(runs) == ["day-0", "day-1", "day-2"]


def test_that_what_was_not_heard_stays_however_old(runs: Path) -> None:
    run = make_run(runs, "unheard", is_heard=False)
    for path in (run.spec, run.events, run.folder):
        os.utime(path, (0, 0))
    assert tidy(runs, keep_count=1) == []
    assert left(runs) == ["unheard"]


def test_that_a_run_without_a_last_word_stays(runs: Path) -> None:
    make_run(runs, "going-on", is_over=False)
    assert tidy(runs) == []


@pytest.mark.parametrize("lock", ["lock", "follower"])
def test_that_a_run_that_somebody_holds_stays(runs: Path, lock: str) -> None:
    run = make_run(runs, "held")
    with FileLock(run.folder / lock) as held:
        assert held.try_acquire()
        assert tidy(runs) == []
    assert tidy(runs) == ["held"]
    assert left(runs) == []


def test_that_what_an_interrupted_removal_left_goes_later_and_a_run_being_made_does_not(runs: Path) -> None:
    for name, days in ((".removed-a", 2.0), ("being-made", 0.0)):
        (runs / name / "attempt-1").mkdir(parents=True)
        then = time.time() - days * DAY_SECONDS
        os.utime(runs / name, (then, then))
    assert tidy(runs) == [".removed-a"]
    assert left(runs) == ["being-made"]


def test_that_closing_the_program_leaves_the_rest_to_another_start(runs: Path) -> None:
    for number in range(3):
        make_run(runs, f"run-{number}")
    answers = iter([False, True])
    removed = remove_old_runs(runs, keep_days=30, keep_count=50, is_given_up=lambda: next(answers))
    assert [path.name for path in removed] == ["run-0"]
    assert left(runs) == ["run-1", "run-2"]


def test_that_a_data_folder_without_runs_is_no_problem(runs: Path) -> None:
    assert tidy(runs / "nowhere") == []
