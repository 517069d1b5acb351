"""What the parts of the Data tab's presenter share: the state, the view, and the one job that the tab waits for."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from workbench.jobs.events import Crashed, Failed, JobEvent
from workbench.jobs.spec import JobHandle, Jobs, JobSpec, Listener
from workbench.ui.data.state import DataState, ImportState, PassagesState
from workbench.ui.trouble import Trouble


class View(Protocol):
    def show_state(self, state: DataState) -> None: ...


class Board:
    """The state in force; every change is rendered."""

    def __init__(self, jobs: Jobs) -> None:
        self.state = DataState()
        self._jobs = jobs
        self._view: View | None = None
        self._handle: JobHandle | None = None
        self._turn = 0

    def put_up(self, view: View) -> None:
        self._view = view
        view.show_state(self.state)

    def show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if self._view is not None:
            self._view.show_state(self.state)

    def show_import(self, **changes: Any) -> None:
        if self.state.importing is not None:
            self.show(importing=replace(self.state.importing, **changes))

    def show_passages(self, **changes: Any) -> None:
        self.show(passages=replace(self.state.passages, **changes))

    @property
    def importing(self) -> ImportState | None:
        return self.state.importing

    @property
    def passages(self) -> PassagesState:
        return self.state.passages

    def run(self, spec: JobSpec, listener: Listener) -> None:
        """Start a job; one that still runs is cancelled and no longer heard: the newest question counts."""
        self.stop()
        self._turn += 1
        turn = self._turn

        def heard(event: JobEvent) -> None:
            if turn == self._turn:
                listener(event)

        self._handle = self._jobs.submit(spec, heard)

    def stop(self) -> None:
        """Cancel what runs and hear nothing more of it."""
        self._turn += 1
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self.state.running is not None:
            self.show(running=None)

    def over(self) -> None:
        """The job said its last word."""
        self._handle = None
        self.show(running=None)


def trouble_of(event: Failed | Crashed, path: str = "") -> Trouble:
    """A job's bad end in words for people."""
    match event:
        case Failed(message=message, hint=hint, details=details):
            return Trouble(message, hint, details)
        case Crashed(message=message, stderr_tail=tail):
            what = f"{Path(path).name} made the reader stop." if path else "The worker process stopped unexpectedly."
            return Trouble(f"{what} {message}".strip(), "Everything else is untouched. Try again.", tail)
