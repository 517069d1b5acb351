"""How close is the memory that is estimated before a training to what it then takes?

A random llama of 116M parameters is trained for four steps by the program's own task, each configuration in a process
of its own; measured is the peak of its resident memory less what it held after the imports, or on a graphics card the
most that torch's allocator gave out. On the processor each is trained twice: as it is done where memory abounds, and
with the compact heap of `workbench.finetune.heap`.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks._processes import measure
from benchmarks._random_model import write_random_model
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench.finetune.heap import can_be_compact
from workbench.llm.llamacpp_engine import physical_cores

CASES: tuple[tuple[int, dict[str, Any]], ...] = (
    (64, {"batch_size": 1, "rank": 8, "precision": "bfloat16"}),
    (256, {"batch_size": 4, "rank": 8, "precision": "bfloat16"}),
    (256, {"batch_size": 4, "rank": 64, "precision": "bfloat16"}),
    (1024, {"batch_size": 1, "rank": 16, "precision": "bfloat16"}),
    (256, {"batch_size": 4, "rank": 16, "precision": "bfloat16", "targets": ["q_proj", "v_proj"]}),
    (128, {"batch_size": 1, "rank": 8, "precision": "float32"}),
    (256, {"batch_size": 4, "rank": 32, "precision": "float32"}),
    (512, {"batch_size": 2, "rank": 8, "precision": "float32", "dropout": 0.1}),
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
            for is_compact in (True, False) if can_be_compact() else (False,):
                case = measure("_training_memory", "measure", {**task, "is_compact": is_compact})
                ratio = round(case["estimated"] / case["measured"], 3)
                found.append({"tokens": tokens, **config, "is_compact": is_compact, **case, "ratio": ratio})
    goals = []
    for is_compact, heap in ((True, "compact heap"), (False, "fast heap")):
        if ratios := [each["ratio"] for each in found if each["is_compact"] is is_compact]:
            goals.append(Goal(f"{heap}: largest estimate, times the measured peak", max(ratios), "<= 1.15"))
            goals.append(Goal(f"{heap}: smallest estimate, times the measured peak", min(ratios), ">= 0.95"))
    return Report("memory_estimate", {"cases": found}, tuple(goals))
