"""Language models small enough to be made by the test that needs them: real GGUF files that llama.cpp loads in 0.1 s.

`write_tiny_gguf` makes a llama of random weights (deterministic by seed); `write_saying_gguf` one that is wired to say
a given text byte by byte and then stop, whatever it is asked. Both have a byte-level vocabulary, so a token is a byte.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ("<|bos|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
BOS, END = 256, 257
ASSISTANT = 260
VOCABULARY = 256 + len(SPECIAL)


def byte_symbols() -> list[str]:
    """The 256 printable characters by which byte-level BPE writes bytes (GPT-2's mapping), in byte order."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


def write_tiny_gguf(
    path: Path,
    *,
    seed: int = 0,
    width: int = 64,
    blocks: int = 2,
    heads: int = 4,
    heads_kv: int = 2,
    feed_forward: int = 128,
    context: int = 512,
    template: str | None = TEMPLATE,
    ends: bool = True,
    replace: Mapping[str, Array] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """A random llama as GGUF (float32). `replace` swaps tensors by name, `metadata` overrides numbers.

    Without `ends` the likeliest token is never the end mark: an answer goes on until it is stopped.
    """
    generator = np.random.default_rng(seed)
    head = width // heads

    def random(*shape: int) -> Array:
        return generator.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)

    tensors: dict[str, Array] = {"token_embd.weight": generator.normal(0, 1, (VOCABULARY, width)).astype(np.float32)}
    for block in range(blocks):
        tensors |= {
            f"blk.{block}.attn_norm.weight": np.ones(width, np.float32),
            f"blk.{block}.attn_q.weight": random(width, width),
            f"blk.{block}.attn_k.weight": random(heads_kv * head, width),
            f"blk.{block}.attn_v.weight": random(heads_kv * head, width),
            f"blk.{block}.attn_output.weight": random(width, width),
            f"blk.{block}.ffn_norm.weight": np.ones(width, np.float32),
            f"blk.{block}.ffn_gate.weight": random(feed_forward, width),
            f"blk.{block}.ffn_up.weight": random(feed_forward, width),
            f"blk.{block}.ffn_down.weight": random(width, feed_forward),
        }
    tensors |= {"output_norm.weight": np.ones(width, np.float32), "output.weight": 4 * random(VOCABULARY, width)}
    if not ends:
        tensors["output.weight"][END] = 0
    tensors |= replace or {}
    sizes = {
        "block_count": blocks,
        "context_length": context,
        "embedding_length": width,
        "feed_forward_length": feed_forward,
        "attention.head_count": heads,
        "attention.head_count_kv": heads_kv,
        "rope.dimension_count": head,
        "vocab_size": VOCABULARY,
    } | dict(metadata or {})
    _write(path, tensors, sizes, template)
    return path


def write_saying_gguf(path: Path, text: str, *, context: int = 512, template: str | None = TEMPLATE) -> Path:
    """A llama that answers every chat with `text` and then ends. No byte of `text` (UTF-8) may occur in it twice."""
    data = text.encode()
    assert len(set(data)) == len(data), "each byte has one successor: no byte may occur twice"
    width = 288  # one direction per token, so that each token knows its successor
    successor = dict(zip([ASSISTANT, *data], [*data, END], strict=True))
    embedding = np.zeros((VOCABULARY, width), np.float32)
    embedding[np.arange(VOCABULARY), np.arange(VOCABULARY)] = 1
    output = np.zeros((VOCABULARY, width), np.float32)
    for token in range(VOCABULARY):
        output[successor.get(token, END), token] = 4
    silent = {
        "blk.0.attn_output.weight": np.zeros((width, width), np.float32),
        "blk.0.ffn_down.weight": np.zeros((width, 64), np.float32),
        "token_embd.weight": embedding,
        "output.weight": output,
    }
    return write_tiny_gguf(
        path, width=width, blocks=1, feed_forward=64, context=context, template=template, replace=silent
    )


def _write(path: Path, tensors: Mapping[str, Array], sizes: Mapping[str, Any], template: str | None) -> None:
    import gguf

    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name(path.stem)
    writer.add_license("apache-2.0")
    writer.add_file_type(0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    for key, value in sizes.items():
        writer.add_uint32(f"llama.{key}", value)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*byte_symbols(), *SPECIAL])
    writer.add_token_types([gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * len(SPECIAL))
    writer.add_token_merges(["Ā ā"])  # bytes 0 and 1: present because readers want merges, absent from any text
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(True)
    if template is not None:
        writer.add_chat_template(template)
    for name, tensor in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(tensor))
    _finish(writer)


def write_tiny_adapter(
    path: Path,
    *,
    seed: int = 1,
    rank: int = 4,
    alpha: float = 8.0,
    architecture: str = "llama",
    shapes: Mapping[str, tuple[int, int]] | None = None,
    strength: float = 1.0,
) -> Path:
    """A random GGUF LoRA. `shapes`: base tensor -> (rows out, columns in); two of the tiny llama by default."""
    import gguf

    shapes = shapes or {"blk.0.attn_q.weight": (64, 64), "blk.1.ffn_down.weight": (64, 128)}
    generator = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, (rows, columns) in shapes.items():
        down = generator.normal(0, columns**-0.5, (rank, columns)).astype(np.float32)
        up = (strength * generator.normal(0, 1, (rows, rank))).astype(np.float32)
        writer.add_tensor(f"{name}.lora_a", down)
        writer.add_tensor(f"{name}.lora_b", up)
    _finish(writer)
    return path


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
