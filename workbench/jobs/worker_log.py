"""Standard logging in a worker: into its log file, and as events of the job that spoke."""

import logging
import sys
import threading

from workbench.jobs.events import Logged
from workbench.jobs.execution import Execution

LOG_TEXT_LIMIT = 64_000


def start_worker_log() -> None:
    """Standard logging goes to stderr, which is the worker's log file: INFO of ours, WARNING of others."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("workbench").setLevel(logging.INFO)
    logging.captureWarnings(True)


class LogForwarder(logging.Handler):
    """Turns log records into `Logged` events of the job whose thread wrote them."""

    def __init__(self) -> None:
        super().__init__()
        self._current = threading.local()
        self._running: list[Execution] = []

    def enter(self, execution: Execution) -> None:
        """From now on this thread works for `execution`."""
        self._current.execution = execution
        self._running = [*self._running, execution]

    def leave(self, execution: Execution) -> None:
        self._running = [other for other in self._running if other is not execution]

    def emit(self, record: logging.LogRecord) -> None:
        execution = getattr(self._current, "execution", None)
        running = self._running
        if execution is None and len(running) == 1:
            execution = running[0]  # a thread that the only running task started
        if execution is None or getattr(record, "stay_in_log", False):
            return
        text = record.getMessage()[:LOG_TEXT_LIMIT]
        execution.say(Logged(job_id=execution.job_id, level=record.levelname, logger=record.name, text=text))
