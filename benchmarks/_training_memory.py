"""One training's memory: `python -m benchmarks._training_memory measure FILE.json`; prints one JSON object.

The peak of the resident memory while the program's own training task runs, from before it begins to after its end, less
what the process held after the imports; on a graphics card the most that the allocator gave out.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench import allocator
from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import TrainingRow
from workbench.finetune import tasks
from workbench.finetune.heap import make_orderly
from workbench.finetune.model_size import model_size
from workbench.finetune.preflight import EstimateRequest, this_hardware
from workbench.finetune.step_memory import step_memory
from workbench.finetune.types import TrainingConfig, TrainRequest
from workbench.jobs.context import RecordingContext
from workbench.llm.library import describe_gguf
from workbench.llm.types import ChatMessage, Role

STEPS = 4
_ROWS_A_LINE = 6
"""About as many short rows fill a packed line."""


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Peak bytes above the imports, and what was estimated before any step."""
    import torch

    config = TrainingConfig.model_validate(task["config"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        request = _request(Path(task["base"]), folder, config, task["tokens"])
        context = RecordingContext(folder, threads=task["threads"])
        _import_libraries()
        before = _status("VmRSS")
        if allocator.can_be_told() and not torch.cuda.is_available():
            make_orderly()  # before anything large: the estimate computes a few batches
        estimated = tasks.estimate(context, EstimateRequest(training=request))
        hardware = this_hardware(config)
        parts = step_memory(model_size(Path(task["base"])), config, estimated.longest, hardware)
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
            tasks.train(context, request)
            peak = torch.cuda.max_memory_allocated()
        else:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the high-water mark begins anew
            tasks.train(context, request)
            peak = _status("VmHWM") - before
    return {
        "measured": peak,
        "estimated": parts.total,
        "longest": estimated.longest,
        "computed_in": "bfloat16" if hardware.bfloat16 else "float32",
        "parts": asdict(parts),
    }


def _import_libraries() -> None:
    """What a training imports; models are imported with the first of their kind."""
    import llama_cpp.llama_cpp
    import peft
    import transformers.models.llama.modeling_llama
    from transformers import AutoModelForCausalLM, Trainer

    assert llama_cpp and peft and transformers and AutoModelForCausalLM and Trainer


def _request(base: Path, folder: Path, config: TrainingConfig, tokens: int) -> TrainRequest:
    """Rows that are cut to `tokens` tokens, or short ones that fill lines of so many: each batch is the largest."""
    words = " ".join(f"word{number % 7}" for number in range(tokens // 32 if config.packing else tokens * 2))
    rows = []
    for number in range(
        config.batch_size * config.gradient_accumulation * STEPS * (_ROWS_A_LINE if config.packing else 1)
    ):
        user = ChatMessage(role=Role.USER, content=f"{number} {words}")
        rows.append(TrainingRow(messages=(user, ChatMessage(role=Role.ASSISTANT, content=words)), number=number))
    path, digest = write_rows(rows, folder / "rows")
    return TrainRequest(
        name="memory",
        base=describe_gguf(base),
        rows_path=str(path),
        rows_hash=digest,
        config=config.model_copy(update={"epochs": 1, "max_length": tokens, "checkpoint_seconds": 86400}),
        adapters_folder=str(folder / "adapters"),
        work_folder=str(folder / "work"),
    )


def _status(field: str) -> int:
    """Bytes of a field of /proc/self/status."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"measure": measure}[what](task)), flush=True)


if __name__ == "__main__":
    main()
