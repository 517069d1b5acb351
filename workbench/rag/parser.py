"""The parsing child seen from outside: one process at a time, thirty seconds per file, a fresh one after a failure."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench.errors import WorkbenchError
from workbench.rag.folders import FolderListing, OwnFolders
from workbench.rag.hashing import HashedFile
from workbench.rag.indexing_types import TextRecognition
from workbench.rag.loaders.parsed import Parsed, WantedPage
from workbench.rag.reading_process import ReadingProcess

SECONDS_PER_FILE = 30.0
SECONDS_OF_SILENCE = 20.0
"""A drive that says nothing for so long, while it is listed or read, does not answer."""


def _never() -> None:
    """Nobody cancels."""


class Parser:
    """Reads untrusted files in a process of its own. Use as a context manager; calls come from one thread."""

    def __init__(
        self, *, seconds_per_file: float = SECONDS_PER_FILE, seconds_of_silence: float = SECONDS_OF_SILENCE
    ) -> None:
        self._seconds = seconds_per_file
        self._silence = seconds_of_silence
        self._child: ReadingProcess | None = None
        self._number = 0

    def parse(
        self,
        path: Path,
        name: str,
        check_cancelled: Callable[[], None] = _never,
        *,
        password: str = "",
        recognition: TextRecognition | None = None,
    ) -> Parsed:
        """The text of a file. Raises WorkbenchError with the reason why it has none."""
        request: dict[str, Any] = {"do": "parse", "path": str(path), "name": name, "password": password}
        seconds = self._seconds
        if recognition is not None and recognition.is_on:
            request["recognition"] = recognition.model_dump(mode="json")
            seconds = max(seconds, recognition.seconds_per_file)
        return Parsed.model_validate(self._call(request, seconds, check_cancelled))

    def render(self, path: Path, name: str, wanted: WantedPage, *, password: str = "") -> dict[str, Any]:
        """A PDF page as {"png" (base64), "width", "height", "boxes"}; boxes cover the passage. Raises WorkbenchError:
        changed, not found inside the file, locked, damaged."""
        request: dict[str, Any] = {"do": "render", "path": str(path), "name": name, "password": password}
        return self._call(request | {"wanted": wanted.model_dump(mode="json")}, self._seconds, _never)

    def list_folder(
        self, path: Path, own: OwnFolders | None = None, check_cancelled: Callable[[], None] = _never
    ) -> FolderListing:
        """What lies in a folder, or what a single file is. Raises WorkbenchError "too_slow" when it does not answer."""
        request = {
            "do": "list",
            "path": str(path),
            "name": path.name,
            "own": own and [str(own.home), str(own.projects)],
        }
        return FolderListing.model_validate(self._call(request, self._silence, check_cancelled))

    def hash_file(self, path: Path, check_cancelled: Callable[[], None] = _never) -> HashedFile:
        """A file's SHA-256. Raises WorkbenchError when it cannot be read, or does not answer."""
        request = {"do": "hash", "path": str(path), "name": path.name}
        return HashedFile.model_validate(self._call(request, self._silence, check_cancelled))

    def vanished(self, paths: Sequence[Path], check_cancelled: Callable[[], None] = _never) -> list[bool]:
        """Whether each path is surely gone. Raises WorkbenchError when their drive does not answer."""
        request = {"do": "vanished", "path": "", "paths": [str(path) for path in paths], "name": "The folder"}
        return [bool(gone) for gone in self._call(request, self._silence, check_cancelled)["vanished"]]

    def _call(self, request: dict[str, Any], seconds: float, check_cancelled: Callable[[], None]) -> dict[str, Any]:
        self._number += 1
        if self._child is None:
            self._child = ReadingProcess()
        try:
            answer = self._child.ask(request | {"id": self._number}, seconds, check_cancelled)
        except BaseException:
            # It is busy with a file that nobody waits for, or dead: the next file gets a fresh one.
            self.close()
            raise
        if "problem" in answer:
            raise WorkbenchError(**answer["problem"])
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
