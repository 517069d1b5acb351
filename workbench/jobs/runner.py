"""JobRunner: one supervising thread per job, which guarantees exactly one last word whatever the worker does."""

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, JobEvent, LastWord, Queued, is_last_word
from workbench.jobs.job import Job, JobSnapshot
from workbench.jobs.lanes import Lanes
from workbench.jobs.limits import thread_count
from workbench.jobs.process import EXIT_PATIENCE_SECONDS, Death, Wake, WorkerProcess
from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.jobs.wire import CancelTask, LineTooLongError, RunTask, SendCommand
from workbench.jobs.worker_pool import WorkerPool
from workbench.paths import WorkbenchPaths

log = logging.getLogger("workbench.jobs")

KILL_AFTER_SECONDS = 3.0
"""Between asking the system to terminate a deaf worker and killing it."""
SHUTDOWN_GRACE_SECONDS = 1.0
REMEMBERED_JOBS = 200


class JobRunner:
    """Runs jobs in worker processes. Listeners are called on the job's supervising thread, one event at a time."""

    def __init__(self, paths: WorkbenchPaths, *, grace_seconds: float = 5.0, background_threads: int = 0) -> None:
        self._paths = paths
        self._grace = grace_seconds
        self._background_threads = background_threads
        self._pool = WorkerPool(paths.logs)
        self._lanes = Lanes()
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._threads: set[threading.Thread] = set()
        self._observers: list[Listener] = []
        self._closed = False

    # -- the door ---------------------------------------------------------------------------------------------------

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle:
        """Start the job, or queue it behind its lane; returns at once."""
        job = self._new_job(spec, listener)
        self._lanes.join(spec.lane, job.id, job.title)
        self._start_thread(job, self._run_ordinary)
        return job

    def cancel(self, job_id: str) -> None:
        """Cooperative first; after the grace the worker is ended. A job that is over or unknown is left alone."""
        if job := self._find(job_id):
            job.cancel()

    def send_command(self, job_id: str, name: str, **arguments: Any) -> None:
        """Hand `name` and its arguments to what the task gave to `context.on_command`; lost when it is not running."""
        job = self._find(job_id)
        if job is not None and job.process is not None and not job.has_ended:
            job.process.send(SendCommand(job_id=job_id, name=name, arguments=arguments))

    def jobs(self) -> list[JobSnapshot]:
        """All jobs of this start that are still remembered, oldest first."""
        with self._lock:
            jobs = list(self._jobs.values())
        return [job.snapshot() for job in jobs]

    def observe(self, listener: Listener) -> Callable[[], None]:
        """Have all events of all jobs told to `listener` too, after the job's own; call the result to stop that."""
        with self._lock:
            self._observers = [*self._observers, listener]

        def stop() -> None:
            with self._lock:
                self._observers = [other for other in self._observers if other is not listener]

        return stop

    def shutdown(self) -> None:
        """Cancel ordinary jobs, let go of durable ones, end all workers. Nothing of ours runs afterwards."""
        with self._lock:
            self._closed = True
            jobs, threads = list(self._jobs.values()), list(self._threads)
        for job in jobs:
            if not job.has_ended:
                job.detach() if job.spec.durable else job.cancel()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()
        self._pool.close()

    # -- supervising ------------------------------------------------------------------------------------------------

    def _new_job(self, spec: JobSpec, listener: Listener, job_id: str = "") -> Job:
        job = Job(
            spec,
            listener,
            on_cancel=self._lanes.look_again,
            observers=lambda: self._observers,
            job_id=job_id,
        )
        with self._lock:
            if self._closed:
                raise WorkbenchError("The program is closing; no new work is started.", code="closing")
            self._jobs[job.id] = job
            ended = [old for old in self._jobs.values() if old.has_ended]
            for old in ended[: max(0, len(self._jobs) - REMEMBERED_JOBS)]:
                del self._jobs[old.id]
        return job

    def _start_thread(self, job: Job, run: Callable[[Job], LastWord | None]) -> None:
        thread = threading.Thread(target=self._supervise, args=(job, run), name=f"job-{job.id}", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _supervise(self, job: Job, run: Callable[[Job], LastWord | None]) -> None:
        """Exactly one last word: whatever `run` does, something is said, and nothing after it."""
        try:
            word = run(job)
        except Exception as error:
            log.exception("The runner itself failed at %r", job.title)
            word = Failed(job_id=job.id, message=f"The job could not be run: {error}", code="runner")
        if word is not None:
            job.say(word)
        job.close()
        if job.spec.lane and (process := job.process) is not None and not job.spec.worker:
            process.wait(EXIT_PATIENCE_SECONDS)  # the next in the lane wants its memory
        self._lanes.leave(job.spec.lane, job.id)
        with self._lock:
            self._threads.discard(threading.current_thread())

    def _run_ordinary(self, job: Job) -> LastWord:
        job.say(Queued(job_id=job.id))
        if not self._wait_turn(job):
            return Cancelled(job_id=job.id)
        was_requeued = False
        while True:
            outcome = self._attempt(job)
            if not isinstance(outcome, Death):
                return outcome
            if job.is_cancel_requested():
                return Cancelled(job_id=job.id)
            if was_requeued or not outcome.ended_for:
                return _crashed(job, outcome)
            was_requeued = True
            job.say(Queued(job_id=job.id, reason=f"starts again, because '{outcome.ended_for}' did not stop"))

    def _wait_turn(self, job: Job) -> bool:
        def waits_for(title: str) -> None:
            job.say(Queued(job_id=job.id, reason=f"waits for '{title}'"))

        return self._lanes.wait_turn(job.spec.lane, job.id, given_up=job.is_given_up, waits_for=waits_for)

    def _attempt(self, job: Job) -> LastWord | Death:
        """Run the job in a worker once: its last word, or how the worker died under it."""
        if job.is_cancel_requested():
            return Cancelled(job_id=job.id)
        threads = thread_count(background=job.spec.background, background_threads=self._background_threads)
        try:
            process = self._pool.take(job.spec, job.id, job.inbox, threads)
        except OSError as error:
            return Failed(
                job_id=job.id,
                message=f"No worker process could be started for '{job.title}'.",
                hint="The system may be out of memory or processes; close other programs and try again.",
                details=str(error),
                code="no_worker",
            )
        job.process, job.log_path = process, process.log_path
        try:
            process.send(RunTask(job_id=job.id, task=job.spec.task, params=job.spec.params, threads=threads))
            return self._listen(job, process)
        except LineTooLongError as error:
            return Failed(job_id=job.id, message=f"The request is too large ({error}).", hint="Ask for less at once.")
        finally:
            self._pool.give_back(job.spec, job.id, process)

    def _listen(self, job: Job, process: WorkerProcess) -> LastWord | Death:
        insistence = _Insistence(job, process, SHUTDOWN_GRACE_SECONDS if self._closed else self._grace)
        while True:
            try:
                message = job.inbox.get(timeout=insistence.patience())
            except Empty:
                message = Wake()
            if isinstance(message, Death):
                return message
            if isinstance(message, Wake):
                if self._closed:
                    insistence.hurry(SHUTDOWN_GRACE_SECONDS)
                insistence.look()
            elif is_last_word(message):
                return _as_last_word(message)
            else:
                job.say(message)

    def _find(self, job_id: str) -> Job | None:
        with self._lock:
            return self._jobs.get(job_id)


class _Insistence:
    """Ask, then insist: a cancel in words, after the grace `terminate`, three seconds later `kill`."""

    def __init__(self, job: Job, process: WorkerProcess, grace_seconds: float) -> None:
        self._job = job
        self._process = process
        self._grace = grace_seconds
        self._asked_at: float | None = None
        self._steps: list[Callable[[], None]] = []
        self._deadline: float | None = None

    def hurry(self, grace_seconds: float) -> None:
        """Less patience from now on."""
        self._grace = min(self._grace, grace_seconds)
        if self._deadline is not None:
            self._deadline = min(self._deadline, time.monotonic() + self._grace)

    def patience(self) -> float | None:
        """Seconds until the next step, None for as long as it takes."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def look(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        if self._asked_at is None:
            if self._job.is_cancel_requested():
                self._asked_at, self._deadline = now, now + self._grace
                self._process.send(CancelTask(job_id=self._job.id))
                self._steps = [lambda: self._process.terminate(self._job.title), self._process.kill]
        elif self._deadline is not None and now >= self._deadline:
            self._steps.pop(0)()
            self._deadline = now + KILL_AFTER_SECONDS if self._steps else None


def _crashed(job: Job, death: Death) -> Crashed:
    message = death.message
    if death.ended_for:
        message = f"The worker process was ended twice, because '{death.ended_for}' did not stop."
    return Crashed(job_id=job.id, exit_code=death.exit_code, stderr_tail=death.stderr_tail, message=message)


def _as_last_word(event: JobEvent) -> LastWord:
    assert is_last_word(event)
    return event  # type: ignore[return-value]
