"""The child process: takes orders from stdin, runs each job on a thread of its own, says events on a private stdout."""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import BinaryIO, TextIO

from workbench.jobs.execution import Execution
from workbench.jobs.limits import apply_limits, end_soon
from workbench.jobs.wire import ORDER_LIMIT_BYTES, CancelTask, RunTask, SendCommand, order_from_line, read_line
from workbench.jobs.worker_log import LogForwarder, start_worker_log

log = logging.getLogger("workbench.jobs")

FAREWELL_SECONDS = 0.8
"""How long running tasks may take to leave by themselves once the app is gone."""


def main(arguments: Sequence[str] = ()) -> int:
    """`--worker [--background] [--lifeline FD | --run FOLDER]`; stdin and stdout belong to the app that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app, which cancels in words
    if "--run" in arguments:
        from pathlib import Path

        from workbench.jobs.durable_worker import run_durable

        return run_durable(Path(_value(arguments, "--run")), background="--background" in arguments)
    if "--lifeline" in arguments:
        from workbench.jobs.lifeline import hold_on_to

        hold_on_to(int(_value(arguments, "--lifeline")))
    orders, events = claim_streams()
    start_worker_log()
    apply_limits(background="--background" in arguments)
    Worker(events).serve(orders)
    return 0


def _value(arguments: Sequence[str], name: str) -> str:
    return arguments[list(arguments).index(name) + 1]


def claim_streams() -> tuple[BinaryIO, TextIO]:
    """Keep the pipes to the app private; everybody else, C libraries too, reads nothing and prints to stderr."""
    orders, events = os.dup(0), os.dup(1)  # os.dup makes them non-inheritable: a grandchild cannot hold them open
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(orders, "rb"), os.fdopen(events, "w", encoding="utf-8", newline="\n")


class _PipeSink:
    """The private stdout, shared by all jobs of the worker; a vanished app is not the task's problem."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._stream.write(line)
            self._stream.flush()


class Worker:
    """Serves several jobs at once until its stdin ends."""

    def __init__(self, events: TextIO) -> None:
        self._sink = _PipeSink(events)
        self._executions: dict[str, Execution] = {}
        self._threads: list[threading.Thread] = []
        self._forwarder = LogForwarder()
        logging.getLogger().addHandler(self._forwarder)

    def serve(self, orders: BinaryIO) -> None:
        while line := read_line(orders, ORDER_LIMIT_BYTES):
            order = order_from_line(line)
            match order:
                case RunTask():
                    self._start(order)
                case CancelTask(job_id=job_id):
                    if execution := self._executions.get(job_id):
                        execution.cancel()
                case SendCommand(job_id=job_id, name=name, arguments=arguments):
                    if execution := self._executions.get(job_id):
                        execution.command(name, arguments)
        self._leave()

    def _start(self, order: RunTask) -> None:
        execution = Execution(order.job_id, self._sink, threads=order.threads)
        self._executions[order.job_id] = execution
        thread = threading.Thread(target=self._run, args=(order, execution), name=f"task-{order.job_id}", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def _run(self, order: RunTask, execution: Execution) -> None:
        self._forwarder.enter(execution)
        try:
            execution.run(order.task, order.params)
        finally:
            self._forwarder.leave(execution)
            self._executions.pop(order.job_id, None)

    def _leave(self) -> None:
        """The app has no more orders or is gone: cancel what runs, wait a moment, and end, if need be the hard way."""
        for execution in list(self._executions.values()):
            execution.cancel()
        deadline = time.monotonic() + FAREWELL_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            log.warning("A task did not hear the cancel; the worker ends without it")
            os._exit(1)
        end_soon()
