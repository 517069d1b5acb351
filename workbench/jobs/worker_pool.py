"""Who serves a job: a fresh worker that ends with it, or the warm worker of a name, replaced after its death."""

import threading
from pathlib import Path

from workbench.jobs.process import EXIT_PATIENCE_SECONDS, Inbox, WorkerProcess
from workbench.jobs.spec import JobSpec

KEPT_LOGS = 100


class WorkerPool:
    """Starts workers and keeps the warm ones."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._lock = threading.Lock()
        self._warm: dict[str, WorkerProcess] = {}
        self._all: list[WorkerProcess] = []
        for old in sorted(log_folder.glob("worker-*.log"))[:-KEPT_LOGS]:
            old.unlink(missing_ok=True)

    def take(self, spec: JobSpec, job_id: str, inbox: Inbox, threads: int) -> WorkerProcess:
        """A worker whose events for `job_id`, and whose death, go to `inbox`. Raises OSError when none starts."""
        with self._lock:
            process = self._warm.get(spec.worker) if spec.worker else None
            if process is not None and process.serve(job_id, inbox):
                return process
            name = spec.worker or spec.task.rpartition(":")[2] or "task"
            # A warm worker serves people and background work alike: it is never `nice`.
            background = spec.background and not spec.worker
            process = WorkerProcess(name, self._log_folder, job_id, inbox, threads=threads, background=background)
            self._all = [other for other in self._all if not other.wait(0)] + [process]
            if spec.worker:
                self._warm[spec.worker] = process
            return process

    def is_warm(self, name: str) -> bool:
        """Whether the warm worker of this name lives."""
        with self._lock:
            process = self._warm.get(name)
            return process is not None and not process.wait(0)

    def give_back(self, spec: JobSpec, job_id: str, process: WorkerProcess) -> None:
        """The job is over: a fresh worker leaves, a warm one stays."""
        process.forget(job_id)
        if not spec.worker:
            process.leave()

    def close(self) -> None:
        """End all workers and wait for them."""
        with self._lock:
            processes, self._all, self._warm = self._all, [], {}
        for process in processes:
            process.leave()
        for process in processes:
            process.wait(2 * EXIT_PATIENCE_SECONDS)
