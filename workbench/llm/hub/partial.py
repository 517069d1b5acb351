"""What is there of a download that is not whole yet: a folder of its own below `models/.partial`, never listed.

    download.json     what was asked for, so that it can go on after anything
    lock              held by the process that downloads
    <file>            the bytes so far, from the first on
    <file>.journal    how many of them are safely on the disk, and which version of the file they are of

The journal is written after its bytes were synced, so that a power cut cannot pass off zeros as a download.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.jobs.file_lock import FileLock, is_locked
from workbench.llm.hub.names import check_names, check_repository
from workbench.llm.hub.types import DownloadRequest, RemoteFile

SYNC_BYTES = 8 * 1024 * 1024
"""No more than this is fetched twice after a crash."""
_RECORD, _LOCK = "download.json", "lock"


class Journal(Boundary):
    """How far one file is."""

    synced: int = 0
    etag: str = ""
    """What the server called the version that the bytes are of."""
    content: str = ""
    """The checksum that the hub listed for it."""


class Part:
    """One growing file."""

    def __init__(self, path: Path, wanted: RemoteFile) -> None:
        self.path = path
        self.wanted = wanted
        self._journal_path = path.with_name(f"{path.name}.journal")
        self._journal = self._read()
        self._file: BufferedRandom | None = None
        self.length = 0
        self._unsynced = 0

    @property
    def kept_bytes(self) -> int:
        """Bytes that a download would go on from. Looks only; opens nothing."""
        if self._journal.content != content_of(self.wanted):
            return 0
        try:
            return min(self._journal.synced, self.path.stat().st_size)
        except OSError:
            return 0

    @property
    def was_of_another_version(self) -> bool:
        """Whether what is there belongs to a file that the hub has replaced since."""
        return self._journal.synced > 0 and self._journal.content != content_of(self.wanted)

    @property
    def etag(self) -> str:
        return self._journal.etag

    def open(self) -> None:
        """Ready to be written, at the end of what is safely there."""
        kept = self.kept_bytes if self.kept_bytes <= self.wanted.size_bytes else 0
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(descriptor, "r+b")
        self._cut(kept)
        if not kept:
            self._note(synced=0, etag="", content=content_of(self.wanted))

    def begin_anew(self) -> None:
        """Forget the bytes so far."""
        self._cut(0)
        self._note(synced=0, etag="", content=content_of(self.wanted))

    def begin_version(self, etag: str) -> None:
        """Remember what the server calls the version that is being fetched."""
        if etag != self._journal.etag:
            self._note(synced=self._journal.synced, etag=etag, content=content_of(self.wanted))

    def write(self, data: bytes) -> None:
        """Append; safe on the disk after at most 8 MB more. Raises OSError when the disk is full."""
        file = self._opened()
        file.write(data)
        self.length += len(data)
        self._unsynced += len(data)
        if self._unsynced >= SYNC_BYTES:
            self.sync()

    def sync(self) -> None:
        """Everything so far is safely on the disk afterwards."""
        file = self._opened()
        file.flush()
        os.fsync(file.fileno())
        self._unsynced = 0
        self._note(synced=self.length, etag=self._journal.etag, content=self._journal.content)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)
        self._journal_path.unlink(missing_ok=True)
        self._journal = Journal()

    def forget_journal(self) -> None:
        """The file is whole and elsewhere."""
        self._journal_path.unlink(missing_ok=True)

    def _cut(self, length: int) -> None:
        file = self._opened()
        file.flush()
        file.truncate(length)
        file.seek(length)
        self.length, self._unsynced = length, 0

    def _opened(self) -> BufferedRandom:
        assert self._file is not None, "the part is not open"
        return self._file

    def _note(self, *, synced: int, etag: str, content: str) -> None:
        self._journal = Journal(synced=synced, etag=etag, content=content)
        beside = self._journal_path.with_name(f"{self._journal_path.name}.new")
        beside.write_text(self._journal.model_dump_json(), encoding="utf-8")
        beside.replace(self._journal_path)

    def _read(self) -> Journal:
        try:
            return Journal.model_validate_json(self._journal_path.read_text(encoding="utf-8"))
        except (OSError, ValidationError, UnicodeDecodeError):
            return Journal()


class PartialFolder:
    """The folder of one download."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = FileLock(folder / _LOCK)

    @classmethod
    def for_request(cls, request: DownloadRequest) -> "PartialFolder":
        """Where this download keeps what it has: the same repository and file come to the same folder."""
        check_names(request.files)
        owner = check_repository(request.repository).replace("/", "--")
        first = request.files[0].name
        mark = hashlib.sha256(first.encode()).hexdigest()[:8]  # folders of a repository may hold files of one name
        return cls(partials_of(Path(request.models_folder)) / f"{owner}--{PurePosixPath(first).stem[:80]}-{mark}")

    def create(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def remember(self, request: DownloadRequest) -> None:
        beside = self.folder / f"{_RECORD}.new"
        beside.write_text(request.model_dump_json(indent=1), encoding="utf-8")
        beside.replace(self.folder / _RECORD)

    def request(self) -> DownloadRequest | None:
        """What was asked for; None when that cannot be read."""
        try:
            return DownloadRequest.model_validate_json((self.folder / _RECORD).read_text(encoding="utf-8"))
        except (OSError, ValidationError, UnicodeDecodeError):
            return None

    def part(self, wanted: RemoteFile) -> Part:
        return Part(self.folder / PurePosixPath(wanted.name).name, wanted)

    def is_busy(self) -> bool:
        """Whether a process downloads into it right now."""
        return is_locked(self.folder / _LOCK)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class PartialDownload:
    """An unfinished download, as the disk shows it."""

    request: DownloadRequest
    kept_bytes: int
    is_running: bool


def list_partials(models_folder: Path) -> list[PartialDownload]:
    """Downloads that were begun and are not whole, in the order of their names. Reads small files only."""
    return list(_partials(models_folder))


def partials_of(models_folder: Path) -> Path:
    return models_folder / ".partial"


def content_of(file: RemoteFile) -> str:
    """The checksum that says which content is meant; "" when the hub told none."""
    return f"sha256:{file.sha256}" if file.sha256 else f"git:{file.git_blob}" if file.git_blob else ""


def _partials(models_folder: Path) -> Iterator[PartialDownload]:
    for record in sorted(partials_of(models_folder).glob(f"*/{_RECORD}")):
        partial = PartialFolder(record.parent)
        request = partial.request()
        if request is not None and request.files:
            moved = request.model_copy(update={"models_folder": str(models_folder)})
            kept = sum(partial.part(file).kept_bytes for file in request.files)
            yield PartialDownload(moved, kept, partial.is_busy())
