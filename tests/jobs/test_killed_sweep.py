"""kill -9 in the middle of a sweep, twice: what ended is not done again, and the results are the same as without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.finetune.conftest import RequestMaker, base, make_request
from workbench.finetune.running import sweep_request
from workbench.finetune.sweeps import SweepReport, SweepRequest, SweepTrial, TrialStep
from workbench.finetune.tasks import sweep
from workbench.jobs.context import RecordingContext

__all__ = ["base", "make_request"]  # fixtures
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
RANKS = (2, 4, 8)


def start_and_kill(request: SweepRequest, folder: Path, at: tuple[int, int]) -> None:
    """Sweep in another process, and kill it right after it told that step of that run."""
    file = folder / "request.json"
    file.write_text(request.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "tests.jobs.killable_sweep", str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout
        for line in process.stdout:
            if line == f"run {at[0]} step {at[1]}\n":
                break
        process.kill()
        assert process.wait() < 0, "it ended by itself before it was killed"


def without_times(report: SweepReport) -> list[SweepTrial]:
    return [trial.model_copy(update={"seconds": 0.0}) for trial in report.trials]


def test_that_a_sweep_killed_twice_ends_with_the_same_results(make_request: RequestMaker, tmp_path: Path) -> None:
    settings = {"validation_share": 0.2, "epochs": 3, "dropout": 0.1, "checkpoint_seconds": 0}
    whole = sweep(RecordingContext(), sweep_request(make_request("whole", **settings), {"rank": RANKS}))
    request = sweep_request(make_request("killed", **settings), {"rank": RANKS})
    start_and_kill(request, tmp_path, at=(2, 7))
    start_and_kill(request, tmp_path, at=(3, 4))
    context = RecordingContext()
    report = sweep(context, request)
    assert without_times(report) == without_times(whole)
    assert report.best == whole.best
    assert whole.winner and whole.winner.adapter
    assert report.winner and report.winner.adapter
    assert report.winner.adapter.peft_hash == whole.winner.adapter.peft_hash
    computed = [item for item in context.produced if isinstance(item, TrialStep)]
    assert {item.trial for item in computed} == {3}, "runs 1 and 2 are not repeated"
    assert [item.metrics.step for item in computed] == list(range(1, report.trials[2].steps + 1)), (
        "no hole in its curve"
    )
    assert [trial.number for trial in context.produced if isinstance(trial, SweepTrial)] == [1, 2, 3]
    assert {path.name for path in Path(request.training.adapters_folder).iterdir()} == {"whole", "killed"}
