"""Does a model fit into this computer's memory, with a context of a given length? Answered before it is loaded.

Sources of the numbers: weights as in the file; KV cache as llama.cpp allocates it (keys and values for every token of
every answer at once, 16 bits each or ggml's blocks); compute buffers bounded by the widest activations of one batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import WorkbenchError
from workbench.jobs.memory_claims import UnmetClaim, unmet_claims
from workbench.llm.placement import GPU_SHARE, Device, Placement, place
from workbench.llm.types import KvType, LoadConfig, MemoryUse, ModelRef
from workbench.memory import free_memory, total_memory
from workbench.paths import WorkbenchPaths, find_home

KV_BLOCK_BYTES = {KvType.F16: 64, KvType.Q8_0: 34, KvType.Q4_0: 18}
"""Bytes of 32 numbers (ggml's block formats)."""


SMALL_HEAD = 64
"""Numbers of an attention head up to which llama.cpp's flash attention writes slower on a processor than the usual."""
MOST_SCORES_BYTES = 256 * 2**20
"""Without flash attention, each row of a call has a score for each token of the context, per head: long contexts of
many heads are left to it."""
BATCH_WITHOUT_FLASH = 128
"""Rows per call: nothing is gained from more, and their scores leave the processor's cache."""


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
    placement: Placement | None = None
    """How it is spread over processor and GPUs; None where there is no GPU."""
    rows_per_call: int = 0
    """Tokens that one call of llama.cpp computes at most: as wished, or fewer where more would not be faster."""


def estimate(model: ModelRef, load: LoadConfig, *, on_gpu: bool = False) -> MemoryUse:
    """What the model will occupy, from its header. `on_gpu`: a part of it will be computed there."""
    return MemoryUse(
        weights=model.size_bytes,
        kv_cache=kv_bytes_per_token(model, load.kv_type) * context_for(model, load) * sequences_for(model, load),
        compute=compute_bytes(model, rows_per_call(model, load, on_gpu=on_gpu))
        + _scores_bytes_per_token(model, load) * context_for(model, load),
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


def uses_flash_attention(model: ModelRef, load: LoadConfig, *, on_gpu: bool) -> bool | None:
    """As wished; otherwise not for small heads on a processor; otherwise (None) as llama.cpp decides.

    Its flash attention takes a fixed time for each token that it looks back at, however small the heads are
    (docs/decisions/0011-how-lists-are-decoded.md has the numbers).
    """
    if load.flash_attention is not None or on_gpu or load.kv_type is not KvType.F16:
        return load.flash_attention
    scores = _scores_of_a_token(model, load) * context_for(model, load)
    return False if 0 < head_size(model) <= SMALL_HEAD and scores <= MOST_SCORES_BYTES else None


def batch_for(load: LoadConfig, *, flash: bool | None) -> int:
    """Rows of one call of llama.cpp: as wished, but no more than pay."""
    return min(load.batch, BATCH_WITHOUT_FLASH) if flash is False else load.batch


def rows_per_call(model: ModelRef, load: LoadConfig, *, on_gpu: bool) -> int:
    """The same for a model that is not loaded yet."""
    return batch_for(load, flash=uses_flash_attention(model, load, on_gpu=on_gpu))


def kv_bytes_per_token(model: ModelRef, kv_type: KvType = KvType.F16) -> int:
    """Bytes of the cache for one token of one answer."""
    heads_kv = model.head_count_kv or model.head_count
    return model.block_count * heads_kv * head_size(model) * 2 * KV_BLOCK_BYTES[kv_type] // 32  # keys and values


def compute_bytes(model: ModelRef, batch: int = 512) -> int:
    """Bytes of llama.cpp's compute buffers for batches of that many tokens."""
    return 16 * batch * model.embedding_length * 4 + 8 * 1024 * 1024


def head_size(model: ModelRef) -> int:
    """Numbers of an attention head; 0 where the header does not tell it."""
    return model.key_length or (model.embedding_length // model.head_count if model.head_count else 0)


def _scores_bytes_per_token(model: ModelRef, load: LoadConfig) -> int:
    return 0 if uses_flash_attention(model, load, on_gpu=False) is not False else _scores_of_a_token(model, load)


def _scores_of_a_token(model: ModelRef, load: LoadConfig) -> int:
    """Bytes: one for each row of a call and each head."""
    return batch_for(load, flash=False) * model.head_count * 4


def verdict(model: ModelRef, load: LoadConfig, free_bytes: int, devices: Sequence[Device] = ()) -> FitVerdict:
    """Fits, tight or won't fit into `free_bytes` of the processor's memory and into that of the GPUs."""
    use = estimate(model, load, on_gpu=bool(devices))
    if any(not device.shares_memory for device in devices):
        return _verdict_with_gpus(model, load, use, free_bytes, devices)
    fit = Fit.FITS if use.total <= 0.75 * free_bytes else Fit.TIGHT if use.total <= free_bytes else Fit.WONT
    longest = _longest_context(model, load, free_bytes - use.weights, on_gpu=bool(devices))
    rows = rows_per_call(model, load, on_gpu=bool(devices))
    return FitVerdict(fit, use.total, free_bytes, longest, use, rows_per_call=rows)


def _verdict_with_gpus(
    model: ModelRef, load: LoadConfig, use: MemoryUse, free_bytes: int, devices: Sequence[Device]
) -> FitVerdict:
    placement = place(model, load, use, devices, free_bytes)
    free = sum(one.free_bytes for one in placement.places)
    fit = _worst_fit(placement)
    # Many rows of a list ask; the longest context is only wanted where the chosen one is too long.
    longest = _longest_with_gpus(model, load, free_bytes, devices) if fit is Fit.WONT else model.context_length
    return FitVerdict(fit, use.total, free, longest, use, placement, rows_per_call(model, load, on_gpu=True))


def _worst_fit(placement: Placement) -> Fit:
    """A GPU is filled on purpose, so that it is tight later than the processor's memory."""
    used = [(one.use.total, one.free_bytes, GPU_SHARE if one.is_gpu else 0.75) for one in placement.places]
    if any(needed > free for needed, free, _ in used):
        return Fit.WONT
    return Fit.TIGHT if any(needed > share * free for needed, free, share in used) else Fit.FITS


def _longest_with_gpus(model: ModelRef, load: LoadConfig, free_bytes: int, devices: Sequence[Device]) -> int:
    """The longest context that fits, as a multiple of 256 tokens."""

    def fits(steps: int) -> bool:
        asked = load.model_copy(update={"context_length": 256 * steps})
        return _worst_fit(place(model, asked, estimate(model, asked, on_gpu=True), devices, free_bytes)) is not Fit.WONT

    found, too_long = 0, (model.context_length or 1 << 20) // 256 + 1
    while too_long - found > 1:
        tried = (found + too_long) // 2
        if fits(tried):
            found = tried
        else:
            too_long = tried
    return 256 * found


def _longest_context(model: ModelRef, load: LoadConfig, room: int, *, on_gpu: bool) -> int:
    """The longest context whose cache and buffers take `room` bytes at most, with as many answers at once as it has."""
    per_token = kv_bytes_per_token(model, load.kv_type)
    whole = compute_bytes(model, load.batch)
    small = compute_bytes(model, batch_for(load, flash=False))
    trained = model.context_length or 1 << 30
    if room <= small:
        return 0
    if not per_token:
        return trained

    def fits(context: int) -> bool:
        asked = load.model_copy(update={"context_length": context})
        use = estimate(model, asked, on_gpu=on_gpu)
        return use.kv_cache + use.compute <= room

    scores = _scores_of_a_token(model, load)
    # With scores, up to where flash attention takes over; or without, behind that.
    buffers = whole if on_gpu else small
    ways = (
        (scores, min(trained, MOST_SCORES_BYTES // scores), buffers),
        (scores, trained, buffers),
        (0, trained, whole),
    )
    found = 0
    for answers in range(1, load.parallel_sequences + 1):
        for once, most, computing in ways:
            context = min(most, max(0, room - computing) // (answers * per_token + once))
            if answers > 1:
                context = min(context, total_memory() // 4 // answers // per_token)
            if context > found and fits(context):
                found = context
        if found == trained:
            break
    return found


def reserved_memory() -> int:
    """Bytes that runs of this data folder will still take: trainings claim their worst at their start."""
    return sum(claim.missing_bytes for claim in claims())


def reserved_on_cards() -> int:
    """Bytes of each graphics card that runs of this data folder will still take."""
    return sum(claim.missing_card_bytes for claim in claims())


def claims() -> list[UnmetClaim]:
    """Of the runs that are under way."""
    return unmet_claims(WorkbenchPaths(find_home()).runs)


def available_memory() -> int:
    """Bytes that a model may take: what is free, without what trainings that run will still need."""
    return max(0, free_memory() - reserved_memory())


def check_fits(model: ModelRef, load: LoadConfig, devices: Sequence[Device] = ()) -> None:
    """Raise WorkbenchError with numbers, and the longest context that fits, instead of filling the memory."""
    waiting = claims()
    free = max(0, free_memory() - sum(claim.missing_bytes for claim in waiting))
    found = verdict(model, load, free, devices)
    if found.fit is not Fit.WONT:
        return
    needed, free, where = _what_lacks(found)
    beside = "".join(f" beside the {_missing(c)} that “{c.title}” will still take" for c in waiting)
    raise WorkbenchError(
        f"{model.name} with a context of {load.context_length} tokens needs about "
        f"{gigabytes(needed)}{where}, but {gigabytes(free)} of memory are free{beside}.",
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


def _missing(claim: UnmetClaim) -> str:
    """ "2.1 GB", "2.1 GB and 9.0 GB of the GPU"."""
    sizes = [gigabytes(claim.missing_bytes)] if claim.missing_bytes or not claim.missing_card_bytes else []
    sizes += [f"{gigabytes(claim.missing_card_bytes)} of the GPU"] if claim.missing_card_bytes else []
    return " and ".join(sizes)


def _what_lacks(found: FitVerdict) -> tuple[int, int, str]:
    """Needed and free bytes of the memory that is too small, and which it is where there are several."""
    for one in found.placement.places if found.placement else ():
        if one.use.total > one.free_bytes:
            where = f" on {one.name} for {one.layers} layers" if one.is_gpu else " beside what lies on the GPU"
            return one.use.total, one.free_bytes, where
    return found.needed_bytes, found.free_bytes, ""


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.0f} MB"
