"""GGUF files with headers as large as real ones have, and almost nothing behind them."""

import random
import struct
from pathlib import Path

VOCABULARY = 150_000
_U32, _F32, _STRING, _ARRAY = 4, 6, 8, 9


class HeaderWriter:
    """Writes llamas that differ in their names; the vocabulary is made once."""

    def __init__(self, tokens: int = VOCABULARY, seed: int = 0) -> None:
        generator = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(generator.choices(letters, k=generator.randint(2, 10))) for _ in range(tokens)]
        self._vocabulary = b"".join(
            (
                _text("tokenizer.ggml.model") + struct.pack("<I", _STRING) + _text("gpt2"),
                _text("tokenizer.ggml.tokens") + _strings(words),
                _text("tokenizer.ggml.merges") + _strings([f"{word[:1]} {word[1:]}" for word in words]),
                _text("tokenizer.ggml.token_type") + struct.pack("<IIQ", _ARRAY, _U32, tokens) + bytes(4 * tokens),
                _text("tokenizer.ggml.scores") + struct.pack("<IIQ", _ARRAY, _F32, tokens) + bytes(4 * tokens),
            )
        )

    def write(self, path: Path) -> None:
        """A file of 290 tensors, none of which holds anything but a row of zeros."""
        sizes = {"block_count": 32, "context_length": 8192, "embedding_length": 256, "attention.head_count": 8}
        numbers = b"".join(_text(f"llama.{key}") + struct.pack("<II", _U32, n) for key, n in sizes.items())
        texts = {"general.architecture": "llama", "general.name": path.stem, "general.license": "apache-2.0"}
        words = b"".join(_text(key) + struct.pack("<I", _STRING) + _text(value) for key, value in texts.items())
        names = [f"blk.{block}.{part}.weight" for block in range(32) for part in _PARTS] + ["token_embd.weight"]
        tensors = b"".join(_text(name) + struct.pack("<IQQIQ", 2, 32, 1, 0, 0) for name in names)
        keys = len(sizes) + len(texts) + 5
        head = b"GGUF" + struct.pack("<IQQ", 3, len(names), keys)
        path.write_bytes(head + words + numbers + self._vocabulary + tensors + bytes(64 + 128))


_PARTS = ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _strings(values: list[str]) -> bytes:
    return struct.pack("<IIQ", _ARRAY, _STRING, len(values)) + b"".join(map(_text, values))
