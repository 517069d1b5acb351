"""Memory ran out: which setting to lower, as a request that can be started with one click."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.finetune.defaults import usual_rate
from workbench.finetune.types import TrainRequest
from workbench.jobs.causes import is_lack_of_memory

CODE = "out_of_memory"
_SHORTEST = 64
_MARKS = ("can't allocate memory", "not enough memory", "out of memory", "CUBLAS_STATUS_ALLOC_FAILED")
"""What torch says: its allocators raise plain RuntimeErrors on the processor."""


class Remedy(Boundary):
    """Another start of a training that failed, and what is different in it."""

    advice: str
    """What to do, in a sentence: "Turn on gradient checkpointing: ..."."""
    action: str
    """The words of the button."""
    request: TrainRequest


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator found no memory, on the processor or on a graphics card."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(mark in str(error) for mark in _MARKS)


def memory_ran_out(request: TrainRequest | None, step: int, details: str, longest: int = 0) -> WorkbenchError:
    """The failure in words, with the gentlest change that takes less memory; `longest`: tokens of the longest row."""
    remedy = gentler(request, longest) if request is not None else None
    name = f" “{request.name}”" if request is not None else ""
    return WorkbenchError(
        f"Memory ran out at step {step} of the training{name}.",
        hint=remedy.advice if remedy else "Choose a smaller base model, or close other programs.",
        details=details,
        code=CODE,
        facts={"remedy": remedy.model_dump(mode="json")} if remedy else {},
    )


def after_death(request: TrainRequest, message: str) -> Remedy | None:
    """What a training can no longer offer itself: the system ended it. None where `message` says another cause."""
    return gentler(request) if is_lack_of_memory(message) else None


def gentler(request: TrainRequest, longest: int = 0) -> Remedy | None:
    """The same training in less memory; None when nothing is left to lower.

    The first two go on from the last checkpoint: gradient checkpointing gives the very same steps, parts of a batch the
    same up to rounding. Shorter rows are another training, under another name, so that no checkpoint is lost.
    """
    config = request.config
    if not config.gradient_checkpointing:
        lowered = request.model_copy(
            update={"config": config.model_copy(update={"gradient_checkpointing": True}), "restart": False}
        )
        return Remedy(
            advice="Turn on gradient checkpointing: the same steps in less memory, about a third slower.",
            action="Go on with gradient checkpointing",
            request=lowered,
        )
    if request.batch_parts < config.batch_size:
        parts = min(config.batch_size, 2 * request.batch_parts)
        rows = -(-config.batch_size // parts)
        return Remedy(
            advice=f"Lower the rows that are computed at once to {rows}: the batch stays {config.batch_size} rows.",
            action=f"Go on with {rows} at once",
            request=request.model_copy(update={"batch_parts": parts, "restart": False}),
        )
    length = config.max_length or longest
    if length >= 2 * _SHORTEST:
        shorter = request.model_copy(update={"config": config.model_copy(update={"max_length": length // 2})})
        return Remedy(
            advice=f"Lower the longest row to {length // 2} tokens: longer rows are cut.",
            action=f"Start with rows of {length // 2} tokens",
            request=under_another_name(shorter),
        )
    return None


def slower(request: TrainRequest) -> Remedy:
    """The training with a fourth of the learning rate, after a loss that is no number.

    A rate that was far too large gives way to the one that fits the base: a fourth of it would diverge again.
    """
    rate = float(f"{min(request.config.learning_rate / 4, usual_rate(request)):.2g}")
    changed = request.model_copy(update={"config": request.config.model_copy(update={"learning_rate": rate})})
    return Remedy(
        advice=f"Start it again with a smaller learning rate, such as {rate:g}. The last good checkpoint is kept.",
        action=f"Start with {rate:g}",
        request=under_another_name(changed),
    )


def under_another_name(request: TrainRequest) -> TrainRequest:
    """The request beside the first one: what that saved stays."""
    homes = [Path(folder) for folder in (request.adapters_folder, request.models_folder) if folder]
    work = Path(request.work_folder) if request.work_folder else None
    number = 2
    while True:
        name = f"{request.name[:74]} {number}"
        beside = work.with_name(name) if work else None
        if not any((home / name).exists() for home in homes) and not (beside and beside.exists()):
            return request.model_copy(
                update={"name": name, "work_folder": str(beside) if beside else "", "restart": False, "batch_parts": 1}
            )
        number += 1
