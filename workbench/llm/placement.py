"""Where a model's layers lie: memory of the processor and of each GPU, summed apart. Pure arithmetic over descriptions.

As llama.cpp does it: with N layers on GPUs, the last N of the model's blocks and its output layer (counted as one) go
there, spread over the devices by their free memory; keys and values of a block lie with it; the token embedding stays
with the processor. A header does not say how big single layers are, so all count alike and the embedding is counted
among them: a GPU gets a little less than computed, never more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.boundary import Boundary
from workbench.llm.types import LoadConfig, MemoryUse, ModelRef

GPU_SHARE = 0.9
"""Share of a GPU's free memory that is filled: the driver and the screen want some too."""
AUTOMATIC = -1


class Device(Boundary):
    """A GPU that llama.cpp can use."""

    name: str
    """As people know it: "NVIDIA GeForce RTX 4070"."""
    free_bytes: int
    total_bytes: int = 0
    shares_memory: bool = False
    """Has no memory of its own but uses the processor's (integrated ones, Apple's)."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one memory has to hold."""

    name: str
    """Of the GPU; "" is the processor's memory."""
    layers: int
    use: MemoryUse
    free_bytes: int

    @property
    def is_gpu(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Placement:
    """All memories that take part, the processor's first."""

    places: tuple[Place, ...]
    gpu_layers: int
    """Layers on GPUs, the output layer included."""
    layers: int
    """Of the model, the output layer included."""


def layer_count(model: ModelRef) -> int:
    """Blocks and the output layer."""
    return model.block_count + 1


def place(model: ModelRef, load: LoadConfig, use: MemoryUse, devices: Sequence[Device], free_bytes: int) -> Placement:
    """Spread `use` over the processor's memory (`free_bytes` of it are free) and the GPUs."""
    layers = gpu_layers_for(model, load, use, devices)
    return _placed(model, use, devices, free_bytes, layers)


def gpu_layers_for(model: ModelRef, load: LoadConfig, use: MemoryUse, devices: Sequence[Device]) -> int:
    """How many layers go on GPUs: as wished, or as many as fit into their free memory."""
    everything = layer_count(model) if devices else 0
    if load.gpu_layers != AUTOMATIC:
        return min(load.gpu_layers, everything)
    fits, too_many = 0, everything + 1
    while too_many - fits > 1:
        tried = (fits + too_many) // 2
        if _gpus_hold(_placed(model, use, devices, 0, tried)):
            fits = tried
        else:
            too_many = tried
    return fits


def _gpus_hold(placement: Placement) -> bool:
    return all(one.use.total <= GPU_SHARE * one.free_bytes for one in placement.places if one.is_gpu)


def _placed(model: ModelRef, use: MemoryUse, devices: Sequence[Device], free_bytes: int, layers: int) -> Placement:
    everything = layer_count(model)
    counts = _spread(layers, [device.free_bytes for device in devices])
    offset = everything - layers
    gpus, taken_weights, taken_cache = [], 0, 0
    for device, count in zip(devices, counts, strict=True):
        # The output layer, the last of all, has no keys and values.
        blocks = max(0, min(offset + count, model.block_count) - offset)
        offset += count
        if not count or device.shares_memory:
            continue
        weights, cache = use.weights * count // everything, use.kv_cache * blocks // max(1, model.block_count)
        taken_weights, taken_cache = taken_weights + weights, taken_cache + cache
        held = MemoryUse(weights=weights, kv_cache=cache, compute=use.compute)
        gpus.append(Place(device.name, count, held, device.free_bytes))
    rest = MemoryUse(
        weights=use.weights - taken_weights,
        kv_cache=use.kv_cache - taken_cache,
        compute=use.compute,
        adapters=use.adapters,
    )
    on_gpus = sum(gpu.layers for gpu in gpus)
    return Placement((Place("", everything - on_gpus, rest, free_bytes), *gpus), layers, everything)


def _spread(layers: int, free: Sequence[int]) -> list[int]:
    """Layers per device: those of the first N, as many as its share of the free memory, then those of the next."""
    total, reached, before = max(1, sum(free)), 0, 0
    counts = []
    for size in free:
        reached += size
        upto = -(-layers * reached // total)
        counts.append(upto - before)
        before = upto
    return counts
