"""One job as its app sees it: its state, what it said last, how long it will take."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.jobs.events import (
    Cancelled,
    Crashed,
    Failed,
    Finished,
    JobEvent,
    LastWord,
    Progressed,
    Queued,
    Started,
)
from workbench.jobs.process import Inbox, Wake, WorkerProcess
from workbench.jobs.spec import JobSpec, JobState, Listener, NotHeardError

log = logging.getLogger("workbench.jobs")


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A job at one moment: a row of the jobs panel. Times are seconds since the epoch, 0 when not yet."""

    id: str
    spec: JobSpec
    state: JobState
    done: float = 0.0
    total: float = 0.0
    label: str = ""
    eta_seconds: float | None = None
    queue_reason: str = ""
    is_cancelling: bool = False
    submitted_at: float = 0.0
    started_at: float = 0.0
    ended_at: float = 0.0
    last_event_at: float = 0.0
    log_path: Path | None = None
    last_word: LastWord | None = None

    @property
    def progress(self) -> float | None:
        """Between 0 and 1, None when the total is unknown. What finished is at its end, whatever it said last."""
        if self.total <= 0:
            return None
        return 1.0 if self.state is JobState.FINISHED else min(1.0, self.done / self.total)


def state_of(word: LastWord) -> JobState:
    match word:
        case Finished():
            return JobState.FINISHED
        case Failed():
            return JobState.FAILED
        case Cancelled():
            return JobState.CANCELLED
        case Crashed():
            return JobState.CRASHED


class Job:
    """Handle, inbox and diary of one job. Its supervising thread is the only one that calls `say`."""

    def __init__(
        self,
        job_id: str,
        spec: JobSpec,
        listener: Listener,
        *,
        on_cancel: Callable[[], None],
        observers: Callable[[], list[Listener]],
    ) -> None:
        self.id = job_id
        self.spec = spec
        self.inbox: Inbox = queue.SimpleQueue()
        self.process: WorkerProcess | None = None
        self.log_path: Path | None = None
        self.is_detached = False
        self._listener = listener
        self._observers = observers
        self._on_cancel = on_cancel
        self._cancel_requested = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._sequence = 0
        self._state = JobState.QUEUED
        self._progress = Progressed(job_id=self.id, done=0)
        self._pace: tuple[float, float] | None = None  # (done, monotonic time) of the first progress
        self._eta: float | None = None
        self._reason = ""
        self._last_word: LastWord | None = None
        self._submitted_at = time.time()
        self._started_at = self._ended_at = self._last_event_at = 0.0

    # -- JobHandle --------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Ask for an end; returns at once, the last word follows."""
        self._cancel_requested.set()
        self.inbox.put(Wake())
        self._on_cancel()

    def wait(self, timeout_seconds: float | None = None) -> LastWord | None:
        """The last word once its listener has heard it; None after the timeout, or when the job was detached."""
        self._ended.wait(timeout_seconds)
        return self._last_word if self._ended.is_set() else None

    # -- what the runner does ---------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return self.spec.title or self.spec.task.rpartition(":")[2]

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    def is_cancel_requested(self) -> bool:
        return self._cancel_requested.is_set()

    def detach(self) -> None:
        """Stop following a durable job, which goes on without a last word here."""
        self.is_detached = True
        self.inbox.put(Wake())
        self._on_cancel()

    def is_given_up(self) -> bool:
        return self.is_detached or self._cancel_requested.is_set()

    def say(self, event: JobEvent) -> bool:
        """Stamp it, write it into the diary, hand it to the listener and all observers.

        Ordinary jobs are numbered in the order of delivery; a durable run's events bring their number from its
        journal, and what only this app says of it (Queued) has number 0. False when the job's own listener failed.
        """
        self._sequence += 1
        number = event.sequence if self.spec.durable else self._sequence
        event = event.model_copy(update={"sequence": number, "at": event.at or time.time()})
        self._note(event)
        heard = self._tell(self._listener, event)
        for observer in self._observers():
            self._tell(observer, event)
        return heard

    def _tell(self, listener: Listener, event: JobEvent) -> bool:
        try:
            listener(event)
        except NotHeardError:
            return False
        except Exception:
            log.exception("A listener of %r did not understand %s", self.title, type(event).__name__)
            return False
        return True

    def close(self) -> None:
        self._ended.set()

    def snapshot(self) -> JobSnapshot:
        with self._lock:
            return JobSnapshot(
                id=self.id,
                spec=self.spec,
                state=self._state,
                done=self._progress.done,
                total=self._progress.total,
                label=self._progress.label,
                eta_seconds=self._eta,
                queue_reason=self._reason,
                is_cancelling=self._last_word is None and self._cancel_requested.is_set(),
                submitted_at=self._submitted_at,
                started_at=self._started_at,
                ended_at=self._ended_at,
                last_event_at=self._last_event_at,
                log_path=self.log_path,
                last_word=self._last_word,
            )

    def _note(self, event: JobEvent) -> None:
        with self._lock:
            self._last_event_at = event.at
            match event:
                case Queued(reason=reason):
                    self._state, self._reason = JobState.QUEUED, reason
                case Started(at=at):
                    self._state, self._reason, self._started_at = JobState.RUNNING, "", at
                    self._pace = self._eta = None
                case Progressed():
                    self._progress = event
                    self._eta = self._estimate(event)
                case Finished() | Failed() | Cancelled() | Crashed():
                    self._state, self._last_word, self._ended_at = state_of(event), event, event.at
                    self._eta = None
                case _:
                    pass

    def _estimate(self, event: Progressed) -> float | None:
        """Seconds left at the pace since the first progress; a clock that is set back does not matter."""
        now = time.monotonic()
        if self._pace is None or event.done < self._pace[0]:
            self._pace = (event.done, now)
            return None
        advanced = event.done - self._pace[0]
        if advanced <= 0 or event.total <= 0:
            return None
        return max(0.0, event.total - event.done) * (now - self._pace[1]) / advanced
