"""Which adapters can answer with a model, for the pages that ask one. No Qt."""

from collections.abc import Sequence

from workbench.errors import WorkbenchError
from workbench.finetune.types import Adapter
from workbench.llm.types import AdapterRef, ModelRef
from workbench.ui.widgets.model_choice import belongs


def fitting_adapters(
    adapters: Sequence[Adapter], models: Sequence[ModelRef], model_name: str, chosen: str
) -> tuple[tuple[str, ...], str]:
    """The names of those that belong to the model, and the chosen one where it is among them."""
    model = next((model for model in models if model.name == model_name), None)
    fitting = tuple(one.name for one in adapters if model is not None and belongs(one, model))
    return fitting, chosen if chosen in fitting else ""


def adapter_ref(adapters: Sequence[Adapter], name: str, scale: float = 1.0) -> AdapterRef | None:
    """The chosen one at its scale; None for no name. Raises WorkbenchError when it was deleted meanwhile."""
    if not name:
        return None
    found = next((adapter for adapter in adapters if adapter.name == name), None)
    if found is None:
        raise WorkbenchError(f"The adapter “{name}” is gone.", hint="Choose another one, or none.")
    return AdapterRef(path=found.gguf_path, scale=scale)
