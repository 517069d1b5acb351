"""All that a task may touch of the world that runs it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel


class JobCancelled(BaseException):
    """Raised at a safe point of a cancelled task. Not an Exception: a task's own handlers must not eat it."""


class JobContext(Protocol):
    """What a task gets as its first argument."""

    @property
    def run_folder(self) -> Path | None:
        """The folder of a durable run, None for an ordinary job."""
        ...

    @property
    def threads(self) -> int:
        """How many processor threads this job should use."""
        ...

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        """Tell how far the task is; a cancel takes effect here (raises JobCancelled)."""
        ...

    def produce(self, item: BaseModel) -> None:
        """Hand over a partial result at once: a token, a loss, an indexed file."""
        ...

    def check_cancelled(self) -> None:
        """Raise JobCancelled when the job was cancelled."""
        ...

    def is_cancelled(self) -> bool: ...

    def on_command(self, handler: Callable[[str, dict[str, Any]], None]) -> None:
        """Have `handler(name, arguments)` called, on another thread, for commands such as "pause"."""
        ...


class StepContext:
    """The context of a job as one of its steps sees it: all goes to the job but what a subclass says otherwise."""

    def __init__(self, job: JobContext) -> None:
        self._job = job

    @property
    def run_folder(self) -> Path | None:
        return self._job.run_folder

    @property
    def threads(self) -> int:
        return self._job.threads

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        self._job.progress(done, total, label)

    def produce(self, item: BaseModel) -> None:
        self._job.produce(item)

    def check_cancelled(self) -> None:
        self._job.check_cancelled()

    def is_cancelled(self) -> bool:
        return self._job.is_cancelled()

    def on_command(self, handler: Callable[[str, dict[str, Any]], None]) -> None:
        self._job.on_command(handler)


class RecordingContext:
    """Keeps what a task says: for unit tests and for calling a task directly."""

    def __init__(self, run_folder: Path | None = None, threads: int = 1) -> None:
        self.run_folder = run_folder
        self.threads = threads
        self.progressed: list[tuple[float, float, str]] = []
        self.produced: list[Any] = []
        self.cancelled = threading.Event()
        self._handler: Callable[[str, dict[str, Any]], None] | None = None

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        self.progressed.append((done, total, label))
        self.check_cancelled()

    def produce(self, item: BaseModel) -> None:
        self.produced.append(item)

    def check_cancelled(self) -> None:
        if self.cancelled.is_set():
            raise JobCancelled

    def is_cancelled(self) -> bool:
        return self.cancelled.is_set()

    def on_command(self, handler: Callable[[str, dict[str, Any]], None]) -> None:
        self._handler = handler

    def command(self, name: str, **arguments: Any) -> None:
        """Play the app that sends a command."""
        assert self._handler is not None, "the task listens to no commands"
        self._handler(name, arguments)
