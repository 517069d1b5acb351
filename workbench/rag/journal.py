"""What was confirmed of an index: which version is durable, which files it consists of, which documents it holds.

LanceDB acknowledges writes that are not on the disk, can acknowledge one that failed, and notices no flipped byte
(docs/decisions/0012-an-index-that-heals.md). So each commit is confirmed here, after its files were flushed and read
back: one line per commit, appended and flushed. What is not in the journal did not happen.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.rag.durability import append_durably, write_durably

NAME = "journal.jsonl"
# From so many lines on they are folded into one at the next tidying.
_FOLD_LINES = 100


def state_of(folder: Path) -> str:
    """Other words after every commit to the index of that folder; cheap, and the same where nothing was written."""
    try:
        found = (folder / NAME).stat()
    except FileNotFoundError:
        return "none"
    return f"{found.st_size} {found.st_mtime_ns}"


class JournalDamagedError(Exception):
    """A line before the last is not what was written."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """What a file was when it was confirmed; LanceDB never changes one afterwards."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentMark:
    """What a document's rows were when they were confirmed."""

    chunks: int
    digest: str
    """Of the rows with their vectors: `rows.Digester`."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The changes of one confirmed version. Paths are relative to the table's folder."""

    version: int
    files: Mapping[str, FileMark] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    documents: Mapping[str, DocumentMark] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    def to_line(self) -> bytes:
        content = json.dumps(
            {
                "version": self.version,
                "files": {name: [mark.size_bytes, mark.sha256] for name, mark in self.files.items()},
                "gone": list(self.gone),
                "documents": {name: [mark.chunks, mark.digest] for name, mark in self.documents.items()},
                "removed": list(self.removed),
            }
        )
        return f"{_check(content)} {content}\n".encode()

    @classmethod
    def from_line(cls, line: str) -> "Commit":
        """Raises ValueError when the line is not whole."""
        check, _, content = line.partition(" ")
        if not content or check != _check(content):
            raise ValueError("the line's check sum is another one")
        values: dict[str, Any] = json.loads(content)
        return cls(
            version=values["version"],
            files={name: FileMark(*mark) for name, mark in values["files"].items()},
            gone=tuple(values["gone"]),
            documents={name: DocumentMark(*mark) for name, mark in values["documents"].items()},
            removed=tuple(values["removed"]),
        )


def _check(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:16]


class Journal:
    """The confirmed state of one index. One process writes it."""

    def __init__(self, folder: Path, commits: Iterable[Commit] = ()) -> None:
        self._path = folder / NAME
        self._commits: list[Commit] = []
        self.files: dict[str, FileMark] = {}
        self.documents: dict[str, DocumentMark] = {}
        self.version = 0
        self._replay(commits)

    @classmethod
    def read(cls, folder: Path) -> "Journal | None":
        """The journal of an index; None when it has none. A last line that a crash cut off did not happen.

        Raises JournalDamagedError for any other line that is not whole.
        """
        try:
            lines = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        except FileNotFoundError:
            return None
        commits: list[Commit] = []
        for number, line in enumerate(lines, 1):
            try:
                if not line.endswith("\n"):
                    raise ValueError("the line is cut off")
                commits.append(Commit.from_line(line.rstrip("\n")))
            except (ValueError, KeyError, TypeError) as error:
                if number == len(lines):
                    break
                raise JournalDamagedError(f"line {number}: {error}") from error
        journal = cls(folder, commits)
        if len(commits) < len(lines):
            journal.write()  # what follows must not be appended to half a line
        return journal

    def confirm(self, commit: Commit) -> None:
        """Write down a commit; when it returns, that is on the disk."""
        append_durably(self._path, commit.to_line())
        self._commits.append(commit)
        self._fold(commit)

    def back_to(self, version: int) -> None:
        """Forget what was confirmed after this version: its files cannot be read any more."""
        self._replay([commit for commit in self._commits if commit.version <= version])

    def versions(self) -> list[int]:
        """Every version that is still confirmed, newest first."""
        return [commit.version for commit in reversed(self._commits)]

    def fold_when_long(self) -> None:
        """One line instead of hundreds."""
        if len(self._commits) > _FOLD_LINES:
            self.fold()

    def fold(self) -> None:
        """One line for the state as it is."""
        self._commits = [Commit(self.version, dict(self.files), (), dict(self.documents))]
        self.write()

    def write(self) -> None:
        write_durably(self._path, b"".join(commit.to_line() for commit in self._commits))

    def counts(self) -> dict[str, int]:
        """Number of chunks by document hash."""
        return {name: mark.chunks for name, mark in self.documents.items()}

    def _replay(self, commits: Iterable[Commit]) -> None:
        self._commits = list(commits)
        self.files.clear()
        self.documents.clear()
        self.version = 0
        for commit in self._commits:
            self._fold(commit)

    def _fold(self, commit: Commit) -> None:
        self.version = commit.version
        for name in commit.gone:
            self.files.pop(name, None)
        for name in commit.removed:
            self.documents.pop(name, None)
        self.files.update(commit.files)
        self.documents.update(commit.documents)
