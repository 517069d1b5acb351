"""A full disk makes a training wait, not fail: it says so, and goes on by itself when there is room again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from workbench.errors import WorkbenchError, disk_problem
from workbench.finetune.types import RunCondition, RunStatus

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class DiskPatience:
    """Tries again what the disk had no room for, until it has or the person has enough."""

    tell: Callable[[RunStatus], None]
    gives_up: Callable[[], bool] = lambda: False
    """Whether the person asked to stop; may raise to cancel."""

    def write(self, write: Callable[[], T]) -> T:
        """What `write` returns. Raises its WorkbenchError (disk_full) when the person stopped meanwhile."""
        is_waiting = False
        while True:
            try:
                written = write()
            except (WorkbenchError, OSError) as error:
                full = _disk_full(error)
                if full is None or self.gives_up():
                    raise
                if not is_waiting:
                    self.tell(RunStatus(condition=RunCondition.DISK_FULL, message=_in_words(full)))
                is_waiting = True
                time.sleep(LOOK_AGAIN_SECONDS)
                continue
            if is_waiting:
                self.tell(RunStatus(condition=RunCondition.TRAINING))
            return written


def _disk_full(error: WorkbenchError | OSError) -> WorkbenchError | None:
    if isinstance(error, WorkbenchError):
        return error if error.code == "disk_full" else None
    return disk_problem(error)


def _in_words(full: WorkbenchError) -> str:
    first = full.message.partition(". ")[0].removesuffix(".")
    return f"{first}. The training waits; it goes on by itself as soon as there is room."
