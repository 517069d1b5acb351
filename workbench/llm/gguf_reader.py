"""Values from the start of a GGUF file, each checked against the bytes that are really there before it is read."""

import os
import stat
import struct
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.llm.gguf_tables import BLOCK_BYTES
from workbench.llm.in_words import size_in_words

MAX_HEADER_BYTES = 512 * 1024 * 1024
MAX_NAME_BYTES = 65_535
MAX_KEPT_STRING_BYTES = 16 * 1024 * 1024
KEPT_ARRAY = 1024
"""Longer arrays (vocabularies) are passed over; only their length is kept."""

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9


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


class GgufReader:
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
            raise unreadable(self._path, f"a name in its header is {length} bytes long")
        return self.take(length).decode("utf-8", "replace")

    def text(self) -> str:
        length = self.number("<Q")
        if length > MAX_KEPT_STRING_BYTES:
            raise unreadable(self._path, f"a text in its header is {length} bytes long")
        return self.take(length).decode("utf-8", "replace")

    def value(self) -> Any:
        kind = self.number("<I")
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array()
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        raise unreadable(self._path, f"its header holds a value of unknown type {kind}")

    def tensor(self) -> TensorInfo:
        name = self.name()
        dimensions = self.number("<I")
        if dimensions > 8:
            raise unreadable(self._path, f"tensor {name!r} has {dimensions} dimensions")
        shape = struct.unpack(f"<{dimensions}Q", self.take(8 * dimensions))
        ggml_type, offset = self.number("<I"), self.number("<Q")
        info = TensorInfo(name, shape, ggml_type, offset)
        if info.elements > 1 << 48 or offset > 1 << 48:
            raise unreadable(self._path, f"tensor {name!r} claims {info.elements} numbers")
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
            raise unreadable(self._path, f"its header holds an array of type {kind}")
        self._need(8 * length)
        if length <= KEPT_ARRAY:
            return [self.text() for _ in range(length)]
        self._skip_strings(length)
        return SkippedArray(length)

    def _skip_strings(self, count: int) -> None:
        """Pass over a vocabulary: 150,000 strings in 10 to 20 ms, because only the lengths are looked at.

        The bytes between them are checked afterwards: a length that leads out of the file ends the reading there.
        """
        window, start, left, unpack = b"", 0, count, struct.Struct("<Q").unpack_from
        while left:
            try:
                for left in range(left, 0, -1):  # noqa: B007, B020  (kept for when the window ends)
                    start += 8 + unpack(window, start)[0]
                left = 0
            except (struct.error, OverflowError):
                window, start = self._next_window(window, start), 0
        if start > len(window):
            self.skip(start - len(window))
        else:
            self._back(len(window) - start)

    def _next_window(self, window: bytes, start: int) -> bytes:
        """The bytes from `start` on, which may lie behind the window; at least the eight of a length."""
        if start > len(window):
            self.skip(start - len(window))
        window = window[start:] + self._ahead()
        if len(window) < 8:
            raise self._cut()
        return window

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
            return unreadable(self._path, "its header is longer than 512 MB")
        return WorkbenchError(
            f"{self._path.name} is incomplete: it ends inside its header ({size_in_words(self._size)} are there).",
            hint="Copy or download it again.",
            code="gguf_incomplete",
        )


def unreadable(path: Path, why: str, *, code: str = "gguf_damaged") -> WorkbenchError:
    return WorkbenchError(
        f"{path.name} is not a readable GGUF file: {why}.", hint="Download it again or choose another.", code=code
    )


def part_of_whole(part: int, whole: int) -> str:
    """ "0.3 of 0.4 MB", in the largest unit in which two different sizes do not look the same."""
    for unit, bytes_ in (("MB", 10**6), ("kB", 10**3)):
        there, wanted = _number_in_words(part / bytes_), _number_in_words(whole / bytes_)
        if there not in (wanted, "0.0"):
            return f"{there} of {wanted} {unit}"
    return f"{part:,} of {whole:,} bytes"


def _number_in_words(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def _kind_name(mode: int) -> str:
    names = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return names.get(stat.S_IFMT(mode), "device")
