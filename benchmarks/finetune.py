"""How fast is a LoRA training against plain TRL (SFTTrainer), and does it learn as much from as many tokens?

The same base, rows, LoRA settings, batch size and precision; each training is one process and one pass over the rows.
Tokens are those of the rows, padding not counted. Against TRL with its defaults (it recomputes activations to save
memory), and with that switched off. Needs `pip install trl` beside the program: it is no part of it.
"""

import importlib.util
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
HELD_OUT = 32
BATCH = 8


def run(quick: bool) -> Report:
    if importlib.util.find_spec("trl") is None:
        raise WorkbenchError("This benchmark compares with TRL, which is not installed.", hint="pip install trl")
    starter = Path(starter_model().path)
    measured: dict[str, Any] = {}
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder:
        large = write_random_model(Path(folder) / "random.gguf", starter)
        for name, base, rows in (("starter", starter, STARTER_ROWS), ("random 116M", large, LARGE_ROWS)):
            found = measured[name] = _compare(base, QUICK_ROWS if quick else rows)
            goals += _goals(name, found, is_trained=name == "starter")
    return Report("finetune", measured, tuple(goals))


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
        Goal(f"{name}: tokens, as a share of TRL's", ours["tokens"] / defaults["tokens"], "== 1"),
    ]
    if is_trained:  # random weights learn nothing that could be compared
        goals.append(Goal(f"{name}: held-out loss, times TRL's", ours["loss"] / defaults["loss"], "<= 1.02"))
    return goals
