"""The starter model after LoRA on the house format, trained and applied by the program's own tasks."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks._starter_house_format import Row
from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune import tasks
from workbench.finetune.types import TrainingConfig, TrainRequest
from workbench.jobs.context import RecordingContext
from workbench.llm.engines import borrowed, say_nothing
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    GenerationConfig,
    GenerationRequest,
    LoadConfig,
    ModelRef,
    Role,
)

CONFIG = TrainingConfig(epochs=10, batch_size=4, learning_rate=2e-3, rank=16, alpha=32.0, seed=1)


def tuned_answers(
    model: ModelRef, train: Sequence[Row], test: Sequence[Row], config: TrainingConfig = CONFIG
) -> list[str]:
    """What the model answers to `test` after training on `train`."""
    with tempfile.TemporaryDirectory() as folder:
        adapter = _train(model, train, Path(folder), config)
        requests = [
            GenerationRequest(
                messages=(ChatMessage(role=Role.USER, content=row.message),),
                config=GenerationConfig(max_tokens=60),
                adapter=AdapterRef(path=adapter),
            )
            for row in test
        ]
        with borrowed(model, LoadConfig(context_length=2048), say_nothing) as engine:
            return [c.text for c in engine.complete_all(requests, lambda _: None, lambda: False)]


def _train(model: ModelRef, train: Sequence[Row], folder: Path, config: TrainingConfig) -> str:
    path, digest = write_rows([_training_row(row) for row in train], folder / "datasets")
    request = TrainRequest(
        name="house-format",
        base=model,
        rows_path=str(path),
        rows_hash=digest,
        config=config,
        adapters_folder=str(folder / "adapters"),
        work_folder=str(folder / "work"),
    )
    report = tasks.train(RecordingContext(folder, threads=2), request)
    if report.adapter is None:
        raise WorkbenchError("The LoRA training did not finish.")
    return report.adapter.gguf_path


def _training_row(row: Row) -> TrainingRow:
    return TrainingRow(
        messages=(
            ChatMessage(role=Role.USER, content=row.message),
            ChatMessage(role=Role.ASSISTANT, content=row.expected),
        )
    )
