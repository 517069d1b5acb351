"""JobRunner: one supervising thread per job, which guarantees exactly one last word whatever the worker does."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.durable import DurableRun, RunSummary, choose_folder, list_runs, summarize
from workbench.jobs.events import Cancelled, Failed, LastWord, Queued
from workbench.jobs.job import Job, JobSnapshot
from workbench.jobs.lanes import Lanes
from workbench.jobs.launchers import Launcher, LocalLauncher
from workbench.jobs.limits import thread_count
from workbench.jobs.ordinary import OrdinaryRun
from workbench.jobs.process import EXIT_PATIENCE_SECONDS
from workbench.jobs.run_folder import RunFolder, RunRecord
from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.jobs.wire import SendCommand
from workbench.jobs.worker_pool import WorkerPool
from workbench.paths import WorkbenchPaths

log = logging.getLogger("workbench.jobs")

DURABLE_GRACE_FACTOR = 4.0
"""A training step is longer than a token: durable runs get more time to stop at a safe point."""
REMEMBERED_JOBS = 200


class JobRunner:
    """Runs jobs in worker processes. Listeners are called on the job's supervising thread, one event at a time."""

    def __init__(
        self,
        paths: WorkbenchPaths,
        *,
        grace_seconds: float = 5.0,
        background_threads: int = 0,
        launcher: Launcher | None = None,
    ) -> None:
        self._paths = paths
        self._grace = grace_seconds
        self._background_threads = background_threads
        self._launcher = launcher or LocalLauncher()
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
        if spec.durable:
            return self._submit_durable(spec, listener)
        job = self._new_job(spec, listener)
        self._lanes.join(spec.lane, job.id, job.title)
        self._start_thread(job, lambda: self._run_ordinary(job))
        return job

    def attach_durable(
        self, listener_for: Callable[[JobSpec], Listener], run_ids: Collection[str] | None = None
    ) -> list[JobHandle]:
        """Take up the durable runs (or those of `run_ids`) that earlier apps left: every event is told again, in order.

        Runs that another app follows, or whose last word was heard before, are left alone.
        """
        handles: list[JobHandle] = []
        for run, record in list_runs(self._paths.runs, unseen_only=True):
            wanted = run_ids is None or record.job_id in run_ids
            if wanted and not self._is_at(record.job_id):
                handles += self._attach(run, record, listener_for(record.spec))
        return handles

    def durable_runs(self) -> list[RunSummary]:
        """All runs on disk, oldest first."""
        return [summarize(run, record) for run, record in list_runs(self._paths.runs)]

    def cancel(self, job_id: str) -> None:
        """Cooperative first; after the grace the worker is ended. A job that is over or unknown is left alone.

        A durable run that this app does not follow is only asked.
        """
        if job := self._find(job_id):
            job.cancel()
        elif run := self._find_run(job_id):
            run.send("cancel", {})

    def move_up(self, job_id: str) -> bool:
        """Let a job that waits in its lane begin before the one that waits in front of it; False: it is next already.

        The order of durable jobs holds at the next start too.
        """
        job = self._find(job_id)
        before = self._lanes.move_up(job.spec.lane, job_id) if job is not None and job.spec.lane else ""
        other = self._find(before)
        if job is None or other is None:
            return False
        if job.spec.durable and other.spec.durable:
            self._swap_submitted(job_id, before)
        return True

    def detach(self, job_id: str) -> None:
        """Stop following a durable job, which goes on; its handle ends without a last word."""
        job = self._find(job_id)
        if job is not None and job.spec.durable:
            job.detach()

    def send_command(self, job_id: str, name: str, **arguments: Any) -> None:
        """Hand `name` and its arguments to what the task gave to `context.on_command`; lost when it is not running."""
        job = self._find(job_id)
        if job is None or job.spec.durable:
            if run := self._find_run(job_id):
                run.send(name, arguments)
        elif job.process is not None and not job.has_ended:
            job.process.send(SendCommand(job_id=job_id, name=name, arguments=arguments))

    def is_warm(self, worker: str) -> bool:
        """Whether the warm worker of this name runs: what it keeps loaded takes memory."""
        return self._pool.is_warm(worker)

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

    # -- every job --------------------------------------------------------------------------------------------------

    def _new_job(self, spec: JobSpec, listener: Listener, job_id: str = "") -> Job:
        job = Job(
            job_id or uuid.uuid4().hex[:12],
            spec,
            listener,
            on_cancel=self._lanes.look_again,
            observers=lambda: self._observers,
        )
        with self._lock:
            if self._closed:
                raise WorkbenchError("The program is closing; no new work is started.", code="closing")
            self._jobs[job.id] = job
            ended = [old for old in self._jobs.values() if old.has_ended]
            for old in ended[: max(0, len(self._jobs) - REMEMBERED_JOBS)]:
                del self._jobs[old.id]
        return job

    def _start_thread(
        self, job: Job, run: Callable[[], LastWord | None], on_end: Callable[[bool], None] = lambda heard: None
    ) -> None:
        thread = threading.Thread(target=self._supervise, args=(job, run, on_end), name=f"job-{job.id}", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _supervise(self, job: Job, run: Callable[[], LastWord | None], on_end: Callable[[bool], None]) -> None:
        """Exactly one last word: whatever `run` does, something is said, and nothing after it."""
        try:
            word = run()
        except Exception as error:
            log.exception("The runner itself failed at %r", job.title)
            word = Failed(job_id=job.id, message=f"'{job.title}' could not be run: {error}", code="runner")
        heard = word is not None and job.say(word)
        on_end(heard)
        job.close()
        if job.spec.lane and (process := job.process) is not None and not job.spec.worker:
            process.wait(EXIT_PATIENCE_SECONDS)  # the next in the lane wants its memory
        self._lanes.leave(job.spec.lane, job.id)
        with self._lock:
            self._threads.discard(threading.current_thread())

    def _wait_turn(self, job: Job) -> bool:
        def waits_for(title: str) -> None:
            job.say(Queued(job_id=job.id, reason=f"waits for '{title}'"))

        return self._lanes.wait_turn(job.spec.lane, job.id, given_up=job.is_given_up, waits_for=waits_for)

    def _find(self, job_id: str) -> Job | None:
        with self._lock:
            return self._jobs.get(job_id)

    def _is_at(self, job_id: str) -> bool:
        job = self._find(job_id)
        return job is not None and not job.has_ended

    def _threads_for(self, spec: JobSpec) -> int:
        return thread_count(background=spec.background, background_threads=self._background_threads)

    # -- ordinary jobs ----------------------------------------------------------------------------------------------

    def _run_ordinary(self, job: Job) -> LastWord:
        job.say(Queued(job_id=job.id))
        if not self._wait_turn(job):
            return Cancelled(job_id=job.id)
        run = OrdinaryRun(job, self._pool, self._threads_for(job.spec), self._grace, is_closing=lambda: self._closed)
        return run.start()

    # -- durable jobs -----------------------------------------------------------------------------------------------

    def _submit_durable(self, spec: JobSpec, listener: Listener) -> JobHandle:
        job = self._new_job(spec, listener)
        folder = choose_folder(self._paths.runs, spec, job.id)
        if folder.is_alive():
            raise WorkbenchError(f"'{job.title}' is running already.", hint="Stop it first.", code="already_running")
        record = RunRecord(
            job_id=job.id,
            spec=spec.model_copy(update={"run_folder": folder.folder.name}),
            threads=self._threads_for(spec),
            submitted_at=time.time(),
        )
        folder.create(record)
        run = self._durable_run(job, folder, record)
        if not run.try_claim():
            raise WorkbenchError(f"Another window follows '{job.title}'.", code="already_followed")
        self._lanes.join(spec.lane, job.id, job.title)
        self._start_durable(job, run, is_new=True)
        return job

    def _attach(self, folder: RunFolder, record: RunRecord, listener: Listener) -> list[JobHandle]:
        job = self._new_job(record.spec, listener, record.job_id)
        run = self._durable_run(job, folder, record)
        if not run.try_claim():
            with self._lock:
                del self._jobs[job.id]
            return []
        if folder.last_word() is None:
            self._lanes.join(record.spec.lane, job.id, job.title, running_already=folder.is_alive())
        self._start_durable(job, run, is_new=False)
        return [job]

    def _durable_run(self, job: Job, folder: RunFolder, record: RunRecord) -> DurableRun:
        return DurableRun(job, folder, record, self._launcher, DURABLE_GRACE_FACTOR * self._grace)

    def _start_durable(self, job: Job, run: DurableRun, *, is_new: bool) -> None:
        def on_end(heard: bool) -> None:
            if heard:
                run.note_heard()
            run.release()

        self._start_thread(job, lambda: self._run_durable(job, run, is_new=is_new), on_end)

    def _run_durable(self, job: Job, run: DurableRun, *, is_new: bool) -> LastWord | None:
        if not is_new and run.has_begun():
            return run.attach()
        job.say(Queued(job_id=job.id))
        if self._wait_turn(job):
            return run.start()
        return None if job.is_detached else run.end(Cancelled(job_id=job.id))

    def _swap_submitted(self, one: str, other: str) -> None:
        """Runs wait in the order of their submission; the records say it to a later start."""
        runs = {record.job_id: (run, record) for run, record in list_runs(self._paths.runs)}
        if one in runs and other in runs:
            (first, first_record), (second, second_record) = runs[one], runs[other]
            first.change_record(first_record.model_copy(update={"submitted_at": second_record.submitted_at}))
            second.change_record(second_record.model_copy(update={"submitted_at": first_record.submitted_at}))

    def _find_run(self, job_id: str) -> RunFolder | None:
        return next((run for run, record in list_runs(self._paths.runs) if record.job_id == job_id), None)
