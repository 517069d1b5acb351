"""Read the header of a GGUF file in milliseconds, never its tensors, and never more than the file can justify.

Files come from strangers: every count and length is checked against the bytes that are really there before anything is
allocated, and numbers that would make llama.cpp abort the process (`block_count` 0 or 600) are refused here.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import os
import re
import stat
import struct
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError

MAX_HEADER_BYTES = 512 * 1024 * 1024
MAX_KEYS = 100_000
MAX_TENSORS = 200_000
MAX_NAME_BYTES = 65_535
MAX_KEPT_STRING_BYTES = 16 * 1024 * 1024
KEPT_ARRAY = 1024
"""Longer arrays (vocabularies) are passed over; only their length is kept."""

# ggml type -> (elements in a block, bytes of a block)
BLOCK_BYTES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
TYPE_NAMES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K",
    12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
    20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
    29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4", 41: "Q1_0",
}  # fmt: skip
# llama.cpp's names for how a whole file was quantised (general.file_type)
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4", 39: "NVFP4", 40: "Q1_0",
}  # fmt: skip

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_SHARD = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SkippedArray:
    """An array too long to keep."""

    length: int


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor: `shape` as GGUF writes it (fastest dimension first), so a weight of (out, in) reads (in, out)."""

    name: str
    shape: tuple[int, ...]
    ggml_type: int
    offset: int

    @property
    def elements(self) -> int:
        product = 1
        for size in self.shape:
            product *= size
        return product

    @property
    def size_bytes(self) -> int:
        """Bytes in the file; 0 for a type that is newer than this table."""
        block, size = BLOCK_BYTES.get(self.ggml_type, (1, 0))
        return self.elements // block * size


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
        reader = _Reader(path, file, size)
        _check_magic(path, reader, size)
        version = reader.number("<I")
        if not 2 <= version <= 3:
            raise _unreadable(path, f"its format version is {version}; this program reads 2 and 3", code="gguf_version")
        tensor_count, key_count = reader.number("<Q"), reader.number("<Q")
        if tensor_count > MAX_TENSORS or key_count > MAX_KEYS:
            raise _unreadable(path, f"it claims {tensor_count} tensors and {key_count} header entries")
        metadata = {reader.name(): reader.value() for _ in range(key_count)}
        tensors = {info.name: info for info in (reader.tensor() for _ in range(tensor_count))}
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20:
            raise _unreadable(path, f"its alignment is {alignment!r}")
        data_offset = -(-reader.position // alignment) * alignment
        return GgufHeader(path, version, metadata, tensors, data_offset, size)


def check_complete(header: GgufHeader) -> None:
    """Raise WorkbenchError when the file ends before its last tensor does."""
    if header.data_end > header.file_bytes:
        raise WorkbenchError(
            f"{header.path.name} is incomplete ({_megabytes(header.file_bytes)} of {_megabytes(header.data_end)} MB).",
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
        raise _unreadable(header.path, "it names no architecture")
    for key, (low, high) in limits.items():
        stated = header.metadata.get(f"{header.architecture}.{key}")
        if stated is None and key == "attention.head_count":
            continue  # architectures without attention
        value = header.size(key, -1)
        if not low <= value <= high:
            raise _unreadable(header.path, f"its {key} is {stated!r}", code="gguf_unsafe")
    _check_heads(header)
    known = {block for name in header.tensors if (block := _block_of(name)) is not None}
    if header.tensors and known and max(known) >= header.size("block_count"):
        raise _unreadable(header.path, "it holds more blocks than it states", code="gguf_unsafe")


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
        raise _unreadable(path, f"its name claims {count} parts")
    parts = [path.with_name(f"{stem}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1)]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise WorkbenchError(
            f"{stem} is split into {count} files, and {', '.join(missing[:3])} is missing.",
            hint="Put all parts into one folder.",
            code="gguf_part_missing",
        )
    return parts


def open_regular(path: Path) -> BufferedReader:
    """Open a plain file for reading; anything else (FIFO, device, folder, broken link) is a WorkbenchError at once."""
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            raise WorkbenchError(f"{path.name} is not a file but a {_kind_name(kind)}.", code="not_a_file")
        return path.open("rb")
    except FileNotFoundError as error:
        raise WorkbenchError(f"There is no file {path}.", hint="Check the name.", code="file_missing") from error
    except OSError as error:
        raise WorkbenchError(f"{path.name} cannot be opened: {error.strerror}.", details=str(error)) from error


class _Reader:
    """Values from the start of a file, each checked against the bytes that are left."""

    def __init__(self, path: Path, file: BufferedReader, size: int) -> None:
        self._path, self._file, self._size = path, file, min(size, MAX_HEADER_BYTES)
        self.position = 0

    def take(self, count: int) -> bytes:
        self._need(count)
        data = self._file.read(count)
        if len(data) != count:
            raise self._cut()
        self.position += count
        return data

    def skip(self, count: int) -> None:
        self._need(count)
        self._file.seek(count, os.SEEK_CUR)
        self.position += count

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def name(self) -> str:
        length = self.number("<Q")
        if length > MAX_NAME_BYTES:
            raise _unreadable(self._path, f"a name in its header is {length} bytes long")
        return self.take(length).decode("utf-8", "replace")

    def text(self) -> str:
        length = self.number("<Q")
        if length > MAX_KEPT_STRING_BYTES:
            raise _unreadable(self._path, f"a text in its header is {length} bytes long")
        return self.take(length).decode("utf-8", "replace")

    def value(self) -> Any:
        kind = self.number("<I")
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array()
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        raise _unreadable(self._path, f"its header holds a value of unknown type {kind}")

    def tensor(self) -> TensorInfo:
        name = self.name()
        dimensions = self.number("<I")
        if dimensions > 8:
            raise _unreadable(self._path, f"tensor {name!r} has {dimensions} dimensions")
        shape = struct.unpack(f"<{dimensions}Q", self.take(8 * dimensions))
        ggml_type, offset = self.number("<I"), self.number("<Q")
        info = TensorInfo(name, shape, ggml_type, offset)
        if info.elements > 1 << 48 or offset > 1 << 48:
            raise _unreadable(self._path, f"tensor {name!r} claims {info.elements} numbers")
        return info

    def _array(self) -> list[Any] | SkippedArray:
        kind, length = self.number("<I"), self.number("<Q")
        if kind in _SCALARS:
            form = _SCALARS[kind]
            item = struct.calcsize(form)
            if length <= KEPT_ARRAY:
                return list(struct.unpack(f"<{length}{form[1]}", self.take(item * length)))
            self.skip(item * length)
            return SkippedArray(length)
        if kind != _STRING:
            raise _unreadable(self._path, f"its header holds an array of type {kind}")
        self._need(8 * length)
        if length <= KEPT_ARRAY:
            return [self.text() for _ in range(length)]
        self._skip_strings(length)
        return SkippedArray(length)

    def _skip_strings(self, count: int) -> None:
        """Pass over a vocabulary: 150,000 strings in about 0.05 s, because the lengths are read from one buffer."""
        window, start, unpack = b"", 0, struct.Struct("<Q").unpack_from
        for _ in range(count):
            if start + 8 > len(window):
                window, start = window[start:] + self._ahead(), 0
                if len(window) < 8:
                    raise self._cut()
            (length,) = unpack(window, start)
            if length > MAX_KEPT_STRING_BYTES:
                raise _unreadable(self._path, f"a text in its header is {length} bytes long")
            start += 8 + length
            while start > len(window):
                more = self._ahead()
                if not more:
                    raise self._cut()
                window, start = more, start - len(window)
        self._back(len(window) - start)

    def _ahead(self) -> bytes:
        data = self._file.read(min(1 << 20, max(0, self._size - self.position)))
        self.position += len(data)
        return data

    def _back(self, count: int) -> None:
        self._file.seek(-count, os.SEEK_CUR)
        self.position -= count

    def _need(self, count: int) -> None:
        if count > self._size - self.position:
            raise self._cut()

    def _cut(self) -> WorkbenchError:
        if self._size == MAX_HEADER_BYTES:
            return _unreadable(self._path, "its header is longer than 512 MB")
        return WorkbenchError(
            f"{self._path.name} is incomplete: it ends inside its header ({_megabytes(self._size)} MB are there).",
            hint="Copy or download it again.",
            code="gguf_incomplete",
        )


def _check_magic(path: Path, reader: _Reader, size: int) -> None:
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
        raise _unreadable(header.path, f"{heads} heads do not divide its width {width}", code="gguf_unsafe")
    if heads_kv != -1 and (heads_kv < 0 or heads_kv > heads or (heads_kv and heads % heads_kv)):
        raise _unreadable(header.path, f"its head_count_kv is {heads_kv} with {heads} heads", code="gguf_unsafe")


def _block_of(name: str) -> int | None:
    parts = name.split(".")
    return int(parts[1]) if len(parts) > 2 and parts[0] == "blk" and parts[1].isdecimal() else None


def _not_gguf(path: Path, what: str, hint: str = "Download the GGUF file itself.") -> WorkbenchError:
    return WorkbenchError(f"{path.name} is not a GGUF model: it is {what}.", hint=hint, code="not_gguf")


def _unreadable(path: Path, why: str, *, code: str = "gguf_damaged") -> WorkbenchError:
    return WorkbenchError(
        f"{path.name} is not a readable GGUF file: {why}.", hint="Download it again or choose another.", code=code
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}" if size >= 10_000_000 else f"{size / 1e6:.1f}"


def _kind_name(mode: int) -> str:
    names = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return names.get(stat.S_IFMT(mode), "device")
