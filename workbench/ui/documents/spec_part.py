"""What the parts share that start jobs on collections: the spec is made off the UI thread, damage is mended on the way.
No Qt."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec, Listener
from workbench.rag.indexing import COLLECTION_CHANGED, INDEX_DAMAGED, rebuild_spec
from workbench.ui.documents.board import Board, Surroundings
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tell, tried

MakesSpec = Callable[[], JobSpec | None]
"""Reads the database and perhaps many texts of it. None: there is nothing to do."""


class Tab(Protocol):
    """The tab's presenter, as its parts know it."""

    def refresh(self) -> None: ...
    def select_collection(self, name: str) -> None: ...
    def select_renamed(self, before: str, name: str) -> None: ...
    def show_page(self, key: str) -> None: ...
    def after_reading(self, action: Callable[[], None]) -> None: ...


def _nothing() -> None:
    """Nobody waits for the end."""


class SpecPart:
    """The base of parts: `_start` runs a job, `_write` changes the database."""

    def __init__(self, surroundings: Surroundings, board: Board, tab: Tab) -> None:
        self._jobs = surroundings.jobs
        self._messages = surroundings.messages
        self._collections = surroundings.collections
        self._settings = surroundings.settings
        self._in_background = surroundings.in_background
        self._board = board
        self._tab = tab

    def _start(
        self,
        name: str,
        make_spec: MakesSpec,
        heard: Listener,
        *,
        otherwise: Callable[[], None] = _nothing,
        may_heal: bool = True,
    ) -> None:
        """Run a job on a collection. One that finds its index damaged is run once more after that was restored, one
        that waited while another changed the collection is made anew. `otherwise`: there was nothing to do."""

        def submit(spec: JobSpec | WorkbenchError | None) -> None:
            match spec:
                case None:
                    self._tab.refresh()
                    otherwise()
                case WorkbenchError():
                    self._tell(spec)
                    self._tab.refresh()
                case _:
                    self._jobs.submit(spec, listen)

        def listen(event: JobEvent) -> None:
            match event:
                case Failed(code=code) if code == INDEX_DAMAGED and may_heal:
                    again = partial(self._start, name, make_spec, heard, otherwise=otherwise, may_heal=False)
                    self._restore(name, again, heard)
                case Failed(code=code) if code == COLLECTION_CHANGED and may_heal:
                    self._start(name, make_spec, heard, otherwise=otherwise, may_heal=False)
                case _:
                    heard(event)

        self._in_background(partial(tried, make_spec), submit)

    def _restore(self, name: str, then: Callable[[], None], heard: Listener) -> None:
        """Build the index again from the database; what goes wrong with that is told to `heard`."""

        def listen(event: JobEvent) -> None:
            if isinstance(event, Finished):
                then()
            else:
                heard(event)

        def submit(spec: JobSpec | WorkbenchError | None) -> None:
            if isinstance(spec, JobSpec):
                self._jobs.submit(spec, listen)
            elif spec is not None:
                self._tell(spec)

        self._in_background(partial(tried, partial(rebuild_spec, self._collections, name)), submit)

    def _write(self, change: Callable[[], None], then: Callable[[], None] = _nothing) -> None:
        """Change the database off the UI thread, read it anew, then do what follows; a problem is told instead."""

        def done(problem: WorkbenchError | None) -> None:
            if problem is not None:
                self._tell(problem)
            self._tab.refresh()
            if problem is None:
                then()

        self._in_background(partial(tried, change), done)

    def _tell(self, problem: WorkbenchError) -> None:
        tell(self._messages, problem)

    def _tell_end(self, event: JobEvent, finished: str, cancelled: str) -> None:
        """What most jobs say at their end."""
        match event:
            case Finished():
                self._messages.info(finished)
            case Cancelled():
                self._messages.info(cancelled)
            case Failed() | Crashed():
                trouble = trouble_of(event)
                self._messages.error(trouble.text, trouble.hint, trouble.details)
            case _:
                pass
