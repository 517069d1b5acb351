"""How fast is a LoRA training against plain TRL (SFTTrainer), and does it learn as much from as many tokens?

The same base, rows, LoRA settings, batch size and precision; each training is one process and one pass over the rows.
Tokens are those of the rows, padding not counted. Against TRL with its defaults (it recomputes activations to save
memory), and with that switched off. Needs TRL, which is no part of the program: `HOW_TO_GET` says how it is put into a
folder of its own.
"""

import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._processes import measure
from benchmarks._random_model import write_random_model
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench import resources
from workbench.errors import WorkbenchError
from workbench.llm.llamacpp_engine import physical_cores

STARTER_ROWS, LARGE_ROWS, QUICK_ROWS = 256, 48, 32
HOW_TO_GET = (
    "pip install --target trl-site --no-deps trl==1.16.0 datasets==5.2.0 multiprocess dill xxhash pandas aiohttp "
    "fsspec httpx tzdata pytz, then start the benchmark with PYTHONPATH=trl-site"
)
HELD_OUT = 32
BATCH = 8


def run(quick: bool) -> Report:
    if importlib.util.find_spec("trl") is None:
        raise WorkbenchError("This benchmark compares with TRL, which is not installed.", hint=HOW_TO_GET)
    starter = Path(starter_model().path)
    measured: dict[str, Any] = {}
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder:
        large = write_random_model(Path(folder) / "random.gguf", starter)
        large_rows = STARTER_ROWS if has_gpu() else LARGE_ROWS  # a graphics card's first steps take longer than all
        for name, base, rows in (("starter", starter, STARTER_ROWS), ("random 116M", large, large_rows)):
            found = measured[name] = _compare(base, QUICK_ROWS if quick else rows)
            goals += _goals(name, found, is_trained=name == "starter")
    return Report("finetune", measured, tuple(goals))


def has_gpu() -> bool:
    """Whether torch sees a graphics card; asked of the driver's tool, so that torch stays out of this process."""
    return shutil.which("nvidia-smi") is not None


def _compare(base: Path, rows: int) -> dict[str, Any]:
    """One after the other, ours first and last, so that a machine that slows down favours nobody."""
    task = {
        "base": str(base),
        "data": str(resources.path("samples/format/training.csv")),
        "rows": rows,
        "held_out": HELD_OUT,
        "batch": BATCH,
        "threads": physical_cores(),
    }
    first = measure("_trainings", "ours", task)
    plain = measure("_trainings", "trl", {**task, "checkpointing": False})
    defaults = measure("_trainings", "trl", {**task, "checkpointing": True})
    last = measure("_trainings", "ours", task)
    ours = {**first, "tokens_per_second": (first["tokens_per_second"] + last["tokens_per_second"]) / 2}
    return {"ours": ours, "trl": defaults, "trl without checkpointing": plain}


def _goals(name: str, found: dict[str, Any], *, is_trained: bool) -> list[Goal]:
    ours, defaults, plain = found["ours"], found["trl"], found["trl without checkpointing"]
    speed = ours["tokens_per_second"]
    goals = [
        Goal(f"{name}: tokens per second, times TRL's", speed / defaults["tokens_per_second"], ">= 1.3"),
        Goal(f"{name}: the same without checkpointing", speed / plain["tokens_per_second"], ">= 1.0"),
        Goal(
            f"{name}: tokens a step, as a share of TRL's", ours["tokens_per_step"] / defaults["tokens_per_step"], "== 1"
        ),
    ]
    if is_trained:  # random weights learn nothing that could be compared
        goals.append(Goal(f"{name}: held-out loss, times TRL's", ours["loss"] / defaults["loss"], "<= 1.02"))
    return goals
