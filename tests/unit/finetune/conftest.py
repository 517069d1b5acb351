"""A base of random weights that trains in seconds, and rows to train it on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.datasets.types import TrainingRow
from workbench.finetune.running import rows_request
from workbench.finetune.types import TrainingConfig, TrainRequest
from workbench.llm.types import ChatMessage, ModelRef, Role
from workbench.paths import WorkbenchPaths

COLOURS = ("red", "green", "blue")

RequestMaker = Callable[..., TrainRequest]


def colour_rows(count: int = 24) -> list[TrainingRow]:
    """Each says a number and is answered with a colour."""
    return [
        TrainingRow(
            messages=(
                ChatMessage(role=Role.USER, content=f"number {n}"),
                ChatMessage(role=Role.ASSISTANT, content=COLOURS[n % 3]),
            ),
            number=n + 1,
        )
        for n in range(count)
    ]


@pytest.fixture
def base(tmp_path: Path) -> ModelRef:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", context=256)
    return ModelRef(name="tiny", path=str(path), architecture="llama")


@pytest.fixture
def make_request(home: WorkbenchPaths, base: ModelRef) -> RequestMaker:
    """A request to train `rows` (colours) under `name` with any settings."""

    def make(name: str = "colours", rows: list[TrainingRow] | None = None, **settings: object) -> TrainRequest:
        settings = {"epochs": 2, "batch_size": 4, "rank": 4, "alpha": 8.0, "learning_rate": 1e-2} | settings
        config = TrainingConfig.model_validate(settings)
        return rows_request(home, name=name, base=base, rows=rows or colour_rows(), config=config, origin="colours")

    return make
