"""Does it fit, how long will it take? Answered before the start from the model's header and the rows' lengths.

The figures are estimates: memory from what a step keeps (`step_memory`), time from its floating-point operations.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.finetune.base_model import locate_base
from workbench.finetune.batching import build_schedule
from workbench.finetune.checkpoints import free_bytes
from workbench.finetune.encoding import EncodedRow, EncodedRows
from workbench.finetune.model_size import ModelSize, model_size
from workbench.finetune.step_memory import Hardware, step_memory
from workbench.finetune.types import RunNote, TrainingConfig, TrainRequest

LIBRARIES_BYTES = 650_000_000
"""Resident memory of a process that has loaded torch, transformers, peft and llama.cpp (measured)."""
RESERVE = 0.9
"""Share of the free memory that a training may plan with."""
FLOPS_PER_THREAD = 60e9
"""Floating-point operations a second of one processor thread (measured: 75e9 in float32, 110e9 in bfloat16)."""
LAYER_STEP_SECONDS = 0.004
"""What one layer of one step costs beside the arithmetic: many small operations (measured)."""
_STARTING_SECONDS = 15.0
_ADAPTER_COPIES_ON_DISK = 8
"""PEFT and GGUF of the adapter, and two checkpoints with two Adam moments each."""


__all__ = ["ModelSize", "Preflight", "check_disk", "estimate", "model_size", "peak_memory", "smaller_batches"]


class Preflight(Boundary):
    """The answer, and which setting to lower when it does not fit."""

    fits: bool
    memory_bytes: int
    """Estimated peak of the training process."""
    free_memory_bytes: int
    disk_bytes: int
    free_disk_bytes: int
    seconds: float
    """Rough until the first steps were measured (`StepMetrics.eta_seconds`)."""
    steps: int
    rows: int
    """That are trained; those held out are not among them."""
    held_out: int = 0
    """Rows that are only measured, once each epoch."""
    tokens: int
    """Of the trained rows, once."""
    trained_tokens: int
    longest: int
    """Tokens of the longest row."""
    adapter_parameters: int
    notes: tuple[RunNote, ...] = ()
    """Rows that are cut or left out."""
    advice: str = ""
    """What to change when it does not fit."""
    fitting: TrainingConfig | None = None
    """The same learning in smaller batches that fit into this machine's free memory, where that is all it takes."""


def estimate(
    request: TrainRequest, encoded: EncodedRows, threads: int, held_out: Sequence[EncodedRow] = ()
) -> Preflight:
    """The figures for training `encoded` and measuring the rows that are held out."""
    size = model_size(Path(locate_base(request.base).gguf))
    config = request.config
    lengths = [len(row.ids) for row in encoded.rows]
    schedule = build_schedule(
        lengths,
        batch_size=config.batch_size,
        accumulation=config.gradient_accumulation,
        epochs=config.epochs,
        seed=config.seed,
    )
    memory = peak_memory(size, config, max(lengths))
    free_memory, free_disk = free_for_training(), free_bytes(Path(request.adapters_folder))
    disk = disk_needed(size, config)
    fits_memory, fits_disk = memory <= RESERVE * free_memory, disk <= free_disk
    fitting = None if fits_memory else smaller_batches(size, config, max(lengths), free_memory)
    return Preflight(
        fits=fits_memory and fits_disk,
        memory_bytes=memory,
        free_memory_bytes=free_memory,
        disk_bytes=disk,
        free_disk_bytes=free_disk,
        seconds=training_seconds(size, config, lengths, schedule.steps, threads, [len(row.ids) for row in held_out]),
        steps=schedule.steps,
        rows=len(lengths),
        held_out=len(held_out),
        tokens=sum(lengths),
        trained_tokens=sum(row.trained_count for row in encoded.rows),
        longest=max(lengths),
        adapter_parameters=size.adapter_parameters(config),
        notes=encoded.notes,
        fitting=fitting,
        advice=_advice(size, config, fitting, max(lengths), free_memory)
        if not fits_memory
        else ""
        if fits_disk
        else _FREE_SPACE,
    )


def peak_memory(size: ModelSize, config: TrainingConfig, longest: int) -> int:
    """Bytes of the training process at its worst batch, where that is the scarce memory: the processor's with the
    libraries, or the graphics card's."""
    hardware = this_hardware(config)
    return step_memory(size, config, longest, hardware).total + (0 if hardware.is_cuda else LIBRARIES_BYTES)


def this_hardware(config: TrainingConfig) -> Hardware:
    """What a training on this computer would use. Loads torch."""
    import torch

    from workbench.finetune.exact_trainer import uses_bf16

    return Hardware(is_cuda=torch.cuda.is_available(), bfloat16=uses_bf16(config.precision))


def free_for_training() -> int:
    """Bytes that are free where a training would lie: on the graphics card, else in this computer's memory."""
    import psutil
    import torch

    return int(torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else psutil.virtual_memory().available)


def training_seconds(
    size: ModelSize,
    config: TrainingConfig,
    lengths: Sequence[int],
    steps: int,
    threads: int,
    held_out: Sequence[int] = (),
) -> float:
    """Forward 2, backward 2 operations per weight and token (the frozen weights get no gradient of their own).

    Rows that are held out (their lengths in tokens) go forward only.
    """
    operations = size.parameters * (4.0 * sum(lengths) + 2.0 * sum(held_out)) * config.epochs
    arithmetic = operations / (FLOPS_PER_THREAD * max(1, threads))
    overhead = steps * config.gradient_accumulation * size.layers * LAYER_STEP_SECONDS
    return _STARTING_SECONDS + arithmetic + overhead


def disk_needed(size: ModelSize, config: TrainingConfig) -> int:
    return 5_000_000 + 4 * size.adapter_parameters(config) * _ADAPTER_COPIES_ON_DISK


def check_disk(request: TrainRequest, *folders: Path) -> None:
    """Refuse a training that the disk cannot hold."""
    needed = disk_needed(model_size(locate_base(request.base).gguf), request.config)
    for folder in folders:
        if (free := free_bytes(folder)) < needed:
            raise WorkbenchError(
                f"The disk of {folder} has {free / 1e6:.0f} MB free; the training needs about {needed / 1e6:.0f} MB.",
                hint=_FREE_SPACE,
                code="disk_full",
            )


_FREE_SPACE = "Free some disk space, or choose a smaller rank."


def smaller_batches(size: ModelSize, config: TrainingConfig, longest: int, free_memory: int) -> TrainingConfig | None:
    """As many rows a step in batches that fit; None when even one row at a time does not. `free_memory` in bytes."""
    batch = config.batch_size
    while batch > 1 and not _fits(size, config.model_copy(update={"batch_size": batch}), longest, free_memory):
        batch //= 2
    accumulation = math.ceil(config.batch_size * config.gradient_accumulation / batch)
    smaller = config.model_copy(update={"batch_size": batch, "gradient_accumulation": accumulation})
    return smaller if _fits(size, smaller, longest, free_memory) else None


def _fits(size: ModelSize, config: TrainingConfig, longest: int, free_memory: int) -> bool:
    return peak_memory(size, config, longest) <= RESERVE * free_memory


def _advice(
    size: ModelSize, config: TrainingConfig, fitting: TrainingConfig | None, longest: int, free_memory: int
) -> str:
    """The gentlest change that makes it fit."""
    if fitting is not None:
        return (
            f"Set the batch size to {fitting.batch_size} and accumulation to {fitting.gradient_accumulation}: "
            "the same learning in less memory."
        )
    one = config.model_copy(update={"batch_size": 1})
    shorter = longest
    while shorter > 64 and not _fits(size, one, shorter, free_memory):
        shorter //= 2
    if _fits(size, one, shorter, free_memory):
        return f"Set the batch size to 1 and the longest row to {shorter} tokens."
    return "Choose a smaller base model: this one does not fit into the free memory even with one short row at a time."
