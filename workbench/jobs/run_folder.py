"""The folder of a durable run: all that app and worker say to each other are files, so that either may die.

`spec.json` what to run; `events.jsonl` numbered events, written by the worker; `commands.jsonl` written by apps;
`lock` held by the living worker; `follower` held by the app that follows; `output.log` stdout and stderr of the
worker; `seen` exists once an app has heard the last word. An earlier attempt in the same folder is kept beside.
"""

import contextlib
import errno
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import ConfigDict, ValidationError

from workbench.boundary import Boundary
from workbench.jobs.events import JobEvent, LastWord, from_line, is_last_word, to_line
from workbench.jobs.file_lock import FileLock, is_locked
from workbench.jobs.spec import JobSpec
from workbench.jobs.wire import LINE_LIMIT_BYTES, SendCommand, order_from_line, order_to_line

log = logging.getLogger("workbench.jobs")

_TAIL_BYTES = 65_536
_DISK_FULL_RETRY_SECONDS = 1.0
_JOURNALS = ("events.jsonl", "commands.jsonl", "output.log")


class RunRecord(Boundary):
    """What `spec.json` holds."""

    model_config = ConfigDict(ser_json_inf_nan="constants")

    schema_version: int = 1
    job_id: str
    spec: JobSpec
    threads: int = 1
    submitted_at: float = 0.0
    """Seconds since the epoch."""


class RunFolder:
    """Names, reads and writes the files of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "spec.json"
        self.events = folder / "events.jsonl"
        self.commands = folder / "commands.jsonl"
        self.lock = folder / "lock"
        self.follower = folder / "follower"
        self.output = folder / "output.log"
        self.seen = folder / "seen"

    def create(self, record: RunRecord) -> None:
        """Make the folder, or begin another attempt in it; visible to other processes once `spec.json` is complete."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keep_earlier_attempt()
        self.change_record(record)

    def change_record(self, record: RunRecord) -> None:
        """Another `spec.json` in one rename; what already runs has read its own."""
        beside = self.spec.with_suffix(".new")
        beside.write_text(record.model_dump_json(indent=2), encoding="utf-8")
        beside.replace(self.spec)

    def read_record(self) -> RunRecord:
        """Raises OSError or pydantic.ValidationError when the folder holds no run."""
        return RunRecord.model_validate_json(self.spec.read_bytes())

    def is_alive(self) -> bool:
        """Whether a worker holds the lock."""
        return is_locked(self.lock)

    def worker_pid(self) -> int | None:
        """The living worker's process id; none other has it as long as the lock is held."""
        if not self.is_alive():
            return None
        text = self.lock.read_text(encoding="ascii").strip()
        return int(text) if text.isdigit() else None

    def take_lock(self, patience_seconds: float) -> FileLock | None:
        """For the worker; somebody who only looks whether the run is alive may hold the lock for a moment."""
        lock = FileLock(self.lock)
        deadline = time.monotonic() + patience_seconds
        while not lock.try_acquire():
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)
        self.lock.write_text(f"{os.getpid()}\n", encoding="ascii")
        return lock

    def last_word(self) -> LastWord | None:
        """The last word if it was said; reads only the end of the journal."""
        for line in reversed(self._last_lines()):
            with contextlib.suppress(ValidationError):
                event = from_line(line.decode("utf-8", "replace"))
                return event if is_last_word(event) else None
        return None

    def has_events(self) -> bool:
        return self.events.exists() and self.events.stat().st_size > 0

    def close_with(self, word: LastWord) -> bool:
        """Write a last word that the worker could not say; False when a worker is alive, which speaks for itself."""
        with FileLock(self.lock) as lock:
            if not lock.try_acquire():
                return False
            journal = Journal(self.events)
            journal.write(to_line(word))
            journal.close()
            return True

    def send(self, name: str, arguments: dict[str, object]) -> None:
        """Append a command in one piece."""
        line = order_to_line(SendCommand(name=name, arguments=arguments))
        descriptor = os.open(self.commands, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def mark_seen(self) -> None:
        self.seen.touch()

    def _last_lines(self) -> list[bytes]:
        if not self.events.exists():
            return []
        with self.events.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            for window in (_TAIL_BYTES, LINE_LIMIT_BYTES * 2):
                start = max(0, size - window)
                file.seek(start)
                lines = file.read().split(b"\n")[:-1]  # what follows the last newline is half a line, or nothing
                if start == 0:
                    return lines
                if len(lines) > 1:
                    return lines[1:]
        return []

    def _keep_earlier_attempt(self) -> None:
        if not self.spec.exists():
            return
        number = 1 + sum(1 for _ in self.folder.glob("attempt-*"))
        earlier = self.folder / f"attempt-{number}"
        earlier.mkdir()
        for name in _JOURNALS:
            with contextlib.suppress(FileNotFoundError):
                (self.folder / name).replace(earlier / name)
        self.seen.unlink(missing_ok=True)


class Journal:
    """Appends whole lines. A full disk makes the writer wait until there is space again: nothing is lost."""

    def __init__(self, path: Path) -> None:
        _drop_half_line(path)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, line: str) -> None:
        rest = line.encode()
        complained = False
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                if not complained:
                    _complain(f"The disk is full; the run waits for space: {error}\n")
                    complained = True
                time.sleep(_DISK_FULL_RETRY_SECONDS)

    def close(self) -> None:
        os.fsync(self._descriptor)
        os.close(self._descriptor)


def _complain(text: str) -> None:
    """To the run's log, which mostly lies on the same disk: where it has no room either, nothing is said."""
    with contextlib.suppress(OSError):
        os.write(2, text.encode())


class LineReader:
    """Reads a growing file: each whole line once, half a last line when it is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read_new(self) -> Iterator[bytes]:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                if line.strip():
                    yield line


class EventReader:
    """The events of a run, each once and in order, however often the file is read; damage is skipped and logged."""

    def __init__(self, path: Path) -> None:
        self._lines = LineReader(path)
        self.last_sequence = 0

    def read_new(self) -> Iterator[JobEvent]:
        for line in self._lines.read_new():
            try:
                event = from_line(line.decode("utf-8", "replace"))
            except ValidationError as error:
                log.warning("An unreadable line of a run's events was skipped: %s", error)
                continue
            if event.sequence > self.last_sequence:
                self.last_sequence = event.sequence
                yield event


class CommandReader:
    """The commands for a run, each once."""

    def __init__(self, path: Path) -> None:
        self._lines = LineReader(path)

    def read_new(self) -> Iterator[SendCommand]:
        for line in self._lines.read_new():
            try:
                order = order_from_line(line)
            except ValidationError as error:
                log.warning("An unreadable command was skipped: %s", error)
                continue
            if isinstance(order, SendCommand):
                yield order


def _drop_half_line(path: Path) -> None:
    """What a writer that died left after the last newline is nothing."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - LINE_LIMIT_BYTES)
        file.seek(start)
        tail = file.read()
        if tail and not tail.endswith(b"\n"):
            file.truncate(start + tail.rfind(b"\n") + 1)
