"""The child process of a durable run: its own session, files instead of pipes; nobody's death ends it but its own."""

import logging
import signal
import sys
import threading
from pathlib import Path

from workbench.jobs.execution import Execution
from workbench.jobs.limits import apply_limits, end_soon
from workbench.jobs.run_folder import CommandReader, Journal, RunFolder
from workbench.jobs.worker_log import LogForwarder, start_worker_log

LOCK_PATIENCE_SECONDS = 1.0
COMMAND_INTERVAL_SECONDS = 0.1


def run_durable(folder: Path, *, background: bool) -> int:
    """Run the job of `folder/spec.json` to its last word. Another worker that has the run already wins."""
    run = RunFolder(folder)
    lock = run.take_lock(LOCK_PATIENCE_SECONDS)
    if lock is None or run.last_word() is not None:
        return 0
    with lock:
        start_worker_log()
        apply_limits(background=background)
        record = run.read_record()
        journal = Journal(run.events)
        execution = Execution(record.job_id, journal, threads=record.threads, run_folder=folder)
        _attend(execution, run, record.spec.task, record.spec.params)
        journal.close()
        end_soon()
    return 0


def _attend(execution: Execution, run: RunFolder, task: str, params: dict[str, object]) -> None:
    """Run the task on a thread; hear commands and the system's wish to end (logout, shutdown) on this one."""
    asked_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked_to_end.set())
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    forwarder = LogForwarder()
    logging.getLogger().addHandler(forwarder)

    def work() -> None:
        forwarder.enter(execution)
        execution.run(task, params)
        forwarder.leave(execution)

    thread = threading.Thread(target=work, name=f"task-{execution.job_id}", daemon=True)
    commands = CommandReader(run.commands)
    thread.start()
    while thread.is_alive():
        if asked_to_end.is_set():
            asked_to_end.clear()
            execution.command("terminate", {})
            execution.cancel()
        for command in commands.read_new():
            if command.name == "cancel":
                execution.cancel()
            else:
                execution.command(command.name, command.arguments)
        thread.join(COMMAND_INTERVAL_SECONDS)
