"""Looks whether files that were added to collections changed, while the program runs.

One thread per source, so that a network drive that hangs stops nobody but itself. A look takes at most a twentieth of
the time: a folder that takes a second to list is looked at every twenty seconds.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

MIN_SECONDS = 5.0
_SHARE = 20
PATIENCE_SECONDS = 30.0
"""A source whose look takes longer does not answer."""


def fingerprint(source: Path) -> str:
    """Other words when a file below the source was added, changed, renamed or removed. Opens none of them."""
    total = hashlib.sha256()
    waiting = [str(source)]
    while waiting:
        place = waiting.pop()
        try:
            found = os.lstat(place)
            total.update(f"{place}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ino}\n".encode("utf-8", "replace"))
            if os.path.isdir(place) and (place == str(source) or not os.path.islink(place)):  # noqa: PTH112, PTH114
                with os.scandir(place) as entries:
                    waiting += sorted(entry.path for entry in entries if not entry.name.startswith("."))
        except OSError as error:
            total.update(f"{place}\0{error.errno}\n".encode("utf-8", "replace"))
    return total.hexdigest()


class _Look:
    """What one source was like when it was looked at last, and the thread that does."""

    def __init__(self, source: Path, changed: Callable[[Path], None], min_seconds: float) -> None:
        self.source = source
        self._changed = changed
        self._min_seconds = min_seconds
        self._since = time.monotonic()
        self._is_looking = True
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{source.name}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        known = told = fingerprint(self.source)
        while True:
            taken = time.monotonic() - self._since
            self._is_looking = False
            if self._over.wait(max(self._min_seconds, _SHARE * taken)):
                return
            self._since, self._is_looking = time.monotonic(), True
            now = fingerprint(self.source)
            # Told when it rests: a file that is still being copied is not read in the middle.
            if now == known and now != told and not self._over.is_set():
                told = now
                self._changed(self.source)
            known = now

    def is_answering(self) -> bool:
        return not self._is_looking or time.monotonic() - self._since < PATIENCE_SECONDS

    def stop(self) -> None:
        """Does not wait for a drive that hangs."""
        self._over.set()
        self._thread.join(0.2)


class FolderWatch:
    """Calls `changed(source)`, on a thread of its own, when something below a source changed and came to rest."""

    def __init__(self, changed: Callable[[Path], None], *, min_seconds: float = MIN_SECONDS) -> None:
        self._changed = changed
        self._min_seconds = min_seconds
        self._looks: dict[Path, _Look] = {}

    def watch(self, sources: Iterable[Path]) -> None:
        """Exactly these from now on."""
        wanted = set(sources)
        for source in [source for source in self._looks if source not in wanted]:
            self._looks.pop(source).stop()
        for source in wanted - self._looks.keys():
            self._looks[source] = _Look(source, self._changed, self._min_seconds)

    def silent(self) -> list[Path]:
        """Sources that do not answer, such as a network drive that hangs."""
        return sorted(source for source, look in self._looks.items() if not look.is_answering())

    def stop(self) -> None:
        """Returns soon, also where a source does not answer."""
        for look in self._looks.values():
            look.stop()
        self._looks.clear()
