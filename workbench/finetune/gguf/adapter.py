"""PEFT adapter -> GGUF adapter: the base's tensor names with `.lora_a` / `.lora_b`, q and k in llama.cpp's order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.finetune.gguf.architectures import architecture_of, gguf_name
from workbench.finetune.gguf.writer import permuted
from workbench.llm.gguf_header import GgufHeader, read_header

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

_PARAMETER = re.compile(r"^base_model\.model\.(?P<layer>.+)\.lora_(?P<half>[AB])(?:\.default)?\.weight$")


@dataclass(frozen=True, slots=True)
class LoraPair:
    """One changed layer: weight += scale * up @ down."""

    down: "Floats"
    """(rank, inputs): PEFT's lora_A."""
    up: "Floats"
    """(outputs, rank): PEFT's lora_B, rows as llama.cpp orders them."""


def read_peft(folder: Path, base: GgufHeader) -> tuple[dict[str, LoraPair], float, int]:
    """GGUF tensor name -> pair, alpha and rank of the PEFT adapter in `folder`."""
    import json

    from safetensors.numpy import load_file

    settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    halves: dict[str, dict[str, Floats]] = {}
    for name, values in load_file(folder / "adapter_model.safetensors").items():
        match = _PARAMETER.match(name)
        if not match:
            raise WorkbenchError(
                f"The adapter has a part that llama.cpp cannot apply: {name}.",
                hint="Train with the seven linear layers only.",
                code="adapter_part",
            )
        halves.setdefault(match["layer"], {})[match["half"]] = values.astype("float32")
    blocks = base.size("block_count")
    named = {gguf_name(f"{layer}.weight", base.architecture, blocks): found for layer, found in sorted(halves.items())}
    pairs = {tensor: _pair(tensor, found, base) for tensor, found in named.items()}
    return pairs, float(settings["lora_alpha"]), int(settings["r"])


def write_adapter(path: Path, pairs: Mapping[str, LoraPair], alpha: float, base: GgufHeader, name: str) -> None:
    """A GGUF LoRA adapter that `llama_adapter_lora_init` takes. The same pairs give the same bytes."""
    from gguf import GGUFWriter

    writer = GGUFWriter(str(path), base.architecture)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    if base_name := base.text("general.name"):
        writer.add_string("general.base_model.0.name", base_name)
    for tensor, pair in pairs.items():
        if tensor not in base.tensors:
            raise WorkbenchError(f"The base has no tensor {tensor}.", code="adapter_part")
        writer.add_tensor(f"{tensor}.lora_a", pair.down)
        writer.add_tensor(f"{tensor}.lora_b", pair.up)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def export_adapter(peft_folder: Path, base_gguf: Path, out: Path, name: str) -> None:
    """PEFT folder -> GGUF adapter file."""
    base = read_header(base_gguf)
    pairs, alpha, _ = read_peft(peft_folder, base)
    write_adapter(out, pairs, alpha, base, name)


def heads_of(tensor: str, base: GgufHeader) -> int:
    """How many heads the rows of a q or k tensor belong to; 0 for tensors whose rows are not reordered."""
    if not architecture_of(base.architecture).is_permuted:
        return 0
    if tensor.endswith(".attn_q.weight"):
        return base.size("attention.head_count")
    if tensor.endswith(".attn_k.weight"):
        return base.size("attention.head_count_kv", base.size("attention.head_count"))
    return 0


def _pair(tensor: str, halves: "Mapping[str, Floats]", base: GgufHeader) -> LoraPair:
    import numpy as np

    if set(halves) != {"A", "B"}:
        raise WorkbenchError(f"The adapter is damaged: {tensor} has only one half.", code="adapter_part")
    up = halves["B"]
    if heads := heads_of(tensor, base):
        up = permuted(up, heads)
    return LoraPair(np.ascontiguousarray(halves["A"]), np.ascontiguousarray(up))
