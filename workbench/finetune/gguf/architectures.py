"""What differs between the families of models that can be trained and written: names of layers, order of rows, norms.

A family is listed here when both engines were compared on it (`python -m benchmarks export`); others are refused by
name. The names of tensors come from gguf's own table; the peculiarities are those of llama.cpp's converter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from workbench.errors import WorkbenchError

_FUSED = MappingProxyType(
    {
        "q_proj": "qkv_proj",
        "k_proj": "qkv_proj",
        "v_proj": "qkv_proj",
        "gate_proj": "gate_up_proj",
        "up_proj": "gate_up_proj",
    }
)


@dataclass(frozen=True, slots=True)
class Architecture:
    """One family, by its name in a GGUF header."""

    name: str
    model_types: tuple[str, ...]
    """`model_type` of a transformers config.json that becomes this family."""
    is_permuted: bool = False
    """llama.cpp turns neighbouring pairs of a head where transformers turns its halves: q and k rows are reordered."""
    norm_offset: float = 0.0
    """Added to the weights of norms: gemma counts from 1 in llama.cpp."""
    fused: Mapping[str, str] = field(default_factory=dict)
    """Linear layers that are one in this family: projection -> the layer that holds it."""

    def modules(self, projections: Iterable[str]) -> list[str]:
        """The names of the layers in transformers that hold these projections, sorted."""
        return sorted({self.fused.get(name, name) for name in projections})


ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType(
    {
        family.name: family
        for family in (
            Architecture("llama", ("llama", "mistral"), is_permuted=True),
            Architecture("qwen2", ("qwen2",)),
            Architecture("qwen3", ("qwen3",)),
            Architecture("phi3", ("phi3",), fused=_FUSED),
            Architecture("gemma2", ("gemma2",), norm_offset=1.0),
            Architecture("gemma3", ("gemma3_text",), norm_offset=1.0),
        )
    }
)


def architecture_of(name: str, model_name: str = "The model") -> Architecture:
    """The family of that name in a GGUF header. Raises WorkbenchError with the names that are known."""
    found = ARCHITECTURES.get(name)
    if found is None:
        raise WorkbenchError(
            f"{model_name} has the architecture “{name}”, which cannot be trained here.",
            hint=f"Choose a model of the family {', '.join(ARCHITECTURES)}.",
            code="architecture",
        )
    return found


def family_of_config(model_type: str) -> Architecture | None:
    """The family that a transformers config becomes; None when there is none."""
    return next((family for family in ARCHITECTURES.values() if model_type in family.model_types), None)


def gguf_name(parameter: str, architecture: str, blocks: int) -> str:
    """The GGUF tensor name of a transformers parameter. Raises WorkbenchError when llama.cpp knows no such tensor."""
    found = _name_map(architecture, blocks).get_name(parameter, try_suffixes=(".weight", ".bias"))
    if found is None:
        raise WorkbenchError(
            f"llama.cpp knows no tensor for {parameter} in models of the architecture “{architecture}”.",
            code="adapter_part",
        )
    return str(found)


def _name_map(architecture: str, blocks: int) -> Any:
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    arch = next(arch for arch, name in MODEL_ARCH_NAMES.items() if name == architecture)
    return get_tensor_name_map(arch, blocks)
