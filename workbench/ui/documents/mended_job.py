"""A job that reads an index: one that finds it damaged is made once more after the index was restored. No Qt."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.rag.indexing import INDEX_DAMAGED, rebuild_spec
from workbench.ui.documents.board import Surroundings
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tried

T = TypeVar("T")


class MendedJob:
    """At most one at a time; of one that was left or replaced nothing is heard any more."""

    def __init__(
        self, surroundings: Surroundings, on_mending: Callable[[], None], on_bad_end: Callable[[Trouble | None], None]
    ) -> None:
        """`on_bad_end` hears why it ended without a result; None when it was stopped."""
        self._jobs = surroundings.jobs
        self._collections = surroundings.collections
        self._in_background = surroundings.in_background
        self._on_mending, self._on_bad_end = on_mending, on_bad_end
        self._handle: JobHandle | None = None
        self._listens = 0
        self._is_stopped = False

    def start(self, collection: str, make_spec: Callable[[], JobSpec], hear: Listener) -> None:
        """`hear` is told everything but the bad ends."""
        self._start(collection, make_spec, hear, may_mend=True)

    def stop(self) -> None:
        """It ends soon, and that is heard."""
        self._is_stopped = True
        if self._handle is not None:
            self._handle.cancel()

    def leave(self) -> None:
        """It is stopped, and not heard any more."""
        self.stop()
        self._listens += 1
        self._handle = None

    def _start(self, collection: str, make_spec: Callable[[], JobSpec], hear: Listener, *, may_mend: bool) -> None:
        self._listens += 1
        self._is_stopped = False
        try:
            spec = make_spec()
        except WorkbenchError as problem:
            self._end_badly(trouble_of(problem))
            return

        def heard(event: JobEvent) -> None:
            if may_mend and isinstance(event, Failed) and event.code == INDEX_DAMAGED:
                self._mend(collection, partial(self._start, collection, make_spec, hear, may_mend=False))
            else:
                self._take(event, hear)

        self._handle = self._jobs.submit(spec, self._while_meant(heard))

    def _mend(self, collection: str, then: Callable[[], None]) -> None:
        """The index lost something: restore it from the database. That reads all texts, hence not on the UI thread."""
        self._handle = None
        self._on_mending()
        restore = partial(rebuild_spec, self._collections, collection)
        self._in_background(partial(tried, restore), self._while_meant(partial(self._restore, then)))

    def _restore(self, then: Callable[[], None], spec: JobSpec | WorkbenchError) -> None:
        def restored(event: JobEvent) -> None:
            if isinstance(event, Finished):
                then()

        if isinstance(spec, WorkbenchError):
            self._end_badly(trouble_of(spec))
        elif self._is_stopped:
            self._end_badly(None)
        else:
            self._handle = self._jobs.submit(spec, self._while_meant(lambda event: self._take(event, restored)))

    def _take(self, event: JobEvent, hear: Listener) -> None:
        match event:
            case Failed() | Crashed():
                self._end_badly(trouble_of(event))
            case Cancelled():
                self._end_badly(None)
            case Finished():
                self._handle = None
                hear(event)
            case _:
                hear(event)

    def _while_meant(self, action: Callable[[T], None]) -> Callable[[T], None]:
        """Does nothing once the job was left or replaced."""
        listens = self._listens

        def meant(what: T) -> None:
            if listens == self._listens:
                action(what)

        return meant

    def _end_badly(self, trouble: Trouble | None) -> None:
        self._handle = None
        self._on_bad_end(trouble)
