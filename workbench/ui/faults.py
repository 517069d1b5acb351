"""Faults of our own: what is written down about them, and whether the last start ended well. No widgets."""

import contextlib
import faulthandler
import logging
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import workbench

_log = logging.getLogger("workbench.faults")
KEPT_REPORTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception that nobody expected."""

    summary: str
    """The exception in one line."""
    details: str
    """Versions and traceback; what "Copy details" copies."""
    report: Path | None
    """Where it was written down; None when even that failed."""


class FaultWatch:
    """Catches what falls through: exceptions in slots, in threads. `tell` is called on the thread of the fault."""

    def __init__(self, logs: Path, tell: Callable[[Fault], None]) -> None:
        self._logs = logs
        self._tell = tell
        self._before = (sys.excepthook, threading.excepthook)

    def start(self) -> None:
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def stop(self) -> None:
        sys.excepthook, threading.excepthook = self._before

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, where: str = ""
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        sys.__excepthook__(kind, error, trace)  # whoever started it in a terminal sees it there as well
        words = "".join(traceback.format_exception(kind, error, trace))
        summary = traceback.format_exception_only(kind, error)[-1].strip()
        _log.error("Unexpected: %s%s\n%s", summary, where, words)
        details = f"{_versions()}{where}\n\n{words}"
        self._tell(Fault(summary, details, self._write_down(details)))

    def _on_thread_exception(self, happened: threading.ExceptHookArgs) -> None:
        if happened.exc_value is None:  # only at interpreter exit
            return
        name = happened.thread.name if happened.thread else "a thread"
        self._on_exception(happened.exc_type, happened.exc_value, happened.exc_traceback, f"\nThread: {name}")

    def _write_down(self, details: str) -> Path | None:
        """A report file; a full disk must not turn one fault into two."""
        try:
            self._logs.mkdir(parents=True, exist_ok=True)
            path = self._logs / f"fault-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1000:03}.txt"
            path.write_text(details, encoding="utf-8")
            for old in sorted(self._logs.glob("fault-*.txt"))[:-KEPT_REPORTS]:
                old.unlink(missing_ok=True)
        except OSError as error:
            _log.error("The fault report could not be written: %s", error)
            return None
        return path


class RunningMark:
    """A file that lies in the logs while the window is open: found at a start, the last one did not close properly."""

    def __init__(self, logs: Path) -> None:
        self._path = logs / "window-is-open"

    def put(self) -> bool:
        """Leave the mark; whether one was found. Only the holder of the writer lock may ask."""
        found = self._path.exists()
        with contextlib.suppress(OSError):  # a read-only disk is told elsewhere
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n", encoding="utf-8")
        return found

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def newest_report(logs: Path) -> Path | None:
    """The latest fault report or native crash trace, for the message after a crash."""
    found = [path for path in logs.glob("fault-*.txt") if path.stat().st_size > 0]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _versions() -> str:
    from PySide6 import __version__ as pyside  # the number only; this module draws nothing

    return (
        f"LLM Workbench {workbench.__version__}, Python {platform.python_version()}, PySide6 {pyside}, "
        f"{platform.system()} {platform.release()} {platform.machine()}"
    )


def keep_native_traces(logs: Path) -> Callable[[], None]:
    """Have a segfault or abort write its stacks to a file in the logs; call the result to stop that.

    The trace of an earlier start is renamed, so that it counts among the reports.
    """
    path = logs / "native-crash.txt"
    if path.exists() and path.stat().st_size > 0:
        path.replace(logs / f"fault-native-{time.strftime('%Y%m%d-%H%M%S')}.txt")
    file = path.open("w", encoding="utf-8")
    faulthandler.enable(file)

    def stop() -> None:
        faulthandler.disable()
        file.close()
        if sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)

    return stop
