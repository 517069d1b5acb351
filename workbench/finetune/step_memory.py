"""The memory of a training step, part by part, from a model's sizes and the settings: nothing is run for it.

What autograd keeps from forward to backward was listed with `torch.autograd.graph.saved_tensors_hooks` for each kind of
layer; the terms below are that list. They count bytes of tensors, so they hold on every device. What the processor's
allocator adds to them was measured and is kept apart (`_heap_waste`).
"""

from dataclasses import dataclass, fields

from workbench.finetune.heap import BLOCKS_BYTES
from workbench.finetune.model_size import ModelSize
from workbench.finetune.packing import padded
from workbench.finetune.training_config import PROJECTIONS, Method, Objective, TrainingConfig

_FLOAT, _BFLOAT = 4, 2
"""Bytes of a number."""
_NF4 = 0.516
"""Bytes of a weight in 4 bits with its share of the doubly quantised scales (Dettmers et al. 2023, section 3)."""
_PROCESS_BYTES = 80_000_000
"""What a training process takes beside all that: threads, the optimizer's code, tokens, the engine's buffers (measured
on the processor with one row of 16 tokens)."""
_WORKSPACE = {False: 75_000_000, True: 120_000_000}
"""By bfloat16: buffers of the matrix libraries on a graphics card (measured on an H200; older ones take less)."""
_PIECES = 0.12
"""In an orderly heap: pieces that no tensor fits into, as a share of the activations (between 0 in float32 and 0.14 in
bfloat16 were measured with 116M parameters)."""
_HOLES = {False: 0.7, True: 0.32}
"""Where the heap is not orderly, by bfloat16. glibc gives torch its aligned blocks with a few bytes cut off, and small
objects move into them: a block that is freed is never again large enough for the same tensor. Short-lived results of a
forward pass leave such holes. Share of what a layer keeps without adapters, fitted to 116M parameters at 64 to 1024
tokens."""
_ADAPTER_HOLES = {False: 1.45, True: 2.0}
"""The same for a layer with an adapter: holes as a multiple of what comes out of it. They grow over the first steps:
after two a step in bfloat16 has about two thirds of these."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the numbers depend on beside model and settings."""

    is_cuda: bool
    bfloat16: bool
    """Whether steps are computed in bfloat16 (`exact_trainer.uses_bf16`)."""
    is_orderly: bool = False
    """Whether freed blocks serve the next tensors (`heap.make_orderly`): little is wasted then."""


@dataclass(frozen=True, slots=True)
class StepMemory:
    """Bytes at the peak of a step."""

    weights: int
    """Of the base, as they are held."""
    trained: int
    """Adapters, where there are any, and the two moments of Adam."""
    gradients: int
    """What is kept of them while a batch goes forward."""
    casts: int
    """bfloat16 copies of the weights, which autograd keeps for the way back."""
    activations: int
    """What autograd keeps of each layer."""
    masks: int
    """What keeps the rows of a packed line apart, in each layer: numbers, tokens times tokens of the line."""
    logits: int
    passing: int
    """Short-lived results beside what is kept."""
    waste: int
    """What the allocator cannot give out again."""
    process: int
    """Everything else: on the processor also the model's file, which the engine maps; on a graphics card the buffers of
    the matrix libraries."""

    @property
    def total(self) -> int:
        return sum(getattr(self, part.name) for part in fields(self))


def step_memory(size: ModelSize, config: TrainingConfig, longest: int, hardware: Hardware) -> StepMemory:
    """The peak with `config.batch_size` rows of `longest` tokens, all of them learned, without the libraries."""
    longest = padded(longest) if _is_packed(config) else longest
    tokens = config.batch_size * longest
    is_full, is_4bit = config.method is Method.FULL, config.method is Method.QLORA
    adapter = 0 if is_full else size.adapter_parameters(config)
    trained = adapter or size.parameters
    layer = _kept_by_layer(size, config, hardware)
    again = config.gradient_checkpointing
    kept = (size.layers * _FLOAT * size.width + layer) if again else size.layers * layer
    layers_at_once = 1 if again else size.layers
    logits = tokens * size.vocabulary * (_FLOAT + _FLOAT + (_BFLOAT if hardware.bfloat16 else 0))
    gradients = _FLOAT * trained
    at_forward = config.gradient_accumulation > 1
    masks = _masks(config, hardware, longest, layers_at_once)
    forward = tokens * kept + masks + logits
    return StepMemory(
        weights=_weights(size, is_4bit=is_4bit),
        trained=_FLOAT * adapter + 2 * _FLOAT * trained,
        gradients=gradients if at_forward else max(0, gradients - forward),
        casts=_casts(size, layers_at_once, is_4bit=is_4bit) + _BFLOAT * adapter if hardware.bfloat16 else 0,
        activations=tokens * kept,
        masks=masks,
        logits=logits,
        passing=tokens * _passing(size, config, hardware) if hardware.is_cuda else 0,
        waste=_waste(size, config, hardware, tokens * layers_at_once, tokens * kept),
        process=_WORKSPACE[hardware.bfloat16] if hardware.is_cuda else _PROCESS_BYTES + size.file_bytes,
    )


def _weights(size: ModelSize, *, is_4bit: bool) -> int:
    blocks = size.linear_parameters - size.vocabulary * size.width
    return int(_NF4 * blocks) + _FLOAT * (size.parameters - blocks) if is_4bit else _FLOAT * size.parameters


def _casts(size: ModelSize, layers: int, *, is_4bit: bool) -> int:
    head = size.vocabulary * size.width
    blocks = 0 if is_4bit else (size.linear_parameters - head) * layers // size.layers
    return _BFLOAT * (blocks + head)


def _kept_by_layer(size: ModelSize, config: TrainingConfig, hardware: Hardware) -> int:
    """Bytes per token that one layer keeps for the way back."""
    number = _BFLOAT if hardware.bfloat16 else _FLOAT
    return _kept_without_adapters(size, config, hardware) + _kept_inputs(size, config, hardware, number)


def _kept_without_adapters(size: ModelSize, config: TrainingConfig, hardware: Hardware) -> int:
    """Attention (q, k, v and what comes out), both norms (their input), and SiLU and product of the inner layer."""
    number = _BFLOAT if hardware.bfloat16 else _FLOAT
    inner = _FLOAT if config.method is Method.QLORA else number  # layers of 4 bits answer in what they were asked in
    keys = size.queries if _is_packed(config) else size.key_width  # behind a mask they are repeated for each query head
    attention = _attention_number(hardware) * (2 * size.queries + 2 * keys)
    return attention + 2 * _FLOAT * size.width + 3 * inner * size.inner


def _kept_inputs(size: ModelSize, config: TrainingConfig, hardware: Hardware, number: int) -> int:
    """Bytes per token of what goes into the layers that learn: their gradient needs it."""
    if config.method is Method.FULL:
        norms = 2 * _FLOAT * size.width  # what a norm made, for the gradient of its weights
        return norms + _inputs(size, frozenset(PROJECTIONS), hardware, number)
    learning = size.adapted(config)
    inside = number * config.rank * len(learning)
    if config.dropout:  # each layer drops on its own
        noise = 1 if hardware.is_cuda else _FLOAT  # a mask on a graphics card, factors on the processor
        return inside + sum((noise + number) * before for before, _ in learning)
    return inside + _inputs(size, frozenset(config.targets), hardware, number)


def _inputs(size: ModelSize, learning: frozenset[str], hardware: Hardware, number: int) -> int:
    """Bytes per token of the inputs of these projections."""
    if not hardware.bfloat16:  # q, k and v see one tensor, gate and up another; what o sees is kept by the attention
        first = size.width * bool(learning & {"q_proj", "k_proj", "v_proj"})
        second = size.width * bool(learning & {"gate_proj", "up_proj"})
        return number * (first + second + size.inner * ("down_proj" in learning))
    if hardware.is_cuda:  # attention is computed in bfloat16: what o sees is kept by it
        learning -= {"o_proj"}
    return number * sum(size.inputs(name) for name in learning)  # each has a rounded copy of its own


def _masks(config: TrainingConfig, hardware: Hardware, longest: int, layers: int) -> int:
    """Each layer's attention turns the mask, a byte for each pair of tokens, into numbers of its own and keeps them."""
    if not _is_packed(config):
        return 0
    return config.batch_size * longest**2 * (layers * _attention_number(hardware) + 1)


def _is_packed(config: TrainingConfig) -> bool:
    """Whether rows share lines; text is cut into full lines anyway."""
    return config.packing and config.objective is not Objective.TEXT


def _attention_number(hardware: Hardware) -> int:
    """Bytes: on the processor attention is computed in float32."""
    return _BFLOAT if hardware.bfloat16 and hardware.is_cuda else _FLOAT


def _waste(size: ModelSize, config: TrainingConfig, hardware: Hardware, passed: int, activations: int) -> int:
    """What the allocator keeps beside `activations` (bytes); `passed`: tokens times layers."""
    if hardware.is_cuda:
        return 0
    if hardware.is_orderly:
        return BLOCKS_BYTES + int(_PIECES * activations)
    return passed * _heap_waste(size, config, hardware)


def _heap_waste(size: ModelSize, config: TrainingConfig, hardware: Hardware) -> int:
    """Bytes per token and layer."""
    number = _BFLOAT if hardware.bfloat16 else _FLOAT
    outputs = 0 if config.method is Method.FULL else sum(after for _, after in size.adapted(config))
    return int(
        _HOLES[hardware.bfloat16] * _kept_without_adapters(size, config, hardware)
        + _ADAPTER_HOLES[hardware.bfloat16] * number * outputs
    )


def _passing(size: ModelSize, config: TrainingConfig, hardware: Hardware) -> int:
    """Bytes per token of a layer's gradients on the way back, before they are added up."""
    number = _BFLOAT if hardware.bfloat16 else _FLOAT
    return 2 * number * size.inner + 3 * _FLOAT * size.width
