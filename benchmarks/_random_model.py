"""A llama of about 120 million random numbers with the starter's tokens: as slow as a real one, and made in seconds."""

import re
from pathlib import Path
from typing import Any

import numpy as np

LAYERS, WIDTH, HEADS, INNER = 16, 768, 12, 2048
CONTEXT = 2048
_SPEAKABLE = re.compile(r"[ -~Ġ]+")


def write_random_model(path: Path, starter: Path, *, seed: int = 0) -> Path:
    """Q8_0, 116 million parameters. It never ends an answer and says plain ASCII, so that every token can be shown."""
    from gguf import GGUFReader, GGUFWriter, LlamaFileType, quants
    from gguf.constants import GGMLQuantizationType

    generator = np.random.default_rng(seed)
    source = GGUFReader(str(starter))
    tokens = [str(token) for token in source.fields["tokenizer.ggml.tokens"].contents()]
    writer = GGUFWriter(str(path), "llama")
    writer.add_name("random 120M")
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    _copy_tokenizer(source, writer)

    def matrix(name: str, rows: int, columns: int, *, silent: list[int] | None = None) -> None:
        weights = generator.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)
        weights[silent or []] = 0
        writer.add_tensor(
            name, quants.quantize(weights, GGMLQuantizationType.Q8_0), raw_dtype=GGMLQuantizationType.Q8_0
        )

    matrix("token_embd.weight", len(tokens), WIDTH)
    for block in range(LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{block}.{norm}.weight", np.ones(WIDTH, np.float32))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"blk.{block}.{name}.weight", WIDTH, WIDTH)
        matrix(f"blk.{block}.ffn_gate.weight", INNER, WIDTH)
        matrix(f"blk.{block}.ffn_up.weight", INNER, WIDTH)
        matrix(f"blk.{block}.ffn_down.weight", WIDTH, INNER)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    mute = [number for number, token in enumerate(tokens) if token.startswith("<|") or not _SPEAKABLE.fullmatch(token)]
    matrix("output.weight", len(tokens), WIDTH, silent=mute)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _copy_tokenizer(source: Any, writer: Any) -> None:
    from gguf import GGUFValueType

    for field in source.fields.values():
        if field.name.startswith("tokenizer."):
            kind = field.types[0]
            inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
