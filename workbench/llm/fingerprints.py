"""Hashes that say exactly what answered, so that an answer can be proved and need not be made twice."""

import hashlib
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash
from workbench.llm.endpoints.models import identity
from workbench.llm.file_hash import file_hash, together
from workbench.llm.gguf_header import read_header, shards
from workbench.llm.types import AdapterRef, ModelRef


def model_hash(model: ModelRef) -> str:
    """SHA-256 of the model's file; of its shards' hashes when there are several. Reads all of it, once per process.

    Of a model on a server what is known of it: the server and its name there.
    """
    if model.endpoint is not None:
        return identity(model.endpoint)
    return together([file_hash(part) for part in shards(Path(model.path))])


def template_hash(model: ModelRef) -> str:
    """SHA-256 of the chat template in the model's header; empty when it has none, or is on a server."""
    if model.endpoint is not None:
        return ""
    template = read_header(Path(model.path)).text("tokenizer.chat_template")
    return hashlib.sha256(template.encode()).hexdigest() if template else ""


def checked_adapter_hash(adapter: AdapterRef | None, expected: str) -> str:
    """SHA-256 of the adapter as it lies there now ("" for none); WorkbenchError when it is gone or not the `expected`.

    An empty `expected` accepts any.
    """
    if adapter is None:
        return ""
    path = Path(adapter.path)
    if not path.is_file():
        raise WorkbenchError(f"The adapter {path.name} is gone.", hint="Train it again.", code="no_adapter")
    found = adapter_hash(path)
    if expected and found != expected:
        raise WorkbenchError(
            f"The adapter {path.name} was changed since this was set up.",
            hint="Set it up and run it again.",
            code="adapter_changed",
        )
    return found
