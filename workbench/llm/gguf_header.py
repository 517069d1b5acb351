"""Read the header of a GGUF file in milliseconds, never its tensors, and never more than the file can justify.

Files come from strangers: every count and length is checked against the bytes that are really there before anything is
allocated, and numbers that would make llama.cpp abort the process (`block_count` 0 or 600) are refused here.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import os
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.llm.gguf_reader import GgufReader, SkippedArray, TensorInfo, open_regular, part_of_whole, unreadable

MAX_KEYS = 100_000
MAX_TENSORS = 200_000

_SHARD = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GgufHeader:
    path: Path
    version: int
    metadata: dict[str, Any]
    tensors: dict[str, TensorInfo]
    data_offset: int
    file_bytes: int

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    @property
    def data_end(self) -> int:
        """Where the last tensor ends: the size that a whole file has at least."""
        return max((self.data_offset + t.offset + t.size_bytes for t in self.tensors.values()), default=0)

    @property
    def parameters(self) -> int:
        return sum(t.elements for t in self.tensors.values())

    def text(self, key: str) -> str:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str, default: int = 0) -> int:
        """An integer; of an array (per-layer values) the largest; else `default`."""
        value = self.metadata.get(key)
        if isinstance(value, list):
            value = max((v for v in value if isinstance(v, int)), default=None)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def size(self, key: str, default: int = 0) -> int:
        """A number of this architecture: `size("block_count")` reads `llama.block_count`."""
        return self.number(f"{self.architecture}.{key}", default)

    def length(self, key: str) -> int:
        value = self.metadata.get(key)
        match value:
            case SkippedArray(length=length):
                return length
            case list():
                return len(value)
            case _:
                return 0


def read_header(path: Path) -> GgufHeader:
    """The header of a GGUF file. Raises WorkbenchError saying what it really is; never hangs on a FIFO."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        reader = GgufReader(path, file, size)
        _check_magic(path, reader, size)
        version = reader.number("<I")
        if not 2 <= version <= 3:
            raise unreadable(path, f"its format version is {version}; this program reads 2 and 3", code="gguf_version")
        tensor_count, key_count = reader.number("<Q"), reader.number("<Q")
        if tensor_count > MAX_TENSORS or key_count > MAX_KEYS:
            raise unreadable(path, f"it claims {tensor_count} tensors and {key_count} header entries")
        metadata = {reader.name(): reader.value() for _ in range(key_count)}
        tensors = {info.name: info for info in (reader.tensor() for _ in range(tensor_count))}
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20:
            raise unreadable(path, f"its alignment is {alignment!r}")
        data_offset = -(-reader.position // alignment) * alignment
        return GgufHeader(path, version, metadata, tensors, data_offset, size)


def check_complete(header: GgufHeader) -> None:
    """Raise WorkbenchError when the file ends before its last tensor does."""
    if header.data_end > header.file_bytes:
        raise WorkbenchError(
            f"{header.path.name} is incomplete ({part_of_whole(header.file_bytes, header.data_end)}).",
            hint="Copy or download it again.",
            code="gguf_incomplete",
        )


def check_loadable(header: GgufHeader) -> None:
    """Raise WorkbenchError for numbers with which llama.cpp stops the whole process instead of refusing the file."""
    limits = {
        "block_count": (1, 512),
        "embedding_length": (1, 1 << 20),
        "attention.head_count": (1, 1 << 14),
        "context_length": (1, 1 << 28),
    }
    if not header.architecture:
        raise unreadable(header.path, "it names no architecture")
    for key, (low, high) in limits.items():
        stated = header.metadata.get(f"{header.architecture}.{key}")
        if stated is None and key == "attention.head_count":
            continue  # architectures without attention
        value = header.size(key, -1)
        if not low <= value <= high:
            raise unreadable(header.path, f"its {key} is {stated!r}", code="gguf_unsafe")
    _check_heads(header)
    known = {block for name in header.tensors if (block := _block_of(name)) is not None}
    if header.tensors and known and max(known) >= header.size("block_count"):
        raise unreadable(header.path, "it holds more blocks than it states", code="gguf_unsafe")


def check_weights(headers: Sequence[GgufHeader]) -> None:
    """Raise WorkbenchError when all parts together hold no weights, like the vocabularies of llama.cpp's tests."""
    if any(header.tensors for header in headers):
        return
    first = headers[0]
    what = "only a vocabulary" if first.length("tokenizer.ggml.tokens") else "only a header"
    raise unreadable(first.path, f"it holds {what}, no weights", code="gguf_unsafe")


def shard_of(path: Path) -> tuple[str, int, int] | None:
    """(name without the shard mark, number from 1, count) of a split file, else None."""
    match = _SHARD.match(path.name)
    if match is None:
        return None
    return match["stem"], int(match["number"]), int(match["count"])


def shards(path: Path) -> list[Path]:
    """All parts of the split model that `path` belongs to (just itself when it is whole). Missing parts raise."""
    shard = shard_of(path)
    if shard is None:
        return [path]
    stem, _, count = shard
    if count > 1000:
        raise unreadable(path, f"its name claims {count} parts")
    parts = [path.with_name(f"{stem}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1)]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise WorkbenchError(
            f"{stem} is split into {count} files, and {', '.join(missing[:3])} is missing.",
            hint="Put all parts into one folder.",
            code="gguf_part_missing",
        )
    return parts


def _check_magic(path: Path, reader: GgufReader, size: int) -> None:
    if size == 0:
        raise _not_gguf(path, "an empty file")
    head = reader.take(min(size, 4))
    if head == b"GGUF":
        return
    start = head + reader.take(min(size - len(head), 508))
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        raise _not_gguf(path, "a web page, probably a login or error page that was saved instead of the model")
    if start.startswith(b"version https://git-lfs"):
        raise _not_gguf(path, "a Git-LFS pointer: a note of where the model is, not the model", "Run `git lfs pull`.")
    if start.startswith(b"PK\x03\x04"):
        raise _not_gguf(path, "a ZIP archive", "Unpack it first; PyTorch files (.bin, .pt) cannot be used.")
    if start.startswith((b"ggml", b"lmgg", b"tjgg", b"fmgg")):
        raise _not_gguf(path, "a model in the old GGML format", "Get it in GGUF format.")
    if len(start) > 16 and start[8:9] == b"{" and struct.unpack("<Q", start[:8])[0] < size:
        raise _not_gguf(path, "a safetensors file")
    raise _not_gguf(path, "something else")


def _check_heads(header: GgufHeader) -> None:
    heads, heads_kv = header.size("attention.head_count"), header.size("attention.head_count_kv", -1)
    width = header.size("embedding_length")
    if heads and header.size("attention.key_length") == 0 and width % heads:
        raise unreadable(header.path, f"{heads} heads do not divide its width {width}", code="gguf_unsafe")
    if heads_kv != -1 and (heads_kv < 0 or heads_kv > heads or (heads_kv and heads % heads_kv)):
        raise unreadable(header.path, f"its head_count_kv is {heads_kv} with {heads} heads", code="gguf_unsafe")


def _block_of(name: str) -> int | None:
    parts = name.split(".")
    return int(parts[1]) if len(parts) > 2 and parts[0] == "blk" and parts[1].isdecimal() else None


def _not_gguf(path: Path, what: str, hint: str = "Download the GGUF file itself.") -> WorkbenchError:
    return WorkbenchError(f"{path.name} is not a GGUF model: it is {what}.", hint=hint, code="not_gguf")
