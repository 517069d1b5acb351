"""What to run, and where."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from pydantic import Field

from workbench.boundary import Boundary
from workbench.jobs.events import JobEvent, LastWord


class JobSpec(Boundary):
    """One execution of a task."""

    task: str
    """The function, as "package.module:function"; its second parameter's type validates `params`."""
    params: dict[str, Any] = Field(default_factory=dict)
    """The request as JSON values (`request.model_dump(mode="json")`)."""
    title: str = ""
    """What people see: "Index handbook"."""
    worker: str = ""
    """Empty: a fresh process that ends with the job. A name like "llm": the warm worker of that name."""
    lane: str = ""
    """Jobs of one non-empty lane wait for each other."""
    durable: bool = False
    """Outlives the app: events and commands are files in `run_folder`."""
    run_folder: str = ""
    """Where a durable job keeps its files; chosen by the runner when empty."""
    background: bool = False
    """Runs `nice`, with few threads: training, indexing."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Variables with which the process of a durable job is started, beside those of every worker."""


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CRASHED = "crashed"


Listener = Callable[[JobEvent], None]


class NotHeardError(Exception):
    """Raised by a listener that cannot pass an event on (its window is closing): no bug, and nothing is logged.

    A durable run whose last word was not heard is told again at the next start.
    """


class JobHandle(Protocol):
    """What the submitter keeps of a job."""

    @property
    def id(self) -> str: ...
    @property
    def spec(self) -> JobSpec: ...
    def cancel(self) -> None: ...
    def wait(self, timeout_seconds: float | None = None) -> LastWord | None:
        """The last word, or None when it did not come in time."""
        ...


class Jobs(Protocol):
    """The narrow door that presenters and the command line use (JobRunner, JobBridge, fakes)."""

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle: ...
