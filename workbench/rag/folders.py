"""What lies below the files and folders that a user added: documents to try, and what is left out and why.

The program's own files are nobody's documents: a data folder below an added folder is left out, and a path inside it
is refused, but for the sample projects that the user opened, which lie there.
"""

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.rag.reasons import ReasonCode

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to index. With a problem it is reported and not opened."""

    path: Path
    name: str
    """The path below the added folder, or the file's own name."""
    root: Path
    problem: str = ""
    code: ReasonCode = ReasonCode.NONE
    """The problem as a word."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something below a folder that is not tried: hidden, a link to a folder, the program's own files."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class OwnFolders:
    """Where the program keeps its files, and which of them are the user's."""

    home: Path
    """The data folder."""
    projects: Path
    """Inside it: copies of sample projects, which may be indexed."""

    def hold(self, path: Path) -> bool:
        """Whether a path is one of the program's own, by whichever name it is reached."""
        with contextlib.suppress(OSError):  # a path that cannot be looked at is reported by `problem_with`
            real = path.resolve()
            return _is_below(real, self.home) and not _is_below(real, self.projects)
        return False


_OWN_FILES = "It lies in LLM Workbench's own data folder, which holds no documents."


def walk(
    sources: Sequence[Path], own: OwnFolders | None = None, roots: Sequence[Path] = ()
) -> Iterator[FoundFile | LeftOut]:
    """Every file once, folders before deeper ones, in the order of their names; what is `own` is left out.

    A source that is a file below one of the `roots` is called by its path in it.
    """
    seen: set[Path] = set()
    for source in sources:
        for found in _walk_one(source, own, roots):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _walk_one(source: Path, own: OwnFolders | None, roots: Sequence[Path]) -> Iterator[FoundFile | LeftOut]:
    if own is not None and own.hold(source):
        yield FoundFile(source, source.name, source.parent, _OWN_FILES, ReasonCode.OWN_FILES)
    elif source.is_dir():
        yield from _walk_folder(source, source, own)
    else:
        root = next((root for root in roots if root in source.parents), source.parent)
        yield FoundFile(source, _below(source, root), root, *problem_with(source))


def _walk_folder(folder: Path, root: Path, own: OwnFolders | None) -> Iterator[FoundFile | LeftOut]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problem = f"The folder cannot be read: {error.strerror}."
        yield FoundFile(folder, _below(folder, root), root, problem, _code_of(error))
        return
    deeper: list[Path] = []
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            yield LeftOut(path, "hidden")
        elif entry.is_symlink() and path.is_dir():
            yield LeftOut(path, "a link to a folder")
        elif entry.is_dir(follow_symlinks=False):
            if own is not None and _is_same(path, own.home):
                yield LeftOut(path, "the data folder of LLM Workbench")
            else:
                deeper.append(path)
        elif entry.is_symlink() and own is not None and own.hold(path):
            yield LeftOut(path, "a link into the data folder of LLM Workbench")
        else:
            yield FoundFile(path, _below(path, root), root, *problem_with(path))
    for path in deeper:
        yield from _walk_folder(path, root, own)


def _is_below(path: Path, folder: Path) -> bool:
    """The folder itself counts. Compared on the disk: a name may be written in more than one way."""
    return any(_is_same(place, folder) for place in (path, *path.parents))


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path != root else path.name


def _code_of(error: OSError) -> ReasonCode:
    return ReasonCode.NO_PERMISSION if isinstance(error, PermissionError) else ReasonCode.UNREADABLE


def problem_with(path: Path) -> tuple[str, ReasonCode]:
    """Why a path cannot be opened as a file, in a sentence and a word; empty when it can. Never opens it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        says = "There is no such file or folder." if not path.is_symlink() else "The link points to nothing."
        return says, ReasonCode.MISSING
    except OSError as error:
        return f"It cannot be looked at: {error.strerror}.", _code_of(error)
    for is_kind, word in _KINDS:
        if is_kind(mode):
            return f"It is {word}, not a file.", ReasonCode.NOT_A_FILE
    if not stat.S_ISREG(mode):
        return "It is not a file.", ReasonCode.NOT_A_FILE
    if not os.access(path, os.R_OK):
        return "There is no permission to read it.", ReasonCode.NO_PERMISSION
    return "", ReasonCode.NONE


def check_sources(sources: Sequence[Path], own: OwnFolders | None = None) -> None:
    """Raise WorkbenchError when none of the sources can be indexed: then there is nothing to do."""
    missing = [source for source in sources if not os.path.lexists(source)]
    refused = [source for source in sources if own is not None and source not in missing and own.hold(source)]
    if own is not None and refused and len(missing) + len(refused) == len(sources):
        raise WorkbenchError(
            f"{refused[0]} lies in LLM Workbench's own data folder and cannot be indexed.",
            hint=f"Copy the documents to a place outside {own.home} and add that; "
            "opened sample projects can be indexed where they are.",
            details="\n".join(map(str, refused)),
            code="own_files",
        )
    if sources and len(missing) == len(sources):
        raise WorkbenchError(
            f"There is no file or folder {missing[0]}.",
            hint="Check the path.",
            details="\n".join(map(str, missing)),
            code="no_file",
        )


# File systems keep times as coarse as two seconds: a younger file may change again without another time.
_RACY_NS = 3_000_000_000


def file_state(path: Path) -> str:
    """What the file system says of a file; the same words later mean that it has not changed.

    Empty when it was changed so recently that the next change might not show. Raises OSError.
    """
    found = path.stat()
    changed_ns = max(found.st_mtime_ns, found.st_ctime_ns)
    if time.time_ns() - changed_ns < _RACY_NS:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def has_vanished(path: Path) -> bool:
    """Whether a path is surely gone, not merely unreadable at the moment."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def path_hash(path: str) -> str:
    """How a path is remembered that must not be kept in words."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
