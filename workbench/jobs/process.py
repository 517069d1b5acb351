"""A worker process as its app sees it: started, spoken to, heard, ended; its death is a value, never silence."""

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from workbench.environment import SILENCE
from workbench.jobs.causes import describe_death
from workbench.jobs.events import JobEvent, from_line
from workbench.jobs.lifeline import Lifeline
from workbench.jobs.limits import thread_environment
from workbench.jobs.memory_watch import MemoryWatch
from workbench.jobs.wire import LineTooLongError, Order, order_to_line, read_line

log = logging.getLogger("workbench.jobs")

STDERR_TAIL_BYTES = 8_000
EXIT_PATIENCE_SECONDS = 3.0
"""How long a worker whose stdin was closed may take to end before it is killed."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker ended."""

    exit_code: int | None
    message: str
    stderr_tail: str
    ended_for: str = ""
    """The title of the cancelled job that did not stop, when the app itself ended the worker for it."""


class Wake:
    """Put into an inbox to make its reader look around."""


Inbox: TypeAlias = "queue.SimpleQueue[JobEvent | Death | Wake]"


def worker_command(arguments: Sequence[str] = ()) -> list[str]:
    """How this program starts itself as a worker. `-P`: a `torch.py` in the user's folder is not ours to import."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker", *arguments]
    return [sys.executable, "-P", "-m", "workbench", "--worker", *arguments]


def worker_environment(threads: int, home: Path) -> dict[str, str]:
    """The app's environment, silenced, with the thread count, its data folder, and this very copy of the program."""
    here = str(Path(__file__).parents[2])
    inherited = os.environ.get("PYTHONPATH", "")
    python_path = here if not inherited else os.pathsep.join([here, inherited])
    own = {"PYTHONPATH": python_path, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"}
    own["WORKBENCH_HOME"] = str(home)
    return {**os.environ, **SILENCE, **thread_environment(threads), **own}


def creation_flags(*, background: bool) -> int:
    """Windows only: no console window, deaf to the app's Ctrl-C, below normal priority for background work."""
    if sys.platform != "win32":
        return 0
    flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return flags | subprocess.BELOW_NORMAL_PRIORITY_CLASS if background else flags


def read_tail(path: Path, limit: int = STDERR_TAIL_BYTES) -> str:
    """The last whole lines of a log file, at most `limit` bytes; empty when there is none."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - limit)
            file.seek(start)
            tail = file.read(limit)
    except OSError:
        return ""
    if start:
        tail = tail.partition(b"\n")[2]
    return tail.decode("utf-8", "replace").strip()


class WorkerProcess:
    """One child. Its stderr is a log file; threads of its own write orders, read events and wait for its end."""

    def __init__(
        self, name: str, log_folder: Path, job_id: str, inbox: Inbox, *, threads: int, background: bool = False
    ) -> None:
        """`inbox` gets the events of `job_id`, the first job, and the worker's death. Raises OSError."""
        self.name = name
        log_folder.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        self.log_path = log_folder / f"worker-{stamp}-{name}-{uuid.uuid4().hex[:6]}.log"
        self._lock = threading.Lock()
        self._inboxes: dict[str, Inbox] = {job_id: inbox}
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._death: Death | None = None
        self._ending = False
        self._ended_for = ""
        self._ended = threading.Event()
        self._lifeline = Lifeline()
        self._memory = MemoryWatch()
        self._popen = self._start(threads, background, home=log_folder.parent)
        self._threads = [
            threading.Thread(target=target, name=f"worker-{name}-{part}", daemon=True)
            for part, target in (("orders", self._write), ("events", self._read), ("end", self._sweep))
        ]
        for thread in self._threads:
            thread.start()

    def _start(self, threads: int, background: bool, home: Path) -> "subprocess.Popen[bytes]":
        arguments = [*self._lifeline.arguments, *(["--background"] if background else [])]
        with self.log_path.open("wb") as log:
            popen = subprocess.Popen(
                worker_command(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=worker_environment(threads, home),
                # A group of its own: Ctrl-C in the terminal is for the app, and a dead worker's children are found.
                process_group=None if sys.platform == "win32" else 0,
                pass_fds=self._lifeline.inherited,
                creationflags=creation_flags(background=background),
            )
        self._lifeline.hand_over()
        return popen

    # -- what the runner does ---------------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        return self._popen.pid

    def accepts_jobs(self) -> bool:
        with self._lock:
            return not self._ending and self._death is None

    def serve(self, job_id: str, inbox: Inbox) -> bool:
        """From now on the job's events, and the worker's death, go to `inbox`. False when the worker is ending."""
        with self._lock:
            if self._ending or self._death is not None:
                return False
            self._inboxes[job_id] = inbox
            return True

    def forget(self, job_id: str) -> None:
        with self._lock:
            self._inboxes.pop(job_id, None)

    def send(self, order: Order) -> None:
        """Never blocks; an order to a dead worker is dropped, its death is on the way. Raises LineTooLongError."""
        self._outbox.put(order_to_line(order))

    def terminate(self, for_title: str = "") -> None:
        """Ask the system to end the worker; `for_title` names the job that did not stop."""
        with self._lock:
            self._ending = True
            self._ended_for = self._ended_for or for_title
        self._popen.terminate()

    def kill(self) -> None:
        with self._lock:
            self._ending = True
        self._popen.kill()

    def leave(self) -> None:
        """No more orders: the worker ends by itself, and is killed when it does not. Does not wait."""
        with self._lock:
            self._ending = True
        self._outbox.put(None)

    def wait(self, timeout_seconds: float) -> bool:
        """Whether the worker and the threads around it have ended in time."""
        deadline = time.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    # -- its threads ------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        stdin = self._popen.stdin
        assert stdin is not None
        with contextlib.suppress(OSError):  # the worker is gone; its end is told by _read
            while (line := self._outbox.get()) is not None:
                stdin.write(line)
                stdin.flush()
        with contextlib.suppress(OSError):
            stdin.close()
        if not self._ended.wait(EXIT_PATIENCE_SECONDS):
            self.kill()

    def _read(self) -> None:
        stdout = self._popen.stdout
        assert stdout is not None
        problem = ""
        with stdout:
            try:
                while line := read_line(stdout):
                    self._route(from_line(line.decode("utf-8", "replace")))
            except LineTooLongError as error:
                problem = f"The worker process sent {error}; it was ended."
            except ValidationError as error:
                problem = "The worker process sent something that is not an event; it was ended."
                log.warning("Unreadable line from worker %s: %s", self.name, error)
            if problem:
                self.kill()
        self._outbox.put(None)
        self._ended.wait()
        exit_code = self._popen.returncode
        tail = read_tail(self.log_path)
        death = Death(exit_code, problem or describe_death(exit_code, tail, self._memory), tail, self._ended_for)
        with self._lock:
            self._death = death
            inboxes = list(self._inboxes.values())
        for inbox in inboxes:
            inbox.put(death)

    def _route(self, event: JobEvent) -> None:
        with self._lock:
            inbox = self._inboxes.get(event.job_id)
        if inbox is not None:
            inbox.put(event)

    def _sweep(self) -> None:
        """When the worker is dead, end the children it left: they may hold its pipes open."""
        if sys.platform == "linux":
            # Not reaped yet, so that its number still means this group and no other.
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._popen.wait()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        self._lifeline.close()
        self._ended.set()
