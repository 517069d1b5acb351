"""Which models can be chosen for what. No Qt, so that presenters may ask too."""

from workbench.llm.types import ModelKind, ModelRef


def can_answer(model: ModelRef) -> bool:
    """A model that can be chatted with: the usual choice."""
    return model.kind is ModelKind.CHAT and model.file_format in {"gguf", "endpoint"} and not model.problem
