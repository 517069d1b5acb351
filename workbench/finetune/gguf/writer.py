"""A small llama-architecture model as one GGUF file: weights, tokenizer and chat template.

llama.cpp turns neighbouring pairs of a head where transformers turns its two halves, so the rows of q and k are
reordered here as llama.cpp's own converter does (`LlamaModel.permute`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.finetune.gguf.architectures import gguf_name
from workbench.finetune.scratch.model import ModelShape
from workbench.finetune.scratch.tokenizer import CHAT_TEMPLATE, END, PAD, SPECIAL_TOKENS

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the file says about itself."""

    name: str
    author: str = "LLM Workbench"
    licence: str = "apache-2.0"
    description: str = ""


def permuted(weights: "np.ndarray[Any, Any]", heads: int) -> "np.ndarray[Any, Any]":
    """Rows of a q or k matrix from halves (transformers) to pairs (llama.cpp)."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write_gguf(
    path: Path,
    state: Mapping[str, "torch.Tensor"],
    shape: ModelShape,
    tokenizer: "Tokenizer",
    card: ModelCard,
    *,
    chat_template: str = CHAT_TEMPLATE,
    quantised: bool = True,
) -> None:
    """Writes `path` in one go (a temporary file beside it, then a rename); matrices as Q8_0 or F32."""
    from gguf import GGUFWriter

    partial = path.with_suffix(".partial")
    writer = GGUFWriter(str(partial), "llama")
    _add_description(writer, shape, card, quantised=quantised)
    _add_tokenizer(writer, tokenizer, chat_template, shape.vocabulary)
    for name, weights in state.items():
        _add_tensor(writer, name, weights.detach().float().numpy(), shape, quantised=quantised)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)


def _add_description(writer: Any, shape: ModelShape, card: ModelCard, *, quantised: bool) -> None:
    from gguf import LlamaFileType

    writer.add_type("model")
    writer.add_name(card.name)
    if card.author:
        writer.add_author(card.author)
    if card.licence:
        writer.add_license(card.licence)
    if card.description:
        writer.add_description(card.description)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0 if quantised else LlamaFileType.ALL_F32)


def _add_tokenizer(writer: Any, tokenizer: "Tokenizer", chat_template: str, vocabulary: int) -> None:
    """The tokens; a model with more rows than tokens gets names for the unused ones, as llama.cpp's converter does."""
    from gguf import TokenType

    model = json.loads(tokenizer.to_str())["model"]
    ids: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
    tokens = sorted(ids, key=lambda token: ids[token])
    unused = [f"[PAD{number}]" for number in range(len(tokens), vocabulary)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    types = [TokenType.CONTROL if token in SPECIAL_TOKENS else TokenType.NORMAL for token in tokens]
    writer.add_token_list([*tokens, *unused])
    writer.add_token_types([*types, *(TokenType.UNUSED for _ in unused)])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(ids[PAD])
    writer.add_eos_token_id(ids[END])
    writer.add_eot_token_id(ids[END])
    writer.add_pad_token_id(ids[PAD])
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    if chat_template:
        writer.add_chat_template(chat_template)


def _add_tensor(writer: Any, name: str, weights: "np.ndarray[Any, Any]", shape: ModelShape, *, quantised: bool) -> None:
    from gguf import GGMLQuantizationType, quants

    tensor = gguf_name(name, "llama", shape.layers)
    if name.endswith(("q_proj.weight", "k_proj.weight")):
        weights = permuted(weights, shape.heads)
    if weights.ndim == 2 and quantised:
        blocks = quants.quantize(weights, GGMLQuantizationType.Q8_0)
        writer.add_tensor(tensor, blocks, raw_dtype=GGMLQuantizationType.Q8_0)
    else:
        writer.add_tensor(tensor, weights)
