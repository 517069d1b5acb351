"""Two processes that train as one: the same steps as one alone, up to rounding."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.finetune.conftest import RequestMaker, base, make_request
from workbench.finetune.group import PROCESSES
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.tasks import train
from workbench.finetune.types import StepMetrics
from workbench.jobs.context import RecordingContext

__all__ = ["base", "make_request"]  # fixtures
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_that_a_group_of_two_makes_the_steps_of_one(make_request: RequestMaker, tmp_path: Path) -> None:
    settings = {
        "batch_size": 5, "gradient_accumulation": 2, "epochs": 2, "precision": "float32", "validation_share": 0.2,
        "patience": 5, "checkpoint_seconds": 0,
    }  # fmt: skip
    alone = RecordingContext()
    report = train(alone, make_request("alone", **settings))
    request = make_request("group", **settings)
    file = tmp_path / "request.json"
    file.write_text(request.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks._killable_training", str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), PROCESSES: "2"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1].startswith("done")
    together = RunFolder(Path(request.work_folder)).metrics_seen(report.steps)
    expected = [item for item in alone.produced if isinstance(item, StepMetrics)]
    assert [item.step for item in together] == [item.step for item in expected]
    for ours, theirs in zip(together, expected, strict=True):
        assert ours.loss == pytest.approx(theirs.loss, rel=2e-3)
        assert (ours.eval_loss is None) == (theirs.eval_loss is None)
        assert ours.learning_rate == theirs.learning_rate
    assert together[-1].eval_loss == pytest.approx(expected[-1].eval_loss, rel=5e-3)
