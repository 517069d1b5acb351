"""Inside a worker: one job from its order to its last word, the same for ordinary and durable workers."""

import importlib
import inspect
import logging
import os
import threading
import time
import traceback
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from workbench.errors import WorkbenchError, disk_problem
from workbench.jobs.context import JobCancelled
from workbench.jobs.events import (
    Cancelled,
    Failed,
    Finished,
    JobEvent,
    LastWord,
    Produced,
    Progressed,
    Started,
    to_line,
)
from workbench.jobs.wire import LINE_LIMIT_BYTES

log = logging.getLogger("workbench.jobs")

CommandHandler = Callable[[str, dict[str, Any]], None]
Request = TypeVar("Request", bound=BaseModel)


class EventSink(Protocol):
    """Where the lines of a job go: the private stdout, or the journal of a durable run."""

    def write(self, line: str) -> None: ...


class Execution:
    """One job in this worker. It is the task's context, it numbers the events, and it is silent after the last word."""

    def __init__(self, job_id: str, sink: EventSink, *, threads: int = 1, run_folder: Path | None = None) -> None:
        self.job_id = job_id
        self.threads = threads
        self.run_folder = run_folder
        self._sink = sink
        self._lock = threading.Lock()
        self._sequence = 0
        self._closed = False
        self._cancelled = threading.Event()
        self._handlers: list[CommandHandler] = []
        self._early_commands: list[tuple[str, dict[str, Any]]] = []

    # -- what a task may do (JobContext) ----------------------------------------------------------------------------

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        self.check_cancelled()
        self.say(Progressed(job_id=self.job_id, done=done, total=total, label=label))

    def produce(self, item: BaseModel) -> None:
        self.say(Produced(job_id=self.job_id, kind=type(item).__name__, item=item.model_dump(mode="json")))

    def check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise JobCancelled

    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def on_command(self, handler: CommandHandler) -> None:
        with self._lock:
            self._handlers.append(handler)
            waiting, self._early_commands = self._early_commands, []
        for name, arguments in waiting:
            handler(name, arguments)

    # -- what the worker does ---------------------------------------------------------------------------------------

    def cancel(self) -> None:
        self._cancelled.set()

    def command(self, name: str, arguments: dict[str, Any]) -> None:
        """Hand a command to the task; one that comes before the task listens is kept for it."""
        with self._lock:
            handlers = list(self._handlers)
            if not handlers:
                self._early_commands.append((name, arguments))
        for handler in handlers:
            try:
                handler(name, arguments)
            except Exception:
                log.exception("The command %r was not understood by the task", name)

    def say(self, event: JobEvent) -> None:
        """Number the event, stamp it and send it; raises WorkbenchError when it is too large to send."""
        with self._lock:
            if self._closed:
                return  # a thread that the task left behind still talks
            line = to_line(event.model_copy(update={"sequence": self._sequence + 1, "at": time.time()}))
            if len(line) > LINE_LIMIT_BYTES // 4 and len(line.encode()) > LINE_LIMIT_BYTES:
                raise WorkbenchError(
                    f"A result of {len(line) // 1_000_000} MB is too large to hand over in one piece.",
                    hint="Ask for less at once.",
                    code="result_too_large",
                )
            self._sequence += 1
            self._sink.write(line)

    def run(self, task: str, params: dict[str, Any]) -> LastWord:
        """Run the task; always says exactly one last word, and returns it."""
        self.say(Started(job_id=self.job_id, pid=os.getpid()))
        word = self._outcome(task, params)
        try:
            self.say(word)
        except WorkbenchError as problem:
            word = self._failed(problem)
            self.say(word)
        with self._lock:
            self._closed = True
        return word

    def _outcome(self, task: str, params: dict[str, Any]) -> LastWord:
        try:
            self.check_cancelled()
            function = find_task(task)
            arguments = _arguments(function, task, params)
            result = function(self, *arguments)
            return Finished(job_id=self.job_id, result=_result(task, result))
        except JobCancelled:
            return Cancelled(job_id=self.job_id)
        except WorkbenchError as problem:
            return self._failed(problem)
        except MemoryError as error:
            return Failed(
                job_id=self.job_id,
                message="Memory ran out.",
                hint="Close other programs, or choose a smaller model, a smaller batch or a shorter context.",
                details="".join(traceback.format_exception(error)),
                code="out_of_memory",
            )
        except (Exception, SystemExit) as error:
            if full := disk_problem(error):
                return self._failed(full)
            log.exception("A bug in %s", task, extra={"stay_in_log": True})
            return Failed(
                job_id=self.job_id,
                message=f"Something unexpected went wrong: {_first_line(error)}",
                hint="This is a bug in the program; the details help to mend it.",
                details="".join(traceback.format_exception(error)),
                code="bug",
            )

    def _failed(self, problem: WorkbenchError) -> Failed:
        return Failed(
            job_id=self.job_id,
            message=problem.message,
            hint=problem.hint,
            details=problem.details,
            code=problem.code,
            facts=dict(problem.facts),
        )


def find_task(name: str) -> Callable[..., Any]:
    """The function named "package.module:function"; a name that leads nowhere is a bug of the caller."""
    module_name, _, function_name = name.partition(":")
    function = getattr(importlib.import_module(module_name), function_name or "?", None)
    if not inspect.isfunction(function):
        raise LookupError(f"there is no task {name!r}")
    return function


def _arguments(function: Callable[..., Any], task: str, params: dict[str, Any]) -> list[Any]:
    """The request that the task's second parameter asks for; none when it takes only the context."""
    names = list(inspect.signature(function).parameters)
    if len(names) < 2:
        return []
    wanted = typing.get_type_hints(function).get(names[1])
    if not (isinstance(wanted, type) and issubclass(wanted, BaseModel)):
        return [params]
    return [validated(wanted, params, task.rpartition(":")[2])]


def validated(wanted: type[Request], params: dict[str, Any], task: str) -> Request:
    """The request that `params` are; for tasks that load its type late. Raises WorkbenchError, which names the task."""
    try:
        return wanted.model_validate(params)
    except ValidationError as error:
        raise WorkbenchError(
            f"The request for {task!r} is not valid: {_first_problem(error)}",
            details=str(error),
            code="invalid_request",
        ) from error


def _result(task: str, result: object) -> dict[str, Any]:
    if result is None:
        return {}
    if not isinstance(result, BaseModel):
        raise TypeError(f"{task} returned {type(result).__name__}, not a Boundary")
    try:
        return result.model_dump(mode="json")
    except (PydanticSerializationError, RecursionError) as error:
        raise TypeError(f"the result of {task} cannot be written as JSON: {error}") from error


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]


def _first_line(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0][:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
