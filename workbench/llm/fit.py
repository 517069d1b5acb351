"""Does a model fit into this computer's memory, with a context of a given length? Answered before it is loaded.

Sources of the numbers: weights as in the file; KV cache as llama.cpp allocates it (keys and values for every token of
every answer at once, 16 bits each or ggml's blocks); compute buffers bounded by the widest activations of one batch.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from workbench.errors import WorkbenchError
from workbench.jobs.memory_claims import UnmetClaim, unmet_claims
from workbench.llm.types import KvType, LoadConfig, MemoryUse, ModelRef
from workbench.paths import WorkbenchPaths, find_home

KV_BLOCK_BYTES = {KvType.F16: 64, KvType.Q8_0: 34, KvType.Q4_0: 18}
"""Bytes of 32 numbers (ggml's block formats)."""


class Fit(StrEnum):
    FITS = "fits"
    TIGHT = "tight"
    """More than three quarters of the free memory."""
    WONT = "won't fit"


@dataclass(frozen=True, slots=True)
class FitVerdict:
    fit: Fit
    needed_bytes: int
    free_bytes: int
    longest_context: int
    """The longest context, in tokens, that would fit; 0 when the weights alone are too much."""
    use: MemoryUse
    """The parts of `needed_bytes`."""


def estimate(model: ModelRef, load: LoadConfig) -> MemoryUse:
    """What the model will occupy, from its header."""
    return MemoryUse(
        weights=model.size_bytes,
        kv_cache=kv_bytes_per_token(model, load.kv_type) * context_for(model, load) * sequences_for(model, load),
        compute=compute_bytes(model, load.batch),
    )


def context_for(model: ModelRef, load: LoadConfig) -> int:
    """Tokens of one answer's context: as wished, but never more than the model was trained for."""
    return min(load.context_length, model.context_length or load.context_length)


def sequences_for(model: ModelRef, load: LoadConfig) -> int:
    """Answers decoded at once: as wished, but fewer where their cache would take more than a quarter of the memory.

    Of all the memory, not of what is free: the same computer always composes the same batches, so that texts repeat.
    """
    each = max(1, kv_bytes_per_token(model, load.kv_type) * context_for(model, load))
    return max(1, min(load.parallel_sequences, total_memory() // 4 // each))


def kv_bytes_per_token(model: ModelRef, kv_type: KvType = KvType.F16) -> int:
    """Bytes of the cache for one token of one answer."""
    heads_kv = model.head_count_kv or model.head_count
    head = model.key_length or (model.embedding_length // model.head_count if model.head_count else 0)
    return model.block_count * heads_kv * head * 2 * KV_BLOCK_BYTES[kv_type] // 32  # keys and values


def compute_bytes(model: ModelRef, batch: int = 512) -> int:
    """Bytes of llama.cpp's compute buffers for batches of that many tokens."""
    return 16 * batch * model.embedding_length * 4 + 8 * 1024 * 1024


def verdict(model: ModelRef, load: LoadConfig, free_bytes: int) -> FitVerdict:
    """Fits, tight or won't fit into `free_bytes`."""
    use = estimate(model, load)
    fit = Fit.FITS if use.total <= 0.75 * free_bytes else Fit.TIGHT if use.total <= free_bytes else Fit.WONT
    return FitVerdict(
        fit, use.total, free_bytes, _longest_context(model, load, free_bytes - use.weights - use.compute), use
    )


def _longest_context(model: ModelRef, load: LoadConfig, room: int) -> int:
    """The longest context whose cache takes `room` bytes at most, with as many answers at once as it would have."""
    per_token = kv_bytes_per_token(model, load.kv_type)
    trained = model.context_length or 1 << 30
    if room <= 0:
        return 0
    if not per_token:
        return trained
    found = 0
    for answers in range(1, load.parallel_sequences + 1):
        bytes_each = (room if answers == 1 else min(room, total_memory() // 4)) // answers
        context = min(trained, bytes_each // per_token)
        asked = load.model_copy(update={"context_length": context})
        if context and per_token * context * sequences_for(model, asked) <= room:
            found = max(found, context)
        if found == trained:
            break
    return found


def free_memory() -> int:
    """Bytes that can be had without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def reserved_memory() -> int:
    """Bytes that runs of this data folder will still take: trainings claim their worst at their start."""
    return sum(claim.missing_bytes for claim in claims())


def claims() -> list[UnmetClaim]:
    """Of the runs that are under way."""
    return unmet_claims(WorkbenchPaths(find_home()).runs)


def available_memory() -> int:
    """Bytes that a model may take: what is free, without what trainings that run will still need."""
    return max(0, free_memory() - reserved_memory())


@cache
def total_memory() -> int:
    """Bytes of memory that this computer has."""
    import psutil

    return int(psutil.virtual_memory().total)


def check_fits(model: ModelRef, load: LoadConfig) -> None:
    """Raise WorkbenchError with numbers, and the longest context that fits, instead of filling the memory."""
    waiting = claims()
    found = verdict(model, load, max(0, free_memory() - sum(claim.missing_bytes for claim in waiting)))
    if found.fit is not Fit.WONT:
        return
    beside = "".join(f" beside the {gigabytes(c.missing_bytes)} that “{c.title}” will still take" for c in waiting)
    raise WorkbenchError(
        f"{model.name} with a context of {load.context_length} tokens needs about "
        f"{gigabytes(found.needed_bytes)}, but {gigabytes(found.free_bytes)} of memory are free{beside}.",
        hint=" ".join(
            [
                f"A context of {found.longest_context // 256 * 256} tokens fits: change it in the Models tab."
                if found.longest_context >= 256
                else "Choose a smaller model or a smaller quantization, or close other programs.",
                *(["Or wait until that is done, or stop and save it: it goes on from there later."] if waiting else []),
            ]
        ),
        code="out_of_memory",
    )


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.0f} MB"
