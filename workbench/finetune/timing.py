"""How long a training will take, from a few of its own batches: forward and back, no weight is changed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.finetune.base_model import BaseFiles, load_base, quiet_libraries
from workbench.finetune.batching import Schedule, collate
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.exact_trainer import uses_bf16
from workbench.finetune.loss import summed_loss
from workbench.finetune.quantized import quantize_base
from workbench.finetune.training import add_lora
from workbench.finetune.training_config import Method, TrainingConfig

_FORWARD_SHARE = 1 / 3
"""Of a batch's time that its forward pass takes: the way back is two such."""


@dataclass(frozen=True, slots=True)
class BatchTime:
    """Seconds of a batch: `base + per_token * tokens`, padding counted."""

    base: float
    per_token: float

    def seconds(self, tokens: float) -> float:
        return self.base + self.per_token * tokens


def load_to_time(files: BaseFiles, name: str, config: TrainingConfig, threads: int) -> Any:
    """The model as the training will have it, on the device where it will be."""
    import torch

    torch.set_num_threads(max(1, threads))
    model = load_base(files, name)
    if config.method is Method.QLORA:
        model = quantize_base(model)
    if config.method is not Method.FULL:
        model = add_lora(model, config)
    if config.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    return model.to("cuda" if torch.cuda.is_available() else "cpu")


def time_batches(model: Any, rows: Sequence[EncodedRow], schedule: Schedule, config: TrainingConfig) -> BatchTime:
    """A small and a large batch of the schedule, each computed twice; the first time of each is not counted."""
    filled = sorted((batch for batch in schedule.batches if batch), key=lambda batch: _tokens(rows, batch))
    small, large = filled[len(filled) // 4], filled[-1 - len(filled) // 20]
    model.train()
    with quiet_libraries():
        times = [_timed(model, [rows[index] for index in batch], config) for batch in (small, large)]
    return between((_tokens(rows, small), times[0]), (_tokens(rows, large), times[1]))


def between(small: tuple[int, float], large: tuple[int, float]) -> BatchTime:
    """The line through two (tokens, seconds); through the origin where they are too close or the clock was off."""
    tokens, seconds = large[0] - small[0], large[1] - small[1]
    per_token = seconds / tokens if tokens > 0.2 * large[0] else -1.0
    base = small[1] - per_token * small[0]
    if per_token <= 0 or base < 0:
        return BatchTime(0.0, (small[1] + large[1]) / (small[0] + large[0]))
    return BatchTime(base, per_token)


def whole_seconds(
    time_of: BatchTime, rows: Sequence[EncodedRow], schedule: Schedule, held_out: Sequence[EncodedRow], epochs: int
) -> float:
    """All batches of a training, and the held-out rows after each pass."""
    trained = sum(time_of.seconds(_tokens(rows, batch)) for batch in schedule.batches if batch)
    measured = sum(time_of.per_token * len(row.ids) for row in held_out) * epochs * _FORWARD_SHARE
    return trained + measured


def _timed(model: Any, rows: Sequence[EncodedRow], config: TrainingConfig) -> float:
    import torch

    device = next(model.parameters()).device
    inputs = {name: values.to(device) for name, values in collate(rows).items()}
    seconds = 0.0
    for _ in range(2):
        began = time.perf_counter()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=uses_bf16(config.precision)):
            summed, tokens = summed_loss(model, inputs)
        loss: Any = summed / max(1, tokens)
        loss.backward()
        model.zero_grad(set_to_none=True)
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds = time.perf_counter() - began
    return seconds


def _tokens(rows: Sequence[EncodedRow], batch: Sequence[int]) -> int:
    return len(batch) * max(len(rows[index].ids) for index in batch)
