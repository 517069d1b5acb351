"""How close is the memory that is estimated before a training to what it then takes?

A random llama of 116M parameters is trained for four steps by the program's own task, each configuration in a process
of its own; measured is the peak of its resident memory less what it held after the imports, or on a graphics card the
most that torch's allocator gave out. Half of the configurations leave the precision to the hardware: where no matrices
of bfloat16 are multiplied, nobody trains in it (each step took minutes), and they are float32 too.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks._processes import measure
from benchmarks._random_model import write_random_model
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench.finetune.heap import process_environment
from workbench.llm.llamacpp_engine import physical_cores

CASES: tuple[tuple[int, dict[str, Any]], ...] = (
    (64, {"batch_size": 1, "rank": 8, "precision": "auto"}),
    (256, {"batch_size": 4, "rank": 8, "precision": "auto"}),
    (256, {"batch_size": 4, "rank": 64, "precision": "auto"}),
    (1024, {"batch_size": 1, "rank": 16, "precision": "auto"}),
    (256, {"batch_size": 4, "rank": 16, "precision": "auto", "targets": ["q_proj", "v_proj"]}),
    (128, {"batch_size": 1, "rank": 8, "precision": "float32"}),
    (256, {"batch_size": 4, "rank": 32, "precision": "float32"}),
    (512, {"batch_size": 2, "rank": 8, "precision": "float32", "dropout": 0.1}),
    (1024, {"batch_size": 2, "rank": 8, "precision": "float32", "packing": True}),
    (128, {"batch_size": 8, "rank": 16, "precision": "float32", "targets": ["q_proj", "k_proj", "v_proj", "o_proj"]}),
)
QUICK = (1, 6)


def run(quick: bool) -> Report:
    cases = [CASES[number] for number in QUICK] if quick else CASES
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        base = write_random_model(Path(folder) / "random.gguf", Path(starter_model().path))
        for tokens, config in cases:
            task = {"base": str(base), "threads": physical_cores(), "tokens": tokens, "config": config}
            case = measure("_training_memory", "measure", task, process_environment())
            found.append({"tokens": tokens, **config, **case, "ratio": round(case["estimated"] / case["measured"], 3)})
    ratios = [each["ratio"] for each in found]
    goals = (
        Goal("largest estimate, times the measured peak", max(ratios), "<= 1.15"),
        Goal("smallest estimate, times the measured peak", min(ratios), ">= 0.95"),
    )
    return Report("memory_estimate", {"cases": found}, goals)
