"""A disk that fills up while a model is trained: the training waits, says so, and ends with the same bytes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.finetune.conftest import RequestMaker, base, make_request
from workbench.finetune import disk_patience
from workbench.finetune.checkpoints import list_checkpoints
from workbench.finetune.tasks import train
from workbench.finetune.types import RunCondition, RunStatus, StepMetrics
from workbench.jobs.context import RecordingContext

__all__ = ["base", "make_request"]  # fixtures
pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 16 MB. Only root may mount one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs root on Linux")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


class Filling(RecordingContext):
    """Fills the disk after the second step; makes room when the training says that it waits."""

    def __init__(self, disk: Path) -> None:
        super().__init__()
        self._filler = disk / "filler"
        self._work = disk / "work"
        self.kept: list[int] = []

    def produce(self, item: Any) -> None:
        super().produce(item)
        if isinstance(item, StepMetrics) and item.step == 2 and not self.kept:
            with self._filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
                while True:
                    file.write(bytes(4096))
        if isinstance(item, RunStatus) and item.condition is RunCondition.DISK_FULL:
            self.kept = [checkpoint.step for checkpoint in list_checkpoints(self._work)]
            self._filler.unlink()


def test_that_a_full_disk_pauses_the_training_and_changes_nothing(
    small_disk: Path, make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_patience, "LOOK_AGAIN_SECONDS", 0.01)
    settings = {"dropout": 0.1, "checkpoint_seconds": 0}
    whole = train(RecordingContext(), make_request("whole", **settings))
    request = make_request("squeezed", **settings).model_copy(update={"work_folder": str(small_disk / "work")})
    context = Filling(small_disk)
    report = train(context, request)
    lines = (small_disk / "work" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [StepMetrics.model_validate_json(line).step for line in lines] == list(range(1, report.total_steps + 1))
    told = [item for item in context.produced if isinstance(item, RunStatus)]
    assert [status.condition for status in told] == [RunCondition.DISK_FULL, RunCondition.TRAINING]
    assert "is full" in told[0].message
    assert context.kept, "the last good checkpoint was gone while the disk was full"
    assert whole.adapter and report.adapter
    assert report.adapter.peft_hash == whole.adapter.peft_hash
