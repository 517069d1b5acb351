"""Which bytes exactly: hashes of model and adapter files, computed once for a file that does not change."""

import hashlib
import os
from pathlib import Path

from workbench.llm.gguf_reader import open_regular

WHOLE_BYTES = 2_000_000_000
"""Larger files are sampled: reading 40 GB for an identity would take longer than the answer."""
_SAMPLES, _SAMPLE_BYTES = 256, 1 << 20

_known: dict[tuple[str, int, int, int], str] = {}


def file_hash(path: Path) -> str:
    """SHA-256 of the file as hexadecimal."""
    return _remembered(path, sampled=False)


def fingerprint(path: Path) -> str:
    """`file_hash`, or for a very large file "sampled-" and the SHA-256 of its size and 256 evenly spread megabytes."""
    return _remembered(path, sampled=path.stat().st_size > WHOLE_BYTES)


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
