"""The one durable run that a page shows: its own, or one that an earlier start of the program began. No Qt.

The page decides what an event means to it; here is which run is meant, how it is stopped, and how often it is started
again by itself after a process that stopped unexpectedly.
"""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from workbench.jobs.events import JobEvent
from workbench.jobs.spec import JobSpec, Listener
from workbench.ui.protocols import StoppableJobs

R = TypeVar("R")


class ShownRun(Generic[R]):
    """`hear` is called with the events of the shown run only; others of an earlier start are recorded all the same."""

    def __init__(self, jobs: StoppableJobs, hear: Callable[[R, JobEvent], None]) -> None:
        self._jobs, self._on_event = jobs, hear
        self.request: R | None = None
        """What is shown; it stays when the run is over."""
        self.is_stopped = False
        """Whether the user stopped it, also before there was a job."""
        self._job_id = ""
        """Of the job that runs; empty also while nothing was heard yet of a run that is followed."""
        self._attempts_left = 0

    def prepare(self) -> None:
        """Something will be shown soon; until then it can already be stopped."""
        self.is_stopped, self._job_id = False, ""

    def begin(self, request: R, attempts: int = 0) -> None:
        """Show another run; its job is started again so many times after a process that stopped unexpectedly."""
        self.prepare()
        self.request, self._attempts_left = request, attempts

    def submit(self, job: JobSpec) -> None:
        """Start the job of the shown run."""
        self._job_id = self._jobs.submit(job, self.follow()).id

    def submit_before(self, job: JobSpec, hear: Listener) -> None:
        """Start a job that makes the run ready: it can be stopped like the run, its events are its own."""
        self._job_id = self._jobs.submit(job, hear).id

    def follow(self) -> Listener:
        """Hears a job of the shown run that was started before this start of the program."""
        return partial(self._hear, self.request)

    def stop(self) -> None:
        """Also when nothing was heard of it yet: then with the first that is heard."""
        self.is_stopped = True
        if self._job_id:
            self._jobs.cancel(self._job_id)

    @property
    def can_try_again(self) -> bool:
        """Whether to start it once more by itself."""
        return self._attempts_left > 0 and not self.is_stopped

    def try_again(self, job: JobSpec) -> None:
        """Start it once more by itself."""
        self._attempts_left -= 1
        self.submit(job)

    def end(self) -> None:
        """Its job is over."""
        self._job_id = ""

    def _hear(self, request: R | None, event: JobEvent) -> None:
        if request is None or request is not self.request:
            return
        if not self._job_id:
            self._job_id = event.job_id
            if self.is_stopped:
                self._jobs.cancel(self._job_id)
        self._on_event(request, event)


def hear_nothing(_event: JobEvent) -> None:
    """Listens to a run that a page cannot show: another version of the program began it. The jobs panel shows it."""
