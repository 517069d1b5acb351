"""A drive that hangs: the process that is asked about it is stopped."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from workbench.rag.folders import FolderListing, OwnFolders
from workbench.rag.hashing import HashedFile
from workbench.rag.parser import Parser


def _never() -> None:
    """Nobody cancels."""


class HangingParser(Parser):
    """Its child is stopped before it is asked about one folder or file, as if that lay on a drive that hangs."""

    def __init__(self, hangs: Path) -> None:
        super().__init__(seconds_of_silence=1.0)
        self.hangs = hangs
        self.stopped = 0

    def list_folder(
        self, path: Path, own: OwnFolders | None = None, check_cancelled: Callable[[], None] = _never
    ) -> FolderListing:
        self._hang(path)
        return super().list_folder(path, own, check_cancelled)

    def hash_file(self, path: Path, check_cancelled: Callable[[], None] = _never) -> HashedFile:
        self._hang(path)
        return super().hash_file(path, check_cancelled)

    def _hang(self, path: Path) -> None:
        if path == self.hangs:
            assert self._child is not None
            os.kill(self._child._process.pid, signal.SIGSTOP)
            self.stopped += 1
