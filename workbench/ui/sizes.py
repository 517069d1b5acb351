"""Bytes in words, and bytes under a folder. No Qt."""

import os
from pathlib import Path


def in_words(size: float) -> str:
    """ "812 B", "4.2 kB", "1.3 GB": decimal units, as disks and downloads are sold."""
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def size_of(path: Path) -> int:
    """Bytes of a file or of everything under a folder, links not followed; what vanishes meanwhile counts 0."""
    if path.is_file():
        return _size(path)
    return sum(_size(Path(folder) / name) for folder, _, names in os.walk(path) for name in names)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
