"""A job in a worker of the pool: listened to until its last word, ended where it does not stop when asked to."""

from collections.abc import Callable
from queue import Empty

from workbench.jobs.events import Cancelled, Crashed, Failed, LastWord, Queued, is_last_word
from workbench.jobs.insistence import Insistence
from workbench.jobs.job import Job
from workbench.jobs.process import Death, Wake, WorkerProcess
from workbench.jobs.wire import CancelTask, LineTooLongError, RunTask
from workbench.jobs.worker_pool import WorkerPool

SHUTDOWN_GRACE_SECONDS = 1.0


class OrdinaryRun:
    """Runs a job whose turn has come. Begins it once more where the worker was ended because of another job."""

    def __init__(
        self, job: Job, pool: WorkerPool, threads: int, grace_seconds: float, *, is_closing: Callable[[], bool]
    ) -> None:
        self._job = job
        self._pool = pool
        self._threads = threads
        self._grace = grace_seconds
        self._is_closing = is_closing

    def start(self) -> LastWord:
        """Returns when it is over."""
        was_requeued = False
        while True:
            outcome = self._attempt()
            if not isinstance(outcome, Death):
                return outcome
            if self._job.is_cancel_requested():
                return Cancelled(job_id=self._job.id)
            if was_requeued or not outcome.ended_for:
                return _crashed(self._job, outcome)
            was_requeued = True
            reason = f"starts again, because '{outcome.ended_for}' did not stop"
            self._job.say(Queued(job_id=self._job.id, reason=reason))

    def _attempt(self) -> LastWord | Death:
        """Run the job in a worker once: its last word, or how the worker died under it."""
        job = self._job
        if job.is_cancel_requested():
            return Cancelled(job_id=job.id)
        try:
            process = self._pool.take(job.spec, job.id, job.inbox, self._threads)
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
            process.send(RunTask(job_id=job.id, task=job.spec.task, params=job.spec.params, threads=self._threads))
            return self._listen(process)
        except LineTooLongError as error:
            return Failed(job_id=job.id, message=f"The request is too large ({error}).", hint="Ask for less at once.")
        finally:
            self._pool.give_back(job.spec, job.id, process)

    def _listen(self, process: WorkerProcess) -> LastWord | Death:
        job = self._job
        insistence = Insistence(
            lambda: process.send(CancelTask(job_id=job.id)),
            lambda: process.terminate(job.title),
            process.kill,
            self._grace,
        )
        while True:
            if self._is_closing():
                insistence.hurry(SHUTDOWN_GRACE_SECONDS)
            insistence.look(is_cancel_requested=job.is_cancel_requested())
            try:
                message = job.inbox.get(timeout=insistence.patience())
            except Empty:
                continue
            if isinstance(message, Death):
                return message
            if isinstance(message, Wake):
                continue
            if is_last_word(message):
                return message
            job.say(message)


def _crashed(job: Job, death: Death) -> Crashed:
    message = death.message
    if death.ended_for:
        message = f"The worker process was ended twice, because '{death.ended_for}' did not stop."
    return Crashed(job_id=job.id, exit_code=death.exit_code, stderr_tail=death.stderr_tail, message=message)
