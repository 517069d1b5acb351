"""The form of what writes down a job's events."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.jobs.events import JobEvent
from workbench.jobs.spec import JobSpec

if TYPE_CHECKING:
    from workbench.database import Database

Keeper = Callable[["Database", JobSpec, JobEvent], None]
