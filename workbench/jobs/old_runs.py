"""Removes the folders of durable runs that nobody needs any more.

A run may go when it is over, its last word was heard (which a listener does only after recording what it made), and
it is old or there are many newer ones. One that runs, waits, is followed or was not heard stays, whatever its age.
"""

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from workbench.jobs.file_lock import FileLock
from workbench.jobs.run_folder import RunFolder, RunRecord
from workbench.jobs.spec import JobSpec

log = logging.getLogger("workbench.jobs")

DAY_SECONDS = 86_400.0
HALF_MADE_SECONDS = DAY_SECONDS
"""A folder without `spec.json` is a run that is just being made, or what a removal that was cut short left."""

_GONE = ".removed-"


def remove_old_runs(
    runs_folder: Path, *, keep_days: int, keep_count: int, is_given_up: Callable[[], bool] = lambda: False
) -> list[Path]:
    """Remove what is older than `keep_days` since it was heard, or not among the newest `keep_count`; returns that."""
    now = time.time()
    heard = sorted(((seen.stat().st_mtime, seen.parent) for seen in runs_folder.glob("*/seen")), reverse=True)
    too_many = {folder for _, folder in heard[keep_count:]}
    too_old = {folder for since, folder in heard if now - since > keep_days * DAY_SECONDS}
    removed = []
    for folder in sorted(too_many | too_old | _half_made(runs_folder, now)):
        if is_given_up():
            break
        if _remove(RunFolder(folder)):
            removed.append(folder)
    if removed:
        log.info("%d old runs were removed", len(removed))
    return removed


def remove_heard_runs(runs_folder: Path, lane: str, named: str) -> None:
    """Remove every run that is over and heard, of the lanes that begin so, whose request holds the text `named`: what
    they tell of is to be forgotten."""
    for run, record in _runs_that_name(runs_folder, named):
        if record.spec.lane.startswith(lane) and run.seen.exists():
            _remove(run)


def unheard_runs(runs_folder: Path, named: str) -> list[JobSpec]:
    """What waits, runs, or ended without anybody having heard of it, and holds the text `named` in its request."""
    return [record.spec for run, record in _runs_that_name(runs_folder, named) if not run.seen.exists()]


def _runs_that_name(runs_folder: Path, named: str) -> Iterator[tuple[RunFolder, RunRecord]]:
    for spec in sorted(runs_folder.glob("*/spec.json")):
        run = RunFolder(spec.parent)
        with contextlib.suppress(OSError, ValidationError):  # no run: a start removes it
            if named in spec.read_text(encoding="utf-8", errors="replace"):
                yield run, run.read_record()


def _half_made(runs_folder: Path, now: float) -> set[Path]:
    folders = {path for path in runs_folder.glob("*") if path.is_dir() and not (path / "spec.json").exists()}
    return {folder for folder in folders if now - folder.stat().st_mtime > HALF_MADE_SECONDS}


def _remove(run: RunFolder) -> bool:
    """Under both locks, so that nobody follows the run or begins another attempt in its folder meanwhile."""
    try:
        with FileLock(run.follower) as follower, FileLock(run.lock) as worker:
            if not (follower.try_acquire() and worker.try_acquire()):
                return False
            if run.spec.exists() and not (run.seen.exists() and run.last_word() is not None):
                return False
            run.spec.unlink(missing_ok=True)  # from here on it is no run; the rest may be done at another start
        gone = run.folder.rename(run.folder.with_name(f"{_GONE}{run.folder.name.removeprefix(_GONE)}"))
    except OSError as error:
        log.info("The run in %s cannot be removed: %s", run.folder, error)
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True
