"""Folders with transformers models and PEFT adapters: described from their JSON and the headers of their weights."""

import json
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.llm.file_hash import content_key
from workbench.llm.safetensors_header import count_numbers
from workbench.llm.types import ModelKind, ModelRef

_UNSAFE = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
_MAX_JSON = 4_000_000


def describe_folder(folder: Path, *, name: str = "", source: str = "") -> ModelRef:
    """What a model folder says of itself; `problem` when it is unsafe, damaged or no model at all."""
    name = name or folder.name
    adapter = _read_json(folder / "adapter_config.json")
    config = _read_json(folder / "config.json")
    if adapter is None and config is None:
        return _row(folder, name, source, problem=f"The folder {folder.name} holds no model that can be read.")
    weights = sorted(folder.glob("*.safetensors"))
    parameters, damage = _count(weights)
    kind = ModelKind.ADAPTER if adapter is not None else _kind(config or {})
    return ModelRef(
        name=name,
        path=str(folder),
        kind=kind,
        file_format="transformers",
        architecture=str((config or {}).get("model_type", "")),
        # Packed weights hold several in each number; how many, each method says in its own way.
        parameters=0 if "quantization_config" in (config or {}) else parameters,
        context_length=_number(config, "max_position_embeddings"),
        size_bytes=sum(_size(path) for path in weights),
        embedding_length=_number(config, "hidden_size"),
        block_count=_number(config, "num_hidden_layers"),
        head_count=_number(config, "num_attention_heads"),
        head_count_kv=_number(config, "num_key_value_heads"),
        quantization=str((config or {}).get("dtype") or (config or {}).get("torch_dtype") or ""),
        has_chat_template=(folder / "chat_template.jinja").is_file(),
        base_name=str((adapter or {}).get("base_model_name_or_path") or ""),
        content_key=content_key(folder),
        source=source,
        problem=_problem(folder, name, config or {}, weights) or damage,
    )


def _count(weights: list[Path]) -> tuple[int, str]:
    """Parameters in all files, or 0 and which of them is damaged or was cut."""
    try:
        return sum(map(count_numbers, weights)), ""
    except WorkbenchError as problem:
        return 0, problem.message


def _kind(config: dict[str, Any]) -> ModelKind:
    architectures = config.get("architectures")
    names = architectures if isinstance(architectures, list) else []
    return ModelKind.CHAT if any("CausalLM" in str(n) or "LMHead" in str(n) for n in names) else ModelKind.EMBEDDER


def _problem(folder: Path, name: str, config: dict[str, Any], weights: list[Path]) -> str:
    if "auto_map" in config:
        return f"{name} comes with program code of its own, which is never run."
    if weights:
        return ""
    unsafe = [path.name for path in sorted(folder.iterdir()) if path.suffix in _UNSAFE]
    if unsafe:
        return f"{name} uses an unsafe format ({unsafe[0]}). Convert it to safetensors or choose another."
    return f"{name} has no weights (*.safetensors)."


def _row(folder: Path, name: str, source: str, problem: str) -> ModelRef:
    return ModelRef(name=name, path=str(folder), file_format="transformers", source=source, problem=problem)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_JSON:
            return None
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _number(config: dict[str, Any] | None, key: str) -> int:
    value = (config or {}).get(key)
    return value if isinstance(value, int) and value >= 0 else 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
