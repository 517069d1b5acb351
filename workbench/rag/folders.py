"""What lies below the files and folders that a user added: documents to try, and what is left out and why."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError

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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something below a folder that is not tried: hidden, a link to a folder."""

    path: Path
    reason: str


def walk(sources: Sequence[Path]) -> Iterator[FoundFile | LeftOut]:
    """Every file once, folders before deeper ones, in the order of their names."""
    seen: set[Path] = set()
    for source in sources:
        for found in _walk_one(source):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _walk_one(source: Path) -> Iterator[FoundFile | LeftOut]:
    if source.is_dir():
        yield from _walk_folder(source, source)
    else:
        yield FoundFile(source, source.name, source.parent, problem_with(source))


def _walk_folder(folder: Path, root: Path) -> Iterator[FoundFile | LeftOut]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield FoundFile(folder, _below(folder, root), root, f"The folder cannot be read: {error.strerror}.")
        return
    deeper: list[Path] = []
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            yield LeftOut(path, "hidden")
        elif entry.is_symlink() and path.is_dir():
            yield LeftOut(path, "a link to a folder")
        elif entry.is_dir(follow_symlinks=False):
            deeper.append(path)
        else:
            yield FoundFile(path, _below(path, root), root, problem_with(path))
    for path in deeper:
        yield from _walk_folder(path, root)


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path != root else path.name


def problem_with(path: Path) -> str:
    """Why a path cannot be opened as a file, in a sentence; empty when it can. Never opens it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "There is no such file or folder." if not path.is_symlink() else "The link points to nothing."
    except OSError as error:
        return f"It cannot be looked at: {error.strerror}."
    for is_kind, word in _KINDS:
        if is_kind(mode):
            return f"It is {word}, not a file."
    if not stat.S_ISREG(mode):
        return "It is not a file."
    return "" if os.access(path, os.R_OK) else "There is no permission to read it."


def check_sources(sources: Sequence[Path]) -> None:
    """Raise WorkbenchError when none of the sources exists: then there is nothing to do."""
    missing = [source for source in sources if not os.path.lexists(source)]
    if sources and len(missing) == len(sources):
        raise WorkbenchError(
            f"There is no file or folder {missing[0]}.",
            hint="Check the path.",
            details="\n".join(map(str, missing)),
            code="no_file",
        )


def has_vanished(path: Path) -> bool:
    """Whether a path is surely gone, not merely unreadable at the moment."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False
