"""The parent's side of the process that renders templates: started at the first use, replaced after a kill."""

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from workbench.errors import WorkbenchError

DEADLINE_SECONDS = 20.0
"""Wall clock, the last resort: the child stops by itself after 2 s of processor time, its system ends it after 4."""
START_SECONDS = 60.0


class TemplateChild:
    """Owns one such process; may be asked from any thread, one question at a time."""

    def __init__(self, owner: str) -> None:
        """`owner` is said to those who ask after the end."""
        self._owner = owner
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_closed = False

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The child's reply (see `template_process`); kind "time" or "failed" also where it had to be ended."""
        line = json.dumps(request) + "\n"
        with self._lock:
            if self._is_closed:
                raise WorkbenchError(f"{self._owner} was unloaded.", hint="Ask again.", code="engine_closed")
            return self._ask(line)

    def close(self) -> None:
        """End the process; rendering is over for good."""
        with self._lock:
            self._is_closed = True
            self._stop()

    def _ask(self, line: str) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            self._stop()
            return {"error": "its process ended", "kind": "failed"}
        reply = _read_line(process, DEADLINE_SECONDS)
        if reply is None:
            self._stop()
            return {"error": "it did not finish", "kind": "time"}
        return reply

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        script = Path(__file__).with_name("template_process.py")
        try:
            process = self._process = subprocess.Popen(
                [sys.executable, "-P", str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise _does_not_start(str(error)) from error
        if _read_line(process, START_SECONDS) is None:
            self._stop()
            raise _does_not_start(f"exit status {process.returncode}")
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)


def _does_not_start(details: str) -> WorkbenchError:
    return WorkbenchError(
        "The process that renders templates does not start.",
        hint="Most likely too little memory is left: close other programs or unload a model, then try again.",
        details=details,
        code="template_process",
    )


def _read_line(process: subprocess.Popen[str], seconds: float) -> dict[str, Any] | None:
    """The next reply, or None when the process ended or was killed at the deadline."""
    assert process.stdout is not None
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    return dict(json.loads(line)) if line.endswith("\n") else None


def _close_quietly(pipe: IO[str]) -> None:
    with contextlib.suppress(OSError):  # a line that the dead process never read
        pipe.close()
