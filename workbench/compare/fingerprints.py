"""Hashes that say exactly what answered, so that a trial can be proved and need not be made twice."""

import hashlib
import json
from pathlib import Path

from workbench.compare.types import Arm
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash as file_hash
from workbench.llm.endpoints.models import identity
from workbench.llm.gguf_header import read_header, shards
from workbench.llm.types import LoadConfig, ModelRef


def model_hash(model: ModelRef) -> str:
    """SHA-256 of the model's file; of its shards' hashes when there are several. Reads all of it, once per process.

    Of a model on a server what is known of it: the server and its name there.
    """
    if model.endpoint is not None:
        return identity(model.endpoint)
    parts = [file_hash(part) for part in shards(Path(model.path))]
    return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()


def template_hash(model: ModelRef) -> str:
    """SHA-256 of the chat template in the model's header; empty when it has none, or is on a server."""
    if model.endpoint is not None:
        return ""
    template = read_header(Path(model.path)).text("tokenizer.chat_template")
    return hashlib.sha256(template.encode()).hexdigest() if template else ""


def checked_adapter_hash(arm: Arm) -> str:
    """SHA-256 of the arm's adapter as it lies there now; WorkbenchError when it is gone or another one by now."""
    if arm.adapter is None:
        return ""
    path = Path(arm.adapter.path)
    if not path.is_file():
        raise WorkbenchError(f"The adapter {path.name} is gone.", hint="Train it again.", code="no_adapter")
    found = file_hash(path)
    if arm.adapter_hash and found != arm.adapter_hash:
        raise WorkbenchError(
            f"The adapter {path.name} was changed since the comparison was set up.",
            hint="Run the comparison again.",
            code="adapter_changed",
        )
    return found


def trial_key(arm: Arm, example: Example, model: str, adapter: str, load: LoadConfig) -> str:
    """Hash of everything that decides the answer of this arm to this question."""
    decides = {
        "model": model,
        "adapter": adapter,
        "scale": arm.adapter.scale if arm.adapter else 1.0,
        "system": arm.system,
        "shots": [shot.model_dump() for shot in arm.shots],
        "shots_per_question": arm.shots_per_question,
        "collection": arm.collection.model_dump(mode="json") if arm.collection else None,
        "retrieval": arm.retrieval.model_dump(mode="json") if arm.collection else None,
        "generation": arm.generation.model_dump(mode="json"),
        "load": load.model_dump(mode="json"),
        "question": example.question,
    }
    if arm.model.endpoint is not None:
        decides["context"] = arm.model.endpoint.context_length  # how many passages fit
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
