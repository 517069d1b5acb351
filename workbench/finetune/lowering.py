"""A training that does not fit into the memory: which setting to lower, and to what value."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.finetune.training_config import Method, TrainingConfig

_SHORTEST = 64
_CHECKPOINTING = "turn on gradient checkpointing (about a third slower)"

Fits = Callable[[TrainingConfig, int], bool]
"""Whether settings fit with rows of so many tokens."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """What to change, in a sentence, and the settings where the learning stays the same."""

    advice: str
    config: TrainingConfig | None = None


def lowered(config: TrainingConfig, longest: int, fits: Fits) -> Lowered:
    """The gentlest change that fits: first what learns the same, then what learns less."""
    for candidate in _same_learning(config):
        if fits(candidate, longest):
            return Lowered(f"{_sentence(config, candidate)}: the same learning in less memory.", candidate)
    smallest = _checkpointed(config.model_copy(update={"batch_size": 1}))
    length = longest
    while length > _SHORTEST and not fits(smallest, length):
        length = max(_SHORTEST, length // 2)
    if fits(smallest, length):
        return Lowered(
            f"Set the longest row to {length} tokens and the batch size to 1, and {_CHECKPOINTING}. "
            "Longer rows are cut."
        )
    if config.method is Method.FULL and fits(smallest.model_copy(update={"method": Method.LORA}), length):
        return Lowered("Choose the method LoRA: it changes few weights and needs a fraction of the memory.")
    return Lowered("Choose a smaller base model: this one does not fit even with one short row at a time.")


def smaller_batches(config: TrainingConfig) -> Iterator[TrainingConfig]:
    """The same rows a step in ever smaller batches, the settings themselves first."""
    batch = config.batch_size
    while batch:
        accumulation = math.ceil(config.batch_size * config.gradient_accumulation / batch)
        yield config.model_copy(update={"batch_size": batch, "gradient_accumulation": accumulation})
        batch //= 2


def _same_learning(config: TrainingConfig) -> Iterator[TrainingConfig]:
    yield from smaller_batches(config)
    if not config.gradient_checkpointing:
        yield from map(_checkpointed, smaller_batches(config))


def _checkpointed(config: TrainingConfig) -> TrainingConfig:
    return config.model_copy(update={"gradient_checkpointing": True})


def _sentence(before: TrainingConfig, after: TrainingConfig) -> str:
    parts = []
    if after.batch_size != before.batch_size:
        parts.append(f"set the batch size to {after.batch_size} and accumulation to {after.gradient_accumulation}")
    if after.gradient_checkpointing != before.gradient_checkpointing:
        parts.append(_CHECKPOINTING)
    said = ", and ".join(parts)
    return said[:1].upper() + said[1:]
