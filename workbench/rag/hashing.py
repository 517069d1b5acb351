"""The content of files: opened only when they are files, and hashed. Runs in the parsing child."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.rag.folders import FileState, code_of, file_state
from workbench.rag.reasons import ReasonCode


class HashedFile(Boundary):
    """The content of a file, and what the file system says of it."""

    sha256: str
    state: FileState
    """Without words where it was not the same before and after: it is hashed again the next time."""


def hash_file(path: Path, beat: Callable[[], None] = lambda: None) -> HashedFile:
    """The SHA-256 of a file; `beat` is called after each part. Raises OSError, WorkbenchError for what is no file."""
    before = file_state(path)
    total = hashlib.sha256()
    with open_regular(path) as file:
        while part := file.read(1 << 20):
            total.update(part)
            beat()
    return HashedFile(sha256=total.hexdigest(), state=before if before.words == file_state(path).words else FileState())


def open_regular(path: Path) -> BinaryIO:
    """The file, opened for reading. Raises OSError, and WorkbenchError where it is a pipe, socket or device."""
    # O_NONBLOCK: a pipe that took the file's place since it was looked at must not block.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise WorkbenchError(f"{path.name} is not a file.", code=ReasonCode.NOT_A_FILE)
    return os.fdopen(descriptor, "rb")


def reading_problem(error: OSError, name: str) -> WorkbenchError:
    """What it means that a file which was there cannot be read."""
    if isinstance(error, FileNotFoundError):
        return WorkbenchError(f"{name} vanished while it was read.", hint="Try again.", code=ReasonCode.CHANGED)
    return WorkbenchError(f"{name} cannot be read: {error.strerror}.", code=code_of(error))
