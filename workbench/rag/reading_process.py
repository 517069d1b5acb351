"""A child process that reads what nobody vouches for: JSON lines both ways; killed when it is silent too long."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.log import get_logger
from workbench.rag.reasons import ReasonCode

_log = get_logger("rag")

_POLL_SECONDS = 0.1
_START_SECONDS = 30.0
"""On a busy computer a process takes its time to start: that is not the file's fault."""
_DEATH_SECONDS = 2.0
"""A process that waits for a drive that hangs cannot be killed before that answers: it is left behind."""


class ReadingProcess:
    """One running child with the threads that hear it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-parsing-", ignore_cleanup_errors=True)
        home = self._folder.name
        own = {"HOME": home, "USERPROFILE": home, "TMPDIR": home, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        package = str(Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workbench.rag.parsing_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home,
            env=os.environ | own | {"PYTHONPATH": paths},
            text=True,
            encoding="utf-8",
        )
        self._has_started = False
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._complaints: deque[str] = deque(maxlen=20)
        self._threads = [
            threading.Thread(target=self._read_answers, name="parser-answers", daemon=True),
            threading.Thread(target=self._read_complaints, name="parser-complaints", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read_answers(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def _read_complaints(self) -> None:
        assert self._process.stderr is not None
        self._complaints.extend(line.rstrip() for line in self._process.stderr)

    def ask(self, request: dict[str, Any], seconds: float, check_cancelled: Callable[[], None]) -> dict[str, Any]:
        """The answer. Raises WorkbenchError when nothing was heard for so long, or the child died of it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._died(str(request["name"])) from error
        waited, limit = 0.0, seconds if self._has_started else max(seconds, _START_SECONDS)
        while waited < limit:
            try:
                line = self._answers.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                waited += _POLL_SECONDS
                check_cancelled()
                continue
            if not line:
                raise self._died(str(request["name"]))
            answer: dict[str, Any] = json.loads(line)
            if "beat" in answer:
                waited, limit, self._has_started = 0.0, seconds, True  # it is slow, but goes on
                continue
            return answer
        raise WorkbenchError(
            f"{request['name']} took longer than {seconds:.0f} seconds to read.",
            hint="It was skipped; split it or save it in another format.",
            code=ReasonCode.TOO_SLOW,
        )

    def _died(self, name: str) -> WorkbenchError:
        try:
            code: int | None = self._process.wait(_DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            code = None  # it closed its output and lives on: it will be killed
        self._threads[1].join(1.0)
        return WorkbenchError(
            f"{name} made its reader stop (exit code {code}).",
            hint="It was skipped; open it in its own program and save it again.",
            details="\n".join(self._complaints),
            code=ReasonCode.READER_CRASHED,
        )

    def close(self) -> None:
        self._process.kill()
        try:
            self._process.wait(_DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            _log.warning("The reading process %d waits for a drive and is left behind", self._process.pid)
            return
        for thread in self._threads:
            thread.join(2.0)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._folder.cleanup()
