"""A full disk is told once by the app that follows, and once more when there is room."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from workbench.jobs import disk_watch
from workbench.jobs.disk_watch import DISK_LOG, DiskWatch

Usage = namedtuple("Usage", "total used free")


def test_that_a_full_disk_is_told_once_and_room_again_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_watch, "_LOOK_EVERY_SECONDS", 0)
    free = iter([10**9, 0, 0, 10**9, 10**9])
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**9, 0, next(free)))
    watch = DiskWatch(tmp_path / "run")
    said = [watch.look("job") for _ in range(5)]
    assert [event and (event.level, event.logger) for event in said] == [
        None, ("WARNING", DISK_LOG), None, ("INFO", DISK_LOG), None,
    ]  # fmt: skip
    assert said[1] is not None and f"The disk of {tmp_path} is full" in said[1].text


def test_that_a_disk_that_cannot_be_looked_at_says_nothing(tmp_path: Path) -> None:
    assert DiskWatch(tmp_path / "gone").look("job") is None
