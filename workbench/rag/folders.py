"""What lies below the files and folders that a user added: documents to try, and what is left out and why.

Listing runs in the parsing child, because a drive that hangs blocks whoever asks it; walking asks that child.
The program's own files are nobody's documents: a data folder below an added folder is left out, and a path inside it
is refused, but for the sample projects that the user opened, which lie there.
"""

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.rag.reasons import ReasonCode

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


# File systems keep times as coarse as two seconds: a younger file may change again without another time.
_RACY_NS = 3_000_000_000


class FileState(Boundary):
    """What the file system says of a file; the same words later mean that it has not changed."""

    words: str = ""
    changed_ns: int = 0
    """When it changed last, in nanoseconds since 1970."""
    looked_ns: int = 0
    """When it was looked at."""

    def settled(self) -> str:
        """The words; empty when it had changed so recently that the next change might not show."""
        return self.words if self.looked_ns - self.changed_ns >= _RACY_NS else ""


class EntryKind(StrEnum):
    FILE = "file"
    FOLDER = "folder"
    LEFT_OUT = "left out"


class Entry(Boundary):
    """Something in a folder."""

    name: str
    kind: EntryKind
    reason: str = ""
    """Why it is left out, or cannot be opened."""
    code: ReasonCode = ReasonCode.NONE
    state: FileState = FileState()
    """Of a file that can be opened."""
    device: int = 0
    """The drive that the file lies on."""


class FolderListing(Boundary):
    """A folder with its entries; or a single file, which is its own only entry."""

    is_folder: bool
    problem: str = ""
    code: ReasonCode = ReasonCode.NONE
    entries: tuple[Entry, ...] = ()
    """In the order of their names."""


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
    state: str = ""
    """`FileState.settled`: empty when it may miss a change."""
    device: int = 0


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
        # A path that cannot be looked at is reported by `problem_with`; of a link that leads to itself Python before
        # 3.13 says RuntimeError.
        with contextlib.suppress(OSError, RuntimeError):
            real = path.resolve()
            return _is_below(real, self.home) and not _is_below(real, self.projects)
        return False


_OWN_FILES = "It lies in LLM Workbench's own data folder, which holds no documents."


class Lister(Protocol):
    """Lists folders: `list_folder`, or something that asks another process to."""

    def __call__(self, path: Path, own: OwnFolders | None) -> FolderListing: ...


def list_folder(path: Path, own: OwnFolders | None = None, beat: Callable[[], None] = lambda: None) -> FolderListing:
    """What lies in a folder; `beat` is called after each entry. Opens no file; may wait for a drive for ever."""
    if own is not None and own.hold(path):
        return FolderListing(is_folder=False, problem=_OWN_FILES, code=ReasonCode.OWN_FILES)
    if not path.is_dir():
        return FolderListing(is_folder=False, entries=(_file_entry(path),))
    try:
        found = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        problem = f"The folder cannot be read: {error.strerror}."
        return FolderListing(is_folder=True, problem=problem, code=code_of(error))
    entries = []
    for entry in found:
        entries.append(_entry(entry, own))
        beat()
    return FolderListing(is_folder=True, entries=tuple(entries))


def _entry(entry: "os.DirEntry[str]", own: OwnFolders | None) -> Entry:
    path = Path(entry.path)
    if not _is_unicode(entry.name):
        shown = os.fsencode(entry.name).decode("utf-8", "replace")
        reason = "Its name is not valid text: rename it."
        return Entry(name=shown, kind=EntryKind.FILE, reason=reason, code=ReasonCode.UNREADABLE)
    if entry.name.startswith("."):
        return _left_out(path, "hidden")
    if entry.is_symlink() and path.is_dir():
        return _left_out(path, "a link to a folder")
    if entry.is_dir(follow_symlinks=False):
        # Nothing is asked of a folder here: it may be a drive that hangs, and what lies beside it is read all the same.
        return Entry(name=path.name, kind=EntryKind.FOLDER)
    if entry.is_symlink() and own is not None and own.hold(path):
        return _left_out(path, "a link into the data folder of LLM Workbench")
    return _file_entry(path)


def _is_unicode(name: str) -> bool:
    """A name in another encoding comes with lone surrogates, which no database keeps."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _left_out(path: Path, reason: str) -> Entry:
    return Entry(name=path.name, kind=EntryKind.LEFT_OUT, reason=reason)


def _file_entry(path: Path) -> Entry:
    reason, code = problem_with(path)
    if reason:
        return Entry(name=path.name, kind=EntryKind.FILE, reason=reason, code=code)
    try:
        return Entry(name=path.name, kind=EntryKind.FILE, state=file_state(path), device=path.stat().st_dev)
    except OSError as error:
        reason = f"It cannot be looked at: {error.strerror}."
        return Entry(name=path.name, kind=EntryKind.FILE, reason=reason, code=code_of(error))


def walk(
    sources: Sequence[Path], own: OwnFolders | None = None, roots: Sequence[Path] = (), lister: Lister = list_folder
) -> Iterator[FoundFile | LeftOut]:
    """Every file once, folders before deeper ones, in the order of their names; what is `own` is left out.

    A source that is a file below one of the `roots` is called by its path in it. A folder that cannot be listed is a
    file with a problem.
    """
    seen: set[Path] = set()
    for source in sources:
        for found in _walk_one(source, own, roots, lister):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _walk_one(
    source: Path, own: OwnFolders | None, roots: Sequence[Path], lister: Lister
) -> Iterator[FoundFile | LeftOut]:
    root = next((root for root in roots if root in source.parents), source.parent)
    try:
        listing = lister(source, own)
    except WorkbenchError as problem:
        yield FoundFile(source, _below(source, root), root, str(problem), ReasonCode(problem.code))
        return
    if listing.code is ReasonCode.OWN_FILES:
        yield FoundFile(source, source.name, source.parent, listing.problem, listing.code)
    elif listing.is_folder:
        yield from _walk_folder(source, source, listing, own, lister)
    else:
        (entry,) = listing.entries
        yield _found(source, root, entry)


def _found(path: Path, root: Path, entry: Entry) -> FoundFile:
    return FoundFile(
        path, _below(path, root), root, entry.reason, entry.code, state=entry.state.settled(), device=entry.device
    )


def _walk_folder(
    folder: Path, root: Path, listing: FolderListing, own: OwnFolders | None, lister: Lister
) -> Iterator[FoundFile | LeftOut]:
    if listing.problem:
        yield FoundFile(folder, _below(folder, root), root, listing.problem, listing.code)
    for entry in listing.entries:
        path = folder / entry.name
        if entry.kind is EntryKind.LEFT_OUT:
            yield LeftOut(path, entry.reason)
        elif entry.kind is EntryKind.FILE:
            yield _found(path, root, entry)
    for path in (folder / entry.name for entry in listing.entries if entry.kind is EntryKind.FOLDER):
        try:
            deeper = lister(path, own)
        except WorkbenchError as problem:
            yield FoundFile(path, _below(path, root), root, str(problem), ReasonCode(problem.code))
            continue
        if deeper.code is ReasonCode.OWN_FILES:
            yield LeftOut(path, "the data folder of LLM Workbench")
        else:
            yield from _walk_folder(path, root, deeper, own, lister)


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


def code_of(error: OSError) -> ReasonCode:
    return ReasonCode.NO_PERMISSION if isinstance(error, PermissionError) else ReasonCode.UNREADABLE


def problem_with(path: Path) -> tuple[str, ReasonCode]:
    """Why a path cannot be opened as a file, in a sentence and a word; empty when it can. Never opens it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        says = "There is no such file or folder." if not path.is_symlink() else "The link points to nothing."
        return says, ReasonCode.MISSING
    except OSError as error:
        return f"It cannot be looked at: {error.strerror}.", code_of(error)
    for is_kind, word in _KINDS:
        if is_kind(mode):
            return f"It is {word}, not a file.", ReasonCode.NOT_A_FILE
    if not stat.S_ISREG(mode):
        return "It is not a file.", ReasonCode.NOT_A_FILE
    if not os.access(path, os.R_OK):
        return "There is no permission to read it.", ReasonCode.NO_PERMISSION
    return "", ReasonCode.NONE


def file_state(path: Path) -> FileState:
    """What the file system says of a file. Raises OSError."""
    found = path.stat()
    return FileState(
        words=f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}",
        changed_ns=max(found.st_mtime_ns, found.st_ctime_ns),
        looked_ns=time.time_ns(),
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


def path_hash(path: str) -> str:
    """How a path is remembered that must not be kept in words."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
