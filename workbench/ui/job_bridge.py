"""The one crossing from the job threads to the window: listeners of jobs are called on the UI thread."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from workbench.errors import WorkbenchError
from workbench.jobs.events import Failed, JobEvent, is_last_word
from workbench.jobs.job import JobSnapshot
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobHandle, JobSpec, Listener, NotHeardError

_TURN_SECONDS = 0.006
"""Longest stretch of deliveries without a look at the user's events: a flood of tokens must not freeze the window."""

DurableHandler = Callable[[JobSpec], Listener]


class JobBridge(QObject):
    """Implements `Jobs` for presenters. Create it on the UI thread: that decides where deliveries arrive."""

    changed = Signal()
    """Something happened to some job; emitted on the UI thread, once for a burst of events."""
    ended = Signal()
    """Some job said its last word; emitted like `changed`, before it."""
    _arrived = Signal(object)
    """Wakes the UI thread. Its source lives there, so every receiver runs there (docs/architecture.md)."""

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._is_awake = False
        self._is_open = True
        self._has_news = self._has_ends = False
        self._durable_handlers: dict[str, DurableHandler] = {}
        self._recorder_for: DurableHandler = lambda _spec: _ignore
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._stop_observing = runner.observe(self._note)

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle:
        """Start a job; `listener` hears its events on the UI thread, in order, after they were recorded."""
        return self._runner.submit(spec, _Recorded(self, self._recorder_for(spec), listener))

    def cancel(self, job_id: str) -> None:
        self._runner.cancel(job_id)

    def move_up(self, job_id: str) -> bool:
        """Let a waiting job begin before the one in front of it."""
        return self._runner.move_up(job_id)

    def send_command(self, job_id: str, name: str, **arguments: Any) -> None:
        """Hand a command like "pause" to the running task."""
        self._runner.send_command(job_id, name, **arguments)

    def is_warm(self, worker: str) -> bool:
        """Whether this worker runs now."""
        return self._runner.is_warm(worker)

    def jobs(self) -> list[JobSnapshot]:
        """All jobs of this start, oldest first."""
        return self._runner.jobs()

    def observe(self, listener: Listener) -> Callable[[], None]:
        """Have all events of all jobs told to `listener`, on their threads; call the result to stop that."""
        return self._runner.observe(listener)

    def post(self, function: Callable[[], None]) -> None:
        """Have `function` called on the UI thread soon; from any thread. Dropped when the window has gone."""
        with self._lock:
            if not self._is_open:
                return
            self._waiting.append(function)
            if self._is_awake:
                return
            self._is_awake = True
            # Under the lock: `close` cannot destroy the signal's source between the question and the emit.
            self._arrived.emit(None)

    def record_with(self, recorder_for: Callable[[JobSpec], Listener]) -> None:
        """Have every event of the jobs to come recorded first, on the thread of the job: the disk may be slow."""
        self._recorder_for = recorder_for

    def on_durable(self, task: str, handler: DurableHandler) -> None:
        """Name who listens to runs of `task` that were started before this start of the program."""
        self._durable_handlers[task] = handler

    def attach_durable(self) -> list[JobHandle]:
        """Follow the durable runs that outlived an earlier start, with the handlers named so far."""
        return self._runner.attach_durable(self._durable_listener)

    def shutdown(self) -> None:
        """Deliver nothing more, cancel ordinary jobs, let go of durable ones. Blocks until the workers ended."""
        with self._lock:
            self._is_open = False
            self._waiting.clear()
        self._stop_observing()
        self._runner.shutdown()

    def _durable_listener(self, spec: JobSpec) -> Listener:
        handler = self._durable_handlers.get(spec.task)
        return _Recorded(self, self._recorder_for(spec), handler(spec) if handler else _ignore)

    def _note(self, event: JobEvent) -> None:
        self._has_news = True
        if is_last_word(event):
            self._has_ends = True
        self.post(_nothing)

    @Slot(object)
    def _deliver(self, _wake: object) -> None:
        """Call what waits, for at most a turn; the rest after the user's own events."""
        deadline = time.perf_counter() + _TURN_SECONDS
        try:
            while self._waiting and time.perf_counter() < deadline:
                self._waiting.popleft()()
            if self._has_ends:
                self._has_ends = False
                self.ended.emit()
            if self._has_news:
                self._has_news = False
                self.changed.emit()
        finally:  # a listener that raises goes to the crash dialog; the others still hear their events
            with self._lock:
                self._is_awake = bool(self._waiting) and self._is_open
                if self._is_awake:
                    self._arrived.emit(None)


class _Recorded:
    """Listener of one job, on its thread: records, then passes on. What cannot be recorded ends the job as failed."""

    def __init__(self, bridge: JobBridge, record: Listener, listener: Listener) -> None:
        self._bridge = bridge
        self._record = record
        self._listener = listener
        self._problem: WorkbenchError | None = None

    def __call__(self, event: JobEvent) -> None:
        if self._problem is None:
            try:
                self._record(event)
            except WorkbenchError as problem:
                self._problem = problem
                self._bridge.cancel(event.job_id)
        if self._problem is None:
            self._bridge.post(partial(self._listener, event))
        elif is_last_word(event):
            self._bridge.post(partial(self._listener, _not_recorded(event, self._problem)))
            raise NotHeardError  # a durable run is told again at the next start


def _not_recorded(event: JobEvent, problem: WorkbenchError) -> Failed:
    return Failed(
        job_id=event.job_id,
        sequence=event.sequence,
        at=event.at,
        message=problem.message,
        hint=problem.hint,
        details=problem.details,
        code=problem.code,
    )


def _ignore(_event: JobEvent) -> None:
    """A durable run that no tab listens to shows in the jobs panel all the same."""


def _nothing() -> None:
    """Posted for its wake-up only."""
