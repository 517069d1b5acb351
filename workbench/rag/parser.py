"""The parsing child seen from outside: one process at a time, thirty seconds per file, a fresh one after a failure."""

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
from types import TracebackType
from typing import Any, Self

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed

SECONDS_PER_FILE = 30.0
_POLL_SECONDS = 0.1


class Parser:
    """Reads untrusted files in a process of its own. Use as a context manager; calls come from one thread."""

    def __init__(self, *, seconds_per_file: float = SECONDS_PER_FILE) -> None:
        self._seconds = seconds_per_file
        self._child: _Child | None = None
        self._number = 0

    def parse(
        self, path: Path, name: str, check_cancelled: Callable[[], None] = lambda: None, *, password: str = ""
    ) -> Parsed:
        """The text of a file. Raises WorkbenchError with the reason why it has none."""
        request = {"do": "parse", "path": str(path), "name": name, "password": password}
        return Parsed.model_validate(self._call(request, check_cancelled))

    def render(
        self, path: Path, name: str, page: int, start: int, end: int, scale: float, *, password: str = ""
    ) -> dict[str, Any]:
        """A PDF page as {"png" (base64), "width", "height", "boxes", "sha256"}; boxes cover start to end."""
        request: dict[str, Any] = {"do": "render", "path": str(path), "name": name, "password": password}
        return self._call(request | {"page": page, "start": start, "end": end, "scale": scale}, lambda: None)

    def _call(self, request: dict[str, Any], check_cancelled: Callable[[], None]) -> dict[str, Any]:
        self._number += 1
        if self._child is None:
            self._child = _Child()
        try:
            answer = self._child.ask(request | {"id": self._number}, self._seconds, check_cancelled)
        except BaseException:
            # It is busy with a file that nobody waits for, or dead: the next file gets a fresh one.
            self.close()
            raise
        if "problem" in answer:
            raise WorkbenchError(**answer["problem"])
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Child:
    """One running child with the thread that reads its answers."""

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
        """The answer. Raises WorkbenchError when it took too long or the child died of it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._died(str(request["name"])) from error
        waited = 0.0
        while waited < seconds:
            try:
                line = self._answers.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                waited += _POLL_SECONDS
                check_cancelled()
                continue
            if not line:
                raise self._died(str(request["name"]))
            answer: dict[str, Any] = json.loads(line)
            return answer
        raise WorkbenchError(
            f"{request['name']} took longer than {seconds:.0f} seconds to read.",
            hint="It was skipped; split it or save it in another format.",
            code="too_slow",
        )

    def _died(self, name: str) -> WorkbenchError:
        code = self._process.wait()
        self._threads[1].join(1.0)
        return WorkbenchError(
            f"{name} made its reader stop (exit code {code}).",
            hint="It was skipped; open it in its own program and save it again.",
            details="\n".join(self._complaints),
            code="reader_crashed",
        )

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(2.0)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._folder.cleanup()
