"""Which bytes exactly: hashes of model and adapter files, computed once for a file that does not change.

Three of them: `file_hash` proves what answered, `fingerprint` does so for files too large to read, `content_key` only
recognises a file that was moved, and is cheap enough for every file of a listing.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.llm.gguf_reader import open_regular

WHOLE_BYTES = 2_000_000_000
"""Larger files are sampled: reading 40 GB for an identity would take longer than the answer."""
_SAMPLES, _SAMPLE_BYTES = 256, 1 << 20
_KEY_SAMPLES, _KEY_SAMPLE_BYTES = 8, 1 << 16

_known: dict[tuple[str, int, int, int], str] = {}


class FileHashed(Boundary):
    """The SHA-256 of a whole file as it was at that moment."""

    path: str
    size_bytes: int
    modified_ns: int
    sha256: str


def file_hash(path: Path) -> str:
    """SHA-256 of the file as hexadecimal."""
    return _remembered(path, sampled=False)


def fingerprint(path: Path) -> str:
    """`file_hash`, or for a very large file "sampled-" and the SHA-256 of its size and 256 evenly spread megabytes."""
    return _remembered(path, sampled=path.stat().st_size > WHOLE_BYTES)


def content_key(path: Path) -> str:
    """Hash of size and eight evenly spread 64-kB samples (of a folder: its config and the sizes of its weights).

    The same wherever the file lies, "" when it cannot be read. Recognises; proves nothing.
    """
    try:
        if path.is_dir():
            return _folder_key(path)
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            sum_ = hashlib.sha256(str(size).encode())
            for number in range(_KEY_SAMPLES):
                file.seek(max(0, size - _KEY_SAMPLE_BYTES) * number // (_KEY_SAMPLES - 1))
                sum_.update(file.read(_KEY_SAMPLE_BYTES))
            return sum_.hexdigest()[:32]
    except (OSError, WorkbenchError):
        return ""


def _folder_key(folder: Path) -> str:
    sum_ = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        sum_.update(f"{path.name}:{path.stat().st_size};".encode())
    for name in ("config.json", "adapter_config.json"):
        if (folder / name).is_file():
            with open_regular(folder / name) as file:
                sum_.update(file.read(1 << 20))
    return sum_.hexdigest()[:32]


def together(hashes: Sequence[str]) -> str:
    """One hash for a model in several files: the SHA-256 of their hashes; of a single file just its own."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def hash_whole(path: Path, on_progress: Callable[[int], None]) -> FileHashed:
    """`file_hash`, telling how many bytes were read after every 64 MB; what `on_progress` raises ends it."""
    with open_regular(path) as file:
        found, done = os.fstat(file.fileno()), 0
        sum_ = hashlib.sha256()
        while piece := file.read(1 << 26):
            sum_.update(piece)
            done += len(piece)
            on_progress(done)
        return FileHashed(
            path=str(path), size_bytes=found.st_size, modified_ns=found.st_mtime_ns, sha256=sum_.hexdigest()
        )


def _remembered(path: Path, *, sampled: bool) -> str:
    with open_regular(path) as file:
        found = os.fstat(file.fileno())
        key = (f"{sampled}:{path.resolve()}", found.st_size, found.st_mtime_ns, found.st_ino)
        if key in _known:
            return _known[key]
        if not sampled:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        else:
            sum_ = hashlib.sha256(str(found.st_size).encode())
            for number in range(_SAMPLES):
                file.seek((found.st_size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
                sum_.update(file.read(_SAMPLE_BYTES))
            digest = "sampled-" + sum_.hexdigest()
        _known[key] = digest
        return digest
