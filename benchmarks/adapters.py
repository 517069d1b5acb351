"""What does it cost to switch between the base and three adapters at every request?

40 short requests on the starter model, once in turns (base, first, second, third adapter, base, ...) and once in blocks
of ten without alternation, several times in turn; everything is loaded before the clock runs.
"""

import statistics
import tempfile
from pathlib import Path

import numpy as np

from benchmarks._processes import measure
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench.llm.gguf_header import read_header

REQUESTS, ADAPTERS, RANK = 40, 3, 16
ROUNDS, QUICK_ROUNDS = 4, 1
MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def run(quick: bool) -> Report:
    model = Path(starter_model().path)
    with tempfile.TemporaryDirectory() as folder:
        paths = [""] + [str(write_adapter(Path(folder) / f"{n}.gguf", model, seed=n)) for n in range(ADAPTERS)]
        turns = [paths[n % len(paths)] for n in range(REQUESTS)]
        blocks = sorted(turns)
        task = {
            "model": str(model), "context": 1024, "tokens": 32, "system": "Answer shortly.",
            "questions": [f"What is the price of lamp {n * 37 % 91}, and where is it kept?" for n in range(REQUESTS)],
            "orders": [turns, blocks] * (QUICK_ROUNDS if quick else ROUNDS),
        }  # fmt: skip
        seconds = measure("_our_engine", "adapters", task)["seconds"]
    alternating, blocked = statistics.median(seconds[0::2]), statistics.median(seconds[1::2])
    return Report(
        "adapters",
        {"alternating_seconds": alternating, "blocked_seconds": blocked, "all_seconds": seconds},
        (Goal("time in turns, times the time in blocks", alternating / blocked, "<= 1.15"),),
    )


def write_adapter(path: Path, model: Path, *, seed: int) -> Path:
    """A LoRA of small random numbers for every matrix of the model's blocks."""
    from gguf import GGUFReader, GGUFWriter

    generator = np.random.default_rng(seed)
    shapes = {t.name: tuple(int(n) for n in reversed(t.shape)) for t in GGUFReader(str(model)).tensors}
    writer = GGUFWriter(str(path), str(read_header(model).text("general.architecture")))
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(2 * RANK))
    for name, (rows, columns) in ((n, s) for n, s in shapes.items() if n.split(".")[-2] in MATRICES):
        for part, shape in (("a", (RANK, columns)), ("b", (rows, RANK))):
            weights = generator.normal(0, 0.02, shape).astype(np.float32)
            writer.add_tensor(f"{name}.lora_{part}", weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
