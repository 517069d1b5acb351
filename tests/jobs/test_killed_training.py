"""kill -9 in the middle of a training, twice: what goes on from there is the same adapter, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.finetune.conftest import RequestMaker, base, make_request
from workbench.finetune.tasks import train
from workbench.finetune.types import TrainRequest
from workbench.jobs.context import RecordingContext

__all__ = ["base", "make_request"]  # fixtures
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def start_and_kill(request: TrainRequest, folder: Path, after_step: int) -> None:
    """Train in another process and kill it right after it told that step."""
    file = folder / "request.json"
    file.write_text(request.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks._killable_training", str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("step") and int(line.split()[1]) >= after_step:
                break
        process.kill()
        assert process.wait() < 0, "it ended by itself before it was killed"


def test_that_a_training_killed_twice_gives_the_same_adapter(make_request: RequestMaker, tmp_path: Path) -> None:
    settings = {"dropout": 0.1, "epochs": 4, "validation_share": 0.2}
    whole = train(RecordingContext(), make_request("whole", **settings))
    request = make_request("killed", checkpoint_seconds=0, **settings)
    start_and_kill(request, tmp_path, after_step=7)
    start_and_kill(request, tmp_path, after_step=13)
    context = RecordingContext()
    report = train(context, request)
    assert report.resumed_from >= 12
    assert whole.adapter
    assert report.adapter
    assert report.adapter.peft_hash == whole.adapter.peft_hash
    assert report.eval_loss == whole.eval_loss
    assert report.loss == whole.loss
    assert [item.step for item in context.produced] == list(range(1, report.total_steps + 1))
    assert list(Path(request.work_folder).glob(".staging*")) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"packing": True, "max_length": 96, "batch_size": 2, "gradient_checkpointing": True, "epochs": 6},
        {"patience": 3, "evaluate_every": 3, "samples_every": 4, "general_share": 0.3, "epochs": 3},
    ],
    ids=["packed", "early stopping"],
)
def test_that_a_kill_changes_nothing_with_other_settings(
    make_request: RequestMaker, tmp_path: Path, settings: dict[str, object]
) -> None:
    settings = {"dropout": 0.1, "validation_share": 0.2, **settings}
    whole = train(RecordingContext(), make_request("whole", **settings))
    request = make_request("killed", checkpoint_seconds=0, **settings)
    start_and_kill(request, tmp_path, after_step=5)
    report = train(RecordingContext(), request)
    assert report.resumed_from >= 4
    assert whole.adapter
    assert report.adapter
    assert report.adapter.peft_hash == whole.adapter.peft_hash
    assert (report.eval_loss, report.best_step) == (whole.eval_loss, whole.best_step)
