"""Does it fit, how long will it take? Answered before the start from the model's header and the rows' lengths.

The figures are estimates: memory from what a step keeps (`step_memory`), time from its floating-point operations.
"""

from collections.abc import Sequence
from pathlib import Path

from workbench import allocator
from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.finetune.base_model import locate_base
from workbench.finetune.batching import Schedule, build_schedule
from workbench.finetune.checkpoints import free_bytes
from workbench.finetune.encoding import EncodedRow, EncodedRows
from workbench.finetune.lowering import Fits, Lowered, lowered
from workbench.finetune.model_size import ModelSize, model_size
from workbench.finetune.step_memory import Hardware, step_memory
from workbench.finetune.training_config import Method, Objective
from workbench.finetune.types import RunNote, TrainingConfig, TrainRequest
from workbench.jobs.context import JobContext
from workbench.llm.types import IdleMemory

LIBRARIES_BYTES = 650_000_000
"""Resident memory of a process that has loaded torch, transformers, peft and llama.cpp (measured)."""
RESERVE = 0.9
"""Share of the free memory that a training may plan with."""
FLOPS_PER_THREAD = 60e9
"""Floating-point operations a second of one processor thread (measured: 75e9 in float32, 110e9 in bfloat16)."""
LAYER_STEP_SECONDS = 0.004
"""What one layer of one step costs beside the arithmetic: many small operations (measured)."""
_STARTING_SECONDS = 15.0
_CHECKPOINTS = 3
"""The last two, and the best or the one that is being written."""
_FLOAT, _HALF = 4, 2
"""Bytes of a number."""


__all__ = ["ModelSize", "Preflight", "check_disk", "estimate", "model_size", "peak_memory"]


class EstimateRequest(Boundary):
    """A training that was not started yet."""

    training: TrainRequest
    idle: IdleMemory = IdleMemory()
    """What idle chat models hold."""
    is_timed: bool = True
    """Whether a few batches are computed to measure the time; else it is only reckoned."""


class Preflight(Boundary):
    """The answer, and which setting to lower when it does not fit."""

    fits: bool
    memory_bytes: int
    """Estimated peak of the training process."""
    free_memory_bytes: int
    """With what idle chat models will give back."""
    idle_bytes: int = 0
    """How much of that idle chat models hold: they are unloaded when the training begins and needs it."""
    is_on_card: bool = False
    """Whether both are of the graphics card, where the training would run."""
    disk_bytes: int
    free_disk_bytes: int
    seconds: float
    """From the arithmetic of the steps, unless `is_measured`."""
    is_measured: bool = False
    """Whether `seconds` comes from a few batches that were computed."""
    steps: int
    rows: int
    """That are trained (of raw text: its blocks); those held out are not among them."""
    lines: int = 0
    """That the rows share, with packing."""
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
    """The same learning with settings that fit into this machine's free memory, where there are such."""


def estimate(
    request: TrainRequest,
    encoded: EncodedRows,
    threads: int,
    held_out: Sequence[EncodedRow] = (),
    idle: IdleMemory | None = None,
) -> Preflight:
    """The figures for training `encoded` and measuring the rows that are held out.

    `idle`: what chat models that are loaded but not used hold; they make way when the training begins.
    """
    size = model_size(Path(locate_base(request.base).gguf))
    config = request.config
    lengths = [len(row.ids) for row in encoded.rows]
    schedule = schedule_of(config, encoded.rows)
    is_on_card = this_hardware(config).is_cuda
    idle_bytes = 0 if idle is None else idle.card_bytes if is_on_card else idle.memory_bytes
    free_memory, free_disk = free_for_training() + idle_bytes, free_bytes(Path(request.adapters_folder))
    memory = peak_memory(size, config, max(lengths))
    disk = disk_needed(size, config)
    fits_memory, fits_disk = is_enough(free_memory, memory), disk <= free_disk
    lower = Lowered("") if fits_memory else lowered(config, max(lengths), _fits_in(free_memory, size))
    return Preflight(
        fits=fits_memory and fits_disk,
        memory_bytes=memory,
        free_memory_bytes=free_memory,
        idle_bytes=idle_bytes,
        is_on_card=is_on_card,
        disk_bytes=disk,
        free_disk_bytes=free_disk,
        seconds=training_seconds(size, config, lengths, schedule.steps, threads, [len(row.ids) for row in held_out]),
        steps=schedule.steps,
        rows=sum(row.count for row in encoded.rows),
        lines=len(encoded.rows) if config.packing and config.objective is not Objective.TEXT else 0,
        held_out=sum(row.count for row in held_out),
        tokens=sum(lengths),
        trained_tokens=sum(row.trained_count for row in encoded.rows),
        longest=max(lengths),
        adapter_parameters=size.adapter_parameters(config),
        notes=encoded.notes,
        fitting=lower.config,
        advice=lower.advice or ("" if fits_disk else _FREE_SPACE),
    )


def schedule_of(config: TrainingConfig, rows: Sequence[EncodedRow]) -> Schedule:
    """The batches of the training."""
    return build_schedule(
        [len(row.ids) for row in rows],
        batch_size=config.batch_size,
        accumulation=config.gradient_accumulation,
        epochs=config.epochs,
        seed=config.seed,
    )


def with_measured_time(
    found: Preflight,
    context: JobContext,
    request: TrainRequest,
    rows: Sequence[EncodedRow],
    held_out: Sequence[EncodedRow],
) -> Preflight:
    """The figures with the time that a few batches of these rows take on this computer, now."""
    from workbench.finetune import timing

    context.progress(0, 0, "Computing a few batches to measure the time")
    files = locate_base(request.base)
    schedule = schedule_of(request.config, rows)
    model = timing.load_to_time(files, request.base.name, request.config, context.threads)
    context.check_cancelled()
    batch_time = timing.time_batches(model, rows, schedule, request.config)
    seconds = timing.whole_seconds(batch_time, rows, schedule, held_out, request.config.epochs)
    return found.model_copy(update={"seconds": _STARTING_SECONDS + seconds, "is_measured": True})


def is_enough(free_memory: int, peak: int) -> bool:
    """Whether a training with this peak may plan with so much free memory (bytes)."""
    return peak <= RESERVE * free_memory


def could_fit(peak: int) -> bool:
    """Whether this computer could hold such a training beside nothing else; `peak` in bytes."""
    from workbench.memory import total_memory

    return is_enough(total_memory(), peak)


def host_bytes(size: ModelSize) -> int:
    """Of the processor's memory, for a training on a graphics card: the libraries, and the base on its way there."""
    return LIBRARIES_BYTES + size.file_bytes + _FLOAT * size.parameters


def peak_memory(size: ModelSize, config: TrainingConfig, longest: int) -> int:
    """Bytes of the training process at its worst batch, where that is the scarce memory: the processor's with the
    libraries, or the graphics card's."""
    hardware = this_hardware(config)
    return step_memory(size, config, longest, hardware).total + (0 if hardware.is_cuda else LIBRARIES_BYTES)


def this_hardware(config: TrainingConfig) -> Hardware:
    """What a training on this computer would use. Loads torch."""
    import torch

    from workbench.finetune.exact_trainer import uses_bf16

    return Hardware(
        is_cuda=torch.cuda.is_available(), bfloat16=uses_bf16(config.precision), is_orderly=allocator.can_be_told()
    )


def free_for_training() -> int:
    """Bytes that are free where a training would lie: on the graphics card, else in this computer's memory."""
    import torch

    from workbench.memory import free_memory

    return int(torch.cuda.mem_get_info()[0]) if torch.cuda.is_available() else free_memory()


def training_seconds(
    size: ModelSize,
    config: TrainingConfig,
    lengths: Sequence[int],
    steps: int,
    threads: int,
    held_out: Sequence[int] = (),
) -> float:
    """Forward 2 operations per weight and token, backward 2 for what went in and 2 for a weight that learns; gradient
    checkpointing goes forward once more.

    Rows that are held out (their lengths in tokens) go forward only.
    """
    each = 4.0 + 2.0 * (config.method is Method.FULL) + 2.0 * config.gradient_checkpointing
    operations = size.parameters * (each * sum(lengths) + 2.0 * sum(held_out)) * config.epochs
    arithmetic = operations / (FLOPS_PER_THREAD * max(1, threads))
    overhead = steps * config.gradient_accumulation * size.layers * LAYER_STEP_SECONDS
    return _STARTING_SECONDS + arithmetic + overhead


def disk_needed(size: ModelSize, config: TrainingConfig) -> int:
    """Bytes of the checkpoints that are kept and of what comes out."""
    trained = size.parameters if config.method is Method.FULL else size.adapter_parameters(config)
    checkpoints = _CHECKPOINTS * 3 * _FLOAT * trained  # the weights and two moments of Adam
    made = 2 * _FLOAT * trained if config.makes_adapter else (_FLOAT + _HALF) * size.parameters
    return 5_000_000 + checkpoints + made


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


def _fits_in(free_memory: int, size: ModelSize) -> Fits:
    """`free_memory` in bytes."""
    return lambda config, longest: is_enough(free_memory, peak_memory(size, config, longest))
