"""Looking through added folders with patience, but not for ever: a drive that hangs is named and passed over."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.rag.folders import FolderListing, FoundFile, LeftOut, OwnFolders, walk
from workbench.rag.hashing import HashedFile
from workbench.rag.parser import Parser
from workbench.rag.reasons import ReasonCode


class Survey:
    """What lies below files and folders, asked of a process that is given up when it says nothing for long."""

    def __init__(self, parser: Parser, own: OwnFolders | None, check_cancelled: Callable[[], None]) -> None:
        self._parser = parser
        self._own = own
        self._check_cancelled = check_cancelled
        self._silent_devices: set[int] = set()
        self.silent: list[Path] = []
        """Folders and files that did not answer."""
        self.folders: list[Path] = []
        """Every folder that could be listed."""

    def files(self, sources: Sequence[Path], roots: Sequence[Path]) -> Iterator[FoundFile | LeftOut]:
        """Every file below the sources; a folder that does not answer is one with a problem."""
        return walk(sources, self._own, roots, self._list)

    def _list(self, path: Path, own: OwnFolders | None) -> FolderListing:
        if self.is_silent(path):
            raise self._no_answer(path)
        try:
            listing = self._parser.list_folder(path, own, self._check_cancelled)
        except WorkbenchError as problem:
            raise self._passed_over(path, problem) from problem
        if listing.is_folder and not listing.problem:
            self.folders.append(path)
        return listing

    def hashed(self, file: FoundFile) -> HashedFile:
        """The hash of a file. Raises WorkbenchError when it cannot be read or does not answer."""
        if file.device in self._silent_devices or self.is_silent(file.path):
            raise self._no_answer(file.path)
        try:
            return self._parser.hash_file(file.path, self._check_cancelled)
        except WorkbenchError as problem:
            if problem.code == ReasonCode.TOO_SLOW:
                # The others of its drive are not waited for one by one.
                self._silent_devices.add(file.device)
            raise self._passed_over(file.path, problem) from problem

    def has_vanished(self, path: Path) -> bool:
        """Whether a path is surely gone: no where its folder does not answer."""
        if self.is_silent(path):
            return False
        try:
            return self._parser.vanished([path], self._check_cancelled)[0]
        except WorkbenchError:
            self.silent.append(path.parent)
            return False

    def is_silent(self, path: Path) -> bool:
        """Whether it lies in what did not answer."""
        return any(path.is_relative_to(place) for place in self.silent)

    def _passed_over(self, path: Path, problem: WorkbenchError) -> WorkbenchError:
        if problem.code != ReasonCode.TOO_SLOW:
            return problem
        self.silent.append(path)
        return self._no_answer(path)

    def _no_answer(self, path: Path) -> WorkbenchError:
        return WorkbenchError(
            f"{path.name or path} did not answer in time.",
            hint="Is its drive connected? Everything else was gone on with; try again when it is.",
            code=ReasonCode.NO_ANSWER,
        )
