"""A transformers folder as one GGUF file: what llama.cpp needs of a base that only transformers can read.

Written for the families of `architectures`; everything else is refused by name. Matrices are stored as F16, the rest
as F32. Which numbers go where is what llama.cpp's own converter does; both engines' logits and both tokenizers are
compared before the file becomes visible (`converting`).
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.finetune.gguf.architectures import ARCHITECTURES, Architecture, family_of_config, gguf_name
from workbench.finetune.gguf.tokens import add_tokenizer
from workbench.finetune.gguf.writer import permuted

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

_ROPES = ("default", "none", None)
_NO_WINDOW = 131_072
"""llama.cpp wants a window for some families; a model without one gets one that no context reaches."""


def write_twin(
    folder: Path, out: Path, name: str, on_tensor: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Write `out`. Raises WorkbenchError for a folder that cannot become one; what is half written is the caller's."""
    from gguf import GGUFWriter, LlamaFileType

    config = _read_config(folder)
    family = _family(config, name)
    _refuse_other_ropes(config, name)
    writer = GGUFWriter(str(out), family.name, use_temp_file=True)  # tensors wait on the disk, not in memory
    writer.add_type("model")
    writer.add_name(name)
    writer.add_file_type(LlamaFileType.MOSTLY_F16)
    _add_sizes(writer, config, family)
    add_tokenizer(writer, folder, family.name, int(config.vocab_size), name)
    names = list(_tensor_names(folder))
    for done, (file, parameter) in enumerate(names):
        on_tensor(done, len(names))
        _add_tensor(writer, family, config, parameter, _load(file, parameter))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _read_config(folder: Path) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(str(folder), trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise WorkbenchError(
            f"{folder.name} has no config.json that can be read.",
            hint="Choose a folder with a whole transformers model.",
            details=str(error),
            code="base_load",
        ) from error


def _family(config: Any, name: str) -> Architecture:
    family = family_of_config(config.model_type)
    if family is None:
        known = ", ".join(sorted(kind for known in ARCHITECTURES.values() for kind in known.model_types))
        raise WorkbenchError(
            f"{name} is of the type “{config.model_type}”, which cannot be written as GGUF here.",
            hint=f"Choose one of {known}, or put its GGUF file into the folder.",
            code="architecture",
        )
    return family


def _ropes(config: Any) -> dict[str, dict[str, Any]]:
    """Layer type -> rope parameters; one entry "" where all layers share them."""
    found = dict(config.rope_parameters or {})
    nested = {kind: values for kind, values in found.items() if isinstance(values, dict)}
    return nested or {"": found}


def _refuse_other_ropes(config: Any, name: str) -> None:
    for values in _ropes(config).values():
        if values.get("rope_type") not in _ROPES:
            raise WorkbenchError(
                f"{name} scales its positions ({values.get('rope_type')}), which cannot be written as GGUF here.",
                hint="Put the model's own GGUF file into the folder; then it is used.",
                code="rope_scaling",
            )


def _add_sizes(writer: Any, config: Any, family: Architecture) -> None:
    heads = int(config.num_attention_heads)
    head_width = int(getattr(config, "head_dim", None) or config.hidden_size // heads)
    ropes = _ropes(config)
    rope = ropes.get("full_attention") or next(iter(ropes.values()))
    writer.add_context_length(int(config.max_position_embeddings))
    writer.add_embedding_length(int(config.hidden_size))
    writer.add_block_count(int(config.num_hidden_layers))
    writer.add_feed_forward_length(int(config.intermediate_size))
    writer.add_head_count(heads)
    writer.add_head_count_kv(int(getattr(config, "num_key_value_heads", None) or heads))
    writer.add_key_length(head_width)
    writer.add_value_length(head_width)
    writer.add_layer_norm_rms_eps(float(config.rms_norm_eps))
    writer.add_rope_dimension_count(int(head_width * float(rope.get("partial_rotary_factor") or 1.0)))
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    writer.add_vocab_size(int(config.vocab_size))
    window = int(getattr(config, "sliding_window", None) or _NO_WINDOW)
    match family.name:
        case "phi3":
            writer.add_sliding_window(window)
            original = getattr(config, "original_max_position_embeddings", None) or config.max_position_embeddings
            writer.add_rope_scaling_orig_ctx_len(int(original))
        case "gemma2":
            writer.add_sliding_window(window)
            writer.add_attn_logit_softcapping(float(config.attn_logit_softcapping))
            writer.add_final_logit_softcapping(float(config.final_logit_softcapping))
        case "gemma3":
            writer.add_sliding_window(window)
            local = ropes.get("sliding_attention")
            if local:
                writer.add_rope_freq_base_swa(float(local["rope_theta"]))


def _tensor_names(folder: Path) -> Iterator[tuple[Path, str]]:
    """(file, parameter) of every tensor, by the index of a model in parts or from its one file."""
    from safetensors import safe_open

    index = folder / "model.safetensors.index.json"
    if index.is_file():
        parts = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        yield from sorted(((folder / file, parameter) for parameter, file in parts.items()), key=lambda pair: pair[1])
        return
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(str(file), framework="pt") as opened:
            for parameter in sorted(opened.keys()):
                yield file, parameter


def _load(file: Path, parameter: str) -> "Floats":
    from safetensors import safe_open

    with safe_open(str(file), framework="pt") as opened:
        values: Floats = opened.get_tensor(parameter).float().numpy()
    return values


def converted(
    family: Architecture, config: Any, parameter: str
) -> tuple[str, "Callable[[Floats], np.ndarray[Any, Any]]"] | None:
    """The GGUF name of a transformers parameter, and what makes its numbers those of llama.cpp; None: not stored."""
    import numpy as np

    if parameter == "lm_head.weight" and config.tie_word_embeddings:
        return None
    tensor = gguf_name(parameter, family.name, int(config.num_hidden_layers))
    heads = 0
    if family.is_permuted and ".attn_q." in tensor:
        heads = int(config.num_attention_heads)
    elif family.is_permuted and ".attn_k." in tensor:
        heads = int(config.num_key_value_heads)

    def convert(values: "Floats") -> "np.ndarray[Any, Any]":
        if heads:
            values = _permuted(values, heads)
        if parameter.endswith("norm.weight"):
            values = values + np.float32(family.norm_offset)
        return np.ascontiguousarray(values, dtype=np.float16 if values.ndim == 2 else np.float32)

    return tensor, convert


def _add_tensor(writer: Any, family: Architecture, config: Any, parameter: str, values: "Floats") -> None:
    found = converted(family, config, parameter)
    if found is not None:
        writer.add_tensor(found[0], found[1](values))


def _permuted(values: "Floats", heads: int) -> "Floats":
    """Also of a bias, which is one column of numbers."""
    return permuted(values, heads) if values.ndim == 2 else permuted(values[:, None], heads)[:, 0]
