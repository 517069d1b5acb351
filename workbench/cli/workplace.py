"""What a command works with: the data folder, the settings, the database, and a runner for jobs."""

import contextlib
import queue
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.progress import ProgressLine
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Logged, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec, Listener, NotHeardError
from workbench.paths import WorkbenchPaths, find_home
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.database import Database
    from workbench.jobs.runner import JobRunner

_Events = queue.SimpleQueue[JobEvent | Exception]
"""What the job's thread tells the waiting one; an exception when an event could not be recorded."""


class Interrupted(Exception):
    """Ctrl-C: the job was cancelled, or left running when it is durable; says which in its text."""


class Workplace:
    """One command's surroundings; closes what it opened. Jobs run in worker processes, exactly as from the window."""

    def __init__(self, home: Path | None = None) -> None:
        self.paths = WorkbenchPaths(home or find_home())
        self.paths.create()
        self.settings = Settings.load(self.paths.settings)
        self._open = contextlib.ExitStack()

    @cached_property
    def database(self) -> "Database":
        """The database, opened and migrated at first use."""
        from workbench.database import Database

        database = Database(self.paths.database)
        self._open.callback(database.close)
        database.migrate()
        return database

    @cached_property
    def runner(self) -> "JobRunner":
        from workbench.jobs.runner import JobRunner
        from workbench.llm.making_room import RoomMaker

        jobs = self.settings.jobs
        runner = JobRunner(self.paths, grace_seconds=jobs.cancel_seconds, background_threads=jobs.background_threads)
        self._open.callback(runner.shutdown)
        runner.observe(RoomMaker(runner, lambda said: print(said, file=sys.stderr)))
        return runner

    @contextlib.contextmanager
    def writing(self, purpose: str) -> Iterator[None]:
        """Hold the writer's lock of the data folder; raises WorkbenchError naming the holder when it is taken."""
        from workbench.database import WriterLock
        from workbench.tidying import TidyUp

        with WriterLock(self.paths.lock).held(purpose), TidyUp(self.paths, self.settings.jobs):
            yield

    @property
    def own_model_folders(self) -> list[Path]:
        return [Path(folder) for folder in self.settings.llm.model_folders]

    def run(self, spec: JobSpec, on_item: Callable[[Produced], None] | None = None) -> dict[str, Any]:
        """Run a job to its end and return its result. `on_item` is called here, on the caller's thread.

        Raises WorkbenchError when it failed or crashed, Interrupted after Ctrl-C.
        """
        events: _Events = queue.SimpleQueue()
        return self._wait(self.runner.submit(spec, self._listener(spec, events)), events, on_item)

    def attach(self, run_id: str) -> dict[str, Any]:
        """Follow a durable run that another start left, to its end; what it made is recorded. Raises like `run`."""
        events: _Events = queue.SimpleQueue()
        handles = self.runner.attach_durable(lambda spec: self._listener(spec, events), run_ids=[run_id])
        if not handles:
            raise WorkbenchError(
                "That run has ended and was recorded, or another program follows it.",
                hint="`workbench runs list` shows its state.",
                code="nothing_to_attach",
            )
        return self._wait(handles[0], events, None)

    def _listener(self, spec: JobSpec, events: _Events) -> Listener:
        """Records what the job hands over, then passes it on to the caller's thread."""
        from workbench.recording import is_recorded, recorder

        if not is_recorded(spec):
            return events.put
        record = recorder(self.database, spec)

        def listen(event: JobEvent) -> None:
            try:
                record(event)
            except Exception as problem:
                events.put(problem)  # raised by the thread that waits
                raise NotHeardError from problem
            events.put(event)

        return listen

    def _wait(
        self,
        handle: JobHandle,
        events: _Events,
        on_item: Callable[[Produced], None] | None,
    ) -> dict[str, Any]:
        try:
            return self._follow(handle.spec, events, on_item)
        except KeyboardInterrupt:
            raise Interrupted(self._interrupt(handle)) from None

    def _follow(self, spec: JobSpec, events: _Events, on_item: Callable[[Produced], None] | None) -> dict[str, Any]:
        with ProgressLine(spec.title) as line:
            while True:
                # The timeout keeps the main thread open to Ctrl-C on every platform.
                try:
                    event = events.get(timeout=0.2)
                except queue.Empty:
                    continue
                match event:
                    case Exception():
                        raise event
                    case Progressed():
                        line.show(event.done, event.total, event.label)
                    case Queued(reason=reason) if reason:
                        line.note(reason)
                    case Produced():
                        if on_item is not None:
                            line.clear()
                            on_item(event)
                    case Logged(level="ERROR" | "WARNING", text=text):
                        line.note(text)
                    case Finished(result=result):
                        return result
                    case Failed(message=message, hint=hint, details=details, code=code, facts=facts):
                        raise WorkbenchError(message, hint=hint, details=details, code=code, facts=facts)
                    case Crashed(message=message, stderr_tail=tail):
                        raise WorkbenchError(
                            message or "The worker process stopped unexpectedly.",
                            hint="Run the command again; what was finished before is kept.",
                            details=tail,
                            code="crashed",
                        )
                    case Cancelled():
                        raise WorkbenchError(f"{spec.title or 'The job'} was cancelled.", code="cancelled")
                    case _:
                        pass

    def _interrupt(self, handle: JobHandle) -> str:
        if handle.spec.durable:
            self.runner.detach(handle.id)
            return (
                f"{handle.spec.title} goes on in the background. `workbench runs` shows it, "
                f"`workbench runs attach {handle.id}` follows it, `workbench runs stop {handle.id}` ends it."
            )
        print("Stopping ...", file=sys.stderr)
        handle.cancel()
        handle.wait(30)
        return f"{handle.spec.title or 'The job'} was stopped."

    def close(self) -> None:
        self._open.close()
