"""Settings go to the disk on a thread of their own: waiting for the disk (fsync) would stall the window."""

import threading
from collections.abc import Callable
from pathlib import Path

from workbench.settings import Settings


class SettingsWriter:
    """Writes what was handed in last; what came between two writes is never half of either. Call `finish` at the end.

    `on_problem` is called on the writer's thread.
    """

    def __init__(self, path: Path, on_problem: Callable[[OSError], None]) -> None:
        self._path, self._on_problem = path, on_problem
        self._changed = threading.Condition()
        self._next: Settings | None = None
        self._is_writing = False

    def write(self, settings: Settings) -> None:
        """Returns at once."""
        with self._changed:
            self._next = settings
            if self._is_writing:
                return
            self._is_writing = True
        # No daemon: a program that ends otherwise than by `finish` writes it all the same.
        threading.Thread(target=self._write_all, name="settings-writer").start()

    def finish(self) -> None:
        """Wait until everything is written."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_writing)

    def _write_all(self) -> None:
        while (settings := self._take()) is not None:
            try:
                settings.save(self._path)
            except OSError as problem:
                self._on_problem(problem)

    def _take(self) -> Settings | None:
        with self._changed:
            settings, self._next = self._next, None
            if settings is None:
                self._is_writing = False
                self._changed.notify_all()
            return settings
