"""Does a model fit into this computer's memory, with a context of a given length? Answered before it is loaded.

Sources of the numbers: weights as in the file; KV cache as llama.cpp allocates it (16-bit keys and values for every
token of every answer at once); compute buffers bounded by the widest activations of one batch.
"""

from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import WorkbenchError
from workbench.llm.types import LoadConfig, MemoryUse, ModelRef

BATCH = 512


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


def estimate(model: ModelRef, load: LoadConfig) -> MemoryUse:
    """What the model will occupy, from its header."""
    context = min(load.context_length, model.context_length or load.context_length)
    return MemoryUse(
        weights=model.size_bytes,
        kv_cache=kv_bytes_per_token(model) * context * sequences_for(model, load),
        compute=compute_bytes(model),
    )


def sequences_for(model: ModelRef, load: LoadConfig) -> int:
    """Answers decoded at once: as wished, but fewer where their cache would take more than a quarter of the memory.

    Of all the memory, not of what is free: the same computer always composes the same batches, so that texts repeat.
    """
    context = min(load.context_length, model.context_length or load.context_length)
    each = max(1, kv_bytes_per_token(model) * context)
    return max(1, min(load.parallel_sequences, total_memory() // 4 // each))


def kv_bytes_per_token(model: ModelRef) -> int:
    heads_kv = model.head_count_kv or model.head_count
    head = model.key_length or (model.embedding_length // model.head_count if model.head_count else 0)
    return model.block_count * heads_kv * head * 2 * 2  # keys and values, two bytes each


def compute_bytes(model: ModelRef) -> int:
    return 16 * BATCH * model.embedding_length * 4 + 8 * 1024 * 1024


def verdict(model: ModelRef, load: LoadConfig, free_bytes: int) -> FitVerdict:
    """Fits, tight or won't fit into `free_bytes`."""
    use = estimate(model, load)
    fit = Fit.FITS if use.total <= 0.75 * free_bytes else Fit.TIGHT if use.total <= free_bytes else Fit.WONT
    per_token = kv_bytes_per_token(model)  # for one answer at once: fewer are decoded together where memory is short
    left = free_bytes - use.weights - use.compute
    longest = 0 if left <= 0 else left // per_token if per_token else model.context_length
    return FitVerdict(fit, use.total, free_bytes, min(longest, model.context_length or longest))


def free_memory() -> int:
    """Bytes that can be had without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def total_memory() -> int:
    """Bytes of memory that this computer has."""
    import psutil

    return int(psutil.virtual_memory().total)


def check_fits(model: ModelRef, load: LoadConfig) -> None:
    """Raise WorkbenchError with numbers, and the longest context that fits, instead of filling the memory."""
    found = verdict(model, load, free_memory())
    if found.fit is not Fit.WONT:
        return
    usable = found.longest_context >= 256
    raise WorkbenchError(
        f"{model.name} with a context of {load.context_length} tokens needs about "
        f"{gigabytes(found.needed_bytes)}, but {gigabytes(found.free_bytes)} of memory are free.",
        hint=f"A context of {found.longest_context // 256 * 256} tokens fits: change it in the preferences."
        if usable
        else "Choose a smaller model or a smaller quantization, or close other programs.",
        code="out_of_memory",
    )


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.0f} MB"
