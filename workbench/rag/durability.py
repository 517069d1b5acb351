"""Files that are on the disk, not merely in the system's memory (docs/decisions/0012-an-index-that-heals.md)."""

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def sync_files(paths: Iterable[Path]) -> None:
    """Put the content of these files on the disk; one that was replaced meanwhile is no loss."""
    for path in paths:
        _sync(path)


def sync_folders(folders: Iterable[Path]) -> None:
    """Put the names in these folders on the disk. Windows does that with the files."""
    if os.name == "posix":
        for folder in folders:
            _sync(folder)


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file in one step: afterwards either the old content or the new one is there, also after a power cut."""
    waiting = path.with_name(path.name + ".new")
    with waiting.open("wb") as file:
        file.write(content)
        file.flush()
        _full_sync(file.fileno())
    waiting.replace(path)
    sync_folders([path.parent])


def append_durably(path: Path, content: bytes) -> None:
    """Add to the end of a file; when it returns that is on the disk."""
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        _full_sync(file.fileno())
    if is_new:
        sync_folders([path.parent])


def file_sha256(path: Path) -> str:
    """Of the whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    # Opened for writing where the system wants that for fsync (Windows).
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        try:
            _full_sync(descriptor)
        finally:
            os.close(descriptor)


def _full_sync(descriptor: int) -> None:
    """On macOS past the drive's own cache, where plain fsync stops."""
    with contextlib.suppress(ImportError):
        import fcntl

        if hasattr(fcntl, "F_FULLFSYNC"):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)
