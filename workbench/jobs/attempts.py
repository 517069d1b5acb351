"""Which part of a long job killed its process: it is left out at last, the others go on."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.journal_file import read_object, write_whole
from workbench.log import get_logger

CRASHES_ALLOWED = 2
"""How often one part of a job may take the process with it before it is left out."""

PART_FAULTS = (WorkbenchError, OSError, ValueError, RuntimeError, MemoryError, LookupError)
"""What one part of a job may run into without being a mistake of this program: it fails, the other parts go on."""

_log = get_logger("jobs")


class Attempts:
    """Which part of a job is at work: a mark that is found at the next start tells which part killed the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = read_object(path)
        self._note_crash()

    @contextlib.contextmanager
    def at_work(self, part: str) -> Iterator[None]:
        """Marks the part as being at work for the time of a block."""
        self._kept["current"] = part
        self._save()
        try:
            yield
        finally:
            self._kept["current"] = ""
            self._save()

    def has_crashed(self, part: str) -> bool:
        """Whether the part has ended the process so often that it is left out."""
        return int(self._crashes().get(part, 0)) >= CRASHES_ALLOWED

    def forget(self) -> None:
        """The job came to its end; a later one in this folder tries every part again."""
        self._path.unlink(missing_ok=True)
        self._kept = {}

    def _note_crash(self) -> None:
        part = self._kept.get("current")
        if isinstance(part, str) and part:
            crashes = self._crashes()
            crashes[part] = int(crashes.get(part, 0)) + 1
            self._kept = {"current": "", "crashes": crashes}
            self._save()
            _log.info("the job ended while %s was at work", part)

    def _crashes(self) -> dict[str, int]:
        found = self._kept.setdefault("crashes", {})
        return found if isinstance(found, dict) else {}

    def _save(self) -> None:
        write_whole(self._path, json.dumps(self._kept))
