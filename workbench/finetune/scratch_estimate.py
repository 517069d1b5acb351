"""What a model from scratch takes on this computer: measured with a few steps, before anything is started."""

import itertools
import time
from pathlib import Path

from workbench.datasets.rows_file import read_rows
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.scratch.loop import PretrainingConfig, Trainer
from workbench.finetune.scratch.model import build_model
from workbench.finetune.scratch.sizes import OPERATIONS, ScratchEstimate, ScratchSettings, big_models
from workbench.finetune.scratch.text_batches import as_example
from workbench.finetune.step_watch import resident_bytes
from workbench.finetune.texts import no_text, text_of
from workbench.finetune.types import TrainRequest
from workbench.jobs.context import JobContext

_MEASURED_STEPS = 3
_CHARACTERS_PER_TOKEN = 3.5
"""Of English text with a small vocabulary; only for the estimate."""


def estimate_scratch(context: JobContext, request: TrainRequest) -> ScratchEstimate:
    """Time and memory of a model from scratch, measured with a few steps, and what a big one would take."""
    import torch

    settings = request.scratch or ScratchSettings()
    rows = read_rows(Path(request.rows_path), request.rows_hash)
    characters = sum(len(text_of(row)) for row in rows)
    if not characters:
        raise no_text()
    torch.set_num_threads(max(1, context.threads))
    context.progress(0, 0, "Measuring a few steps")
    shape = settings.shape
    trainer = Trainer(
        build_model(shape, 0),
        PretrainingConfig(shape=shape, steps=_MEASURED_STEPS + 1, threads=max(1, context.threads)),
    )
    block = EncodedRow(tuple(n % shape.vocabulary for n in range(shape.context + 1)), (True,) * (shape.context + 1), 1)
    times: list[float] = [time.monotonic()]
    size = max(1, settings.batch_tokens // shape.context)
    trainer.train(itertools.repeat([as_example(block)] * size), lambda step: times.append(time.monotonic()))
    seconds = min(later - sooner for sooner, later in itertools.pairwise(times))  # the first one warms up
    per_second = size * shape.context / seconds
    operations = OPERATIONS * settings.parameters * per_second
    text_tokens = max(1, round(characters / _CHARACTERS_PER_TOKEN))
    return ScratchEstimate(
        parameters=settings.parameters,
        tokens=settings.tokens,
        seconds=settings.tokens / per_second,
        tokens_per_second=per_second,
        operations_per_second=operations,
        text_tokens=text_tokens,
        passes=settings.tokens / text_tokens,
        memory_bytes=resident_bytes(),
        big=big_models(operations),
    )
