"""Stand-ins for the program's own protocols: they record what they were given and let the test decide what happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.events import (
    Cancelled,
    Crashed,
    Failed,
    Finished,
    JobEvent,
    LastWord,
    Produced,
    Progressed,
    Started,
)
from workbench.jobs.spec import JobSpec, Listener
from workbench.recording import recorder


def _ignore(_event: JobEvent) -> None:
    """Nothing is recorded."""


@dataclass(slots=True)
class FakeJob:
    """A submitted job whose events the test speaks. `cancelled` tells whether the presenter asked to stop it."""

    id: str
    spec: JobSpec
    listener: Listener
    record: Listener = _ignore
    cancelled: bool = False
    commands: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    last_word: LastWord | None = None

    def cancel(self) -> None:
        self.cancelled = True

    def wait(self, timeout_seconds: float | None = None) -> LastWord | None:
        return self.last_word

    def emit(self, event: JobEvent) -> None:
        if isinstance(event, Finished | Failed | Cancelled | Crashed):
            self.last_word = event
        self.record(event)
        self.listener(event)

    def start(self) -> None:
        self.emit(Started(job_id=self.id))

    def progress(self, done: float, total: float, label: str = "") -> None:
        self.emit(Progressed(job_id=self.id, done=done, total=total, label=label))

    def produce(self, item: BaseModel) -> None:
        self.emit(Produced(job_id=self.id, kind=type(item).__name__, item=item.model_dump(mode="json")))

    def finish(self, result: BaseModel | None = None) -> None:
        self.emit(Finished(job_id=self.id, result={} if result is None else result.model_dump(mode="json")))

    def fail(self, problem: WorkbenchError) -> None:
        self.emit(
            Failed(
                job_id=self.id,
                message=problem.message,
                hint=problem.hint,
                details=problem.details,
                code=problem.code,
                facts=dict(problem.facts),
            )
        )

    def end_cancelled(self) -> None:
        self.emit(Cancelled(job_id=self.id))

    def crash(self, message: str = "The worker process stopped unexpectedly.", stderr_tail: str = "") -> None:
        self.emit(Crashed(job_id=self.id, exit_code=-11, message=message, stderr_tail=stderr_tail))


class FakeJobs:
    """`Jobs` that starts nothing: every submitted job waits in `jobs` for the test to speak its events.

    With a database its events are recorded before they are heard, as the program does it.
    """

    def __init__(self, database: Database | None = None) -> None:
        self.jobs: list[FakeJob] = []
        self.moved: list[str] = []
        """Jobs that were asked to begin earlier."""
        self._database = database

    @property
    def specs(self) -> list[JobSpec]:
        return [job.spec for job in self.jobs]

    @property
    def last(self) -> FakeJob:
        return self.jobs[-1]

    def of(self, task: str) -> list[FakeJob]:
        """Jobs of one task, in the order of their submission."""
        return [job for job in self.jobs if job.spec.task == task]

    def submit(self, spec: JobSpec, listener: Listener) -> FakeJob:
        record = recorder(self._database, spec) if self._database is not None else _ignore
        job = FakeJob(f"job-{len(self.jobs) + 1}", spec, listener, record)
        self.jobs.append(job)
        return job

    def cancel(self, job_id: str) -> None:
        for job in self.jobs:
            if job.id == job_id:
                job.cancel()

    def move_up(self, job_id: str) -> bool:
        self.moved.append(job_id)
        return True

    def send_command(self, job_id: str, name: str, **arguments: Any) -> None:
        for job in self.jobs:
            if job.id == job_id:
                job.commands.append((name, arguments))


class FakeMessages:
    """The message bar: keeps (severity, text) of everything said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.hints: list[str] = []

    def info(self, text: str) -> None:
        self.said.append(("info", text))

    def warning(self, text: str, hint: str = "", details: str = "") -> None:
        self.said.append(("warning", text))
        self.hints.append(hint)

    def error(self, text: str, hint: str = "", details: str = "") -> None:
        self.said.append(("error", text))
        self.hints.append(hint)

    def texts(self, severity: str) -> Sequence[str]:
        return [text for kind, text in self.said if kind == severity]


class FakeNavigator:
    """Keeps which tabs were asked for, and with what in hand."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, dict[str, str]]] = []

    def open_tab(self, tab: str, **case: str) -> None:
        self.opened.append((tab, case))


class FakeLater:
    """Puts off nothing by itself: the test says when the moment has come."""

    def __init__(self) -> None:
        self.waiting: dict[str, Callable[[], None]] = {}

    def __call__(self, key: str, seconds: float, action: Callable[[], None]) -> None:
        self.waiting[key] = action

    def run(self, *keys: str) -> None:
        """These, or all that wait."""
        for key in keys or tuple(self.waiting):
            self.waiting.pop(key)()
