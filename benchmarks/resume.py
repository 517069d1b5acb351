"""Does a training that was killed and went on end with the same bytes as one that was left alone?

The starter model is trained on the rows of the sample project "format", once undisturbed and ten times killed with
SIGKILL at a random step (and at a random moment of it, saving included) and started again. Compared are the SHA-256 of
PEFT's weights and of the GGUF adapter.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._processes import ROOT
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench import resources
from workbench.datasets.mapping import guess_mapping, map_rows
from workbench.datasets.readers import read_table
from workbench.datasets.rows_file import write_rows
from workbench.errors import WorkbenchError
from workbench.finetune.types import TrainingConfig, TrainRequest

RUNS, QUICK_RUNS = 10, 2
ROWS, SEED = 64, 6
CONFIG = TrainingConfig(epochs=2, batch_size=4, rank=8, alpha=16.0, dropout=0.05, checkpoint_seconds=1.0)
STEPS = CONFIG.epochs * ROWS // CONFIG.batch_size
LONGEST_MOMENT = 0.4
"""Seconds after a step at most, in which the kill falls: steps take about a tenth, a checkpoint as long."""


def run(quick: bool) -> Report:
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = _finish(_request(folder, "undisturbed"))
        kills = []
        for number in range(QUICK_RUNS if quick else RUNS):
            request = _request(folder, f"killed-{number}")
            step = chance.randint(1, STEPS - 1)
            _kill_after(request, step, chance.random() * LONGEST_MOMENT)
            found = _finish(request)
            kills.append({"killed_after_step": step, "went_on_from": found[2], "same": found[:2] == wanted[:2]})
    same = sum(bool(kill["same"]) for kill in kills)
    resumed = sum(int(kill["went_on_from"]) > 0 for kill in kills)
    return Report(
        "resume",
        {"kills": kills, "steps": STEPS, "went_on_from_a_checkpoint": resumed},
        (Goal("killed runs that end with the same bytes", same / len(kills), "== 1"),),
    )


def _request(folder: Path, name: str) -> Path:
    table = read_table(resources.path("samples/format/training.csv"))
    rows = map_rows(table, guess_mapping(table)).rows[:ROWS]
    path, digest = write_rows(rows, folder / "rows")
    request = TrainRequest(
        name="killable",  # it stands in the adapter's file, which is compared
        base=starter_model(),
        rows_path=str(path),
        rows_hash=digest,
        config=CONFIG,
        adapters_folder=str(folder / "adapters" / name),
        work_folder=str(folder / "work" / name),
    )
    file = folder / f"{name}.json"
    file.write_text(request.model_dump_json(), encoding="utf-8")
    return file


def _start(request: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks._killable_training", str(request)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _kill_after(request: Path, step: int, seconds: float) -> None:
    """Start it, wait for the step and a moment more, and kill it."""
    process = _start(request)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step ") and int(line.split()[1]) >= step:
            time.sleep(seconds)
            break
    process.kill()
    process.communicate()


def _finish(request: Path) -> Any:
    """(hash of PEFT's weights, hash of the GGUF adapter, the step that it went on from)."""
    out, err = _start(request).communicate()
    last = out.splitlines()[-1] if out else ""
    if not last.startswith("done "):
        raise WorkbenchError("The training did not come to its end.", details=err, hint=err.strip()[-300:])
    _, peft, gguf, resumed_from = last.split()
    return peft, gguf, int(resumed_from)
