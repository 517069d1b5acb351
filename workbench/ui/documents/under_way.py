"""A job on one collection, from the click on; the page may show another collection meanwhile. No Qt."""

from dataclasses import dataclass

from workbench.jobs.spec import JobHandle
from workbench.ui.board import Running


@dataclass(slots=True)
class UnderWay:
    """What the page shows of it again once its collection is selected."""

    running: Running
    job: JobHandle | None = None
    """None while it is being prepared."""
    is_stopped: bool = False

    def stop(self) -> None:
        """Also before there is a job: none is begun then."""
        self.is_stopped = True
        if self.job is not None:
            self.job.cancel()
