"""What the parts of the Data tab's presenter share: the state, the view, and the one job that the tab waits for."""

from dataclasses import replace
from typing import Any, Protocol

from workbench.jobs.events import JobEvent
from workbench.jobs.spec import JobHandle, Jobs, JobSpec, Listener
from workbench.ui import board
from workbench.ui.data.state import DataState, ImportState, PassagesState


class View(Protocol):
    def show_state(self, state: DataState) -> None: ...


class Board(board.Board[DataState, View]):
    def __init__(self, jobs: Jobs) -> None:
        super().__init__(DataState())
        self._jobs = jobs
        self._handle: JobHandle | None = None
        self._turn = 0

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
