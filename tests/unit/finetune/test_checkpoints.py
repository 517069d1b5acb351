"""Snapshots: whole or not at all, and a full disk said in words."""

import errno
import shutil
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import NEEDED, list_checkpoints, newest_good, save_checkpoint


def write_all(folder: Path) -> None:
    for name in NEEDED:
        (folder / name).write_bytes(name.encode())


def test_that_the_newest_two_good_ones_are_kept(tmp_path: Path) -> None:
    for step in (1, 2, 3, 10):
        save_checkpoint(tmp_path, step, write_all)
    assert [checkpoint.step for checkpoint in list_checkpoints(tmp_path)] == [10, 3]


def test_that_damaged_newer_ones_do_not_push_out_a_good_one(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 1, write_all)
    for step in (2, 3):
        save_checkpoint(tmp_path, step, write_all)
        (tmp_path / f"checkpoint-{step}" / "optimizer.pt").write_bytes(b"torn")
    checkpoint, refused = newest_good(tmp_path)
    assert checkpoint
    assert checkpoint.step == 1
    assert [sentence.split(":")[0] for sentence in refused] == [
        "The checkpoint of step 3 was not used",
        "The checkpoint of step 2 was not used",
    ]


def test_that_a_save_that_fails_leaves_nothing_half_made(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 1, write_all)

    def torn(folder: Path) -> None:
        write_all(folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WorkbenchError, match="is full") as caught:
        save_checkpoint(tmp_path, 2, torn)
    assert caught.value.code == "disk_full"
    assert "goes on where it was" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["checkpoint-1"]


def test_that_torchs_unreadable_words_for_a_full_disk_are_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(folder: Path) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 20608 vs 20496")

    class Usage:
        free = 1000

    monkeypatch.setattr(shutil, "disk_usage", lambda where: Usage)
    with pytest.raises(WorkbenchError, match="is full"):
        save_checkpoint(tmp_path, 2, torn)


def test_that_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        save_checkpoint(tmp_path, 2, broken)


@pytest.mark.parametrize("name", NEEDED)
def test_that_every_file_that_exact_resume_needs_is_needed(tmp_path: Path, name: str) -> None:
    def without(folder: Path) -> None:
        write_all(folder)
        (folder / name).unlink()

    save_checkpoint(tmp_path, 1, without)
    checkpoint, refused = newest_good(tmp_path)
    assert checkpoint is None
    assert f"{name} is missing" in refused[0]
