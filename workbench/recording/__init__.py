"""What the database keeps of jobs, whoever hears them: the window, a command, or the next start of either.

A recorder is called on the thread that hears the job, before anybody is shown the event: what is shown is on the disk,
and the window never waits for the disk. Recording the same event twice changes nothing, so a durable run whose end was
not recorded is told again at the next start.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.jobs.events import JobEvent
from workbench.jobs.spec import JobSpec
from workbench.recording import adapters, collections, experiments

if TYPE_CHECKING:
    from workbench.database import Database

Recorder = Callable[[JobEvent], None]
_KEEPERS = {**collections.KEEPERS, **adapters.KEEPERS, **experiments.KEEPERS}


def is_recorded(spec: JobSpec) -> bool:
    """Whether jobs of this kind leave something for the database."""
    return spec.task in _KEEPERS


def recorder(database: "Database", spec: JobSpec) -> Recorder:
    """Keeps what a job of this kind hands over; jobs that leave nothing for the database are let pass.

    Raises WorkbenchError when it cannot be written.
    """
    keep = _KEEPERS.get(spec.task)
    if keep is None:
        return _let_pass

    def record(event: JobEvent) -> None:
        from pydantic import ValidationError
        from sqlalchemy.exc import SQLAlchemyError

        try:
            keep(database, spec, event)
        except ValidationError as error:
            raise WorkbenchError(
                f"What “{spec.title}” made cannot be read: it is of another version of the program.",
                hint="Start it again.",
                details=str(error),
                code="other_version",
            ) from error
        except (SQLAlchemyError, OSError) as error:
            raise WorkbenchError(
                f"What “{spec.title}” made could not be written into {database.path}.",
                hint="Free some space on that disk and start it again: what was recorded before is kept.",
                details=str(error),
                code="not_recorded",
            ) from error

    return record


def _let_pass(_event: JobEvent) -> None:
    """Nothing of this job belongs into the database."""
