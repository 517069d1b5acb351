"""A full disk as the app sees it that follows a run: the run itself has no room to write that it waits."""

import shutil
import time
from pathlib import Path

from workbench.jobs.events import Logged

DISK_LOG = "workbench.jobs.disk"
"""The logger of what is said of the disk: a warning while it is full, anything else when there is room again."""
_LOOK_EVERY_SECONDS = 1.0
_TOO_LITTLE_BYTES = 65_536


class DiskWatch:
    """Looks now and then whether the disk of a folder has room."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_full = False
        self._next = 0.0

    def look(self, job_id: str) -> Logged | None:
        """What there is to say: that the disk became full, or that there is room again; mostly nothing."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + _LOOK_EVERY_SECONDS
        try:
            is_full = shutil.disk_usage(self._folder).free < _TOO_LITTLE_BYTES
        except OSError:
            return None  # a disk that was pulled out says nothing of its room
        if is_full == self._is_full:
            return None
        self._is_full = is_full
        if not is_full:
            return Logged(job_id=job_id, logger=DISK_LOG, text="There is room on the disk again.")
        text = (
            f"The disk of {self._folder.parent} is full. The run waits; it goes on by itself as soon as there is room."
        )
        return Logged(job_id=job_id, level="WARNING", logger=DISK_LOG, text=text)
