"""Which models can be chosen for what. No Qt, so that presenters may ask too."""

from typing import Protocol

from workbench.llm.types import ModelKind, ModelRef


def can_answer(model: ModelRef) -> bool:
    """A model that can be chatted with: the usual choice."""
    return model.kind is ModelKind.CHAT and model.file_format in {"gguf", "endpoint"} and not model.problem


class TrainedFor(Protocol):
    """What is asked of an adapter (`finetune.types.Adapter`)."""

    @property
    def base_name(self) -> str: ...
    @property
    def base_path(self) -> str: ...


def belongs(adapter: TrainedFor, model: ModelRef) -> bool:
    """Whether the adapter was trained for this model."""
    return adapter.base_path == model.path or adapter.base_name == model.name
