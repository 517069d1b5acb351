"""What happens to collections without anybody asking: folders synced at a start and while running, deleted documents
purged when their time is over, indexes read from end to end once a week, and mended. No Qt."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import Jobs, JobSpec
from workbench.log import get_logger
from workbench.rag.indexing import COLLECTION_CHANGED, INDEX_DAMAGED, check_spec, purge_spec, rebuild_spec, sync_spec
from workbench.rag.indexing_types import IndexReport
from workbench.rag.purged import Purged
from workbench.rag.store import Collection, CollectionStore
from workbench.rag.watching import FolderWatch

_log = get_logger("rag")

CHECK_EVERY_SECONDS = 7 * 24 * 3600.0
_CHECKED = "checked"

InBackground = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Does the first off the thread, then the second with its result on it."""


def _at_once(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
    then(work())


def _nobody(_purged: Purged) -> None:
    """Nothing shows what is gone."""


_MakesSpec = Callable[[], JobSpec | None]


@dataclass(frozen=True, slots=True)
class _Due:
    documents: dict[str, list[int]]
    """To be purged: ids by collection."""
    collections: tuple[Collection, ...]
    unchecked: tuple[str, ...]
    purged: tuple[Purged, ...] = ()
    """Collections that went for good just now."""


class Upkeep:
    """Looks after all collections for as long as the program runs. Called on one thread, the UI thread."""

    def __init__(
        self,
        store: CollectionStore,
        jobs: Jobs,
        post: Callable[[Callable[[], None]], None],
        tell: Callable[[str], None],
        *,
        in_background: InBackground = _at_once,
        tell_purged: Callable[[Purged], None] = _nobody,
        min_seconds: float = 5.0,
    ) -> None:
        """`post` calls on the UI thread from any other; `tell` shows a sentence to the user; `tell_purged` is told of
        collections that are gone for good.

        What reads the disk or much of the database is done `in_background`.
        """
        self._store = store
        self._jobs = jobs
        self._tell = tell
        self._in_background = in_background
        self._tell_purged = tell_purged
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._silent: set[Path] = set()
        self._sources: dict[str, tuple[Path, ...]] = {}
        self._watch = FolderWatch(lambda source: post(lambda: self._on_change(source)), min_seconds=min_seconds)

    def start(self) -> None:
        """Sweep what a crash left, then bring every collection up to date."""

        def sweep() -> list[Collection]:
            self._store.indexes.sweep_all()
            return self._store.list_collections()

        self._in_background(sweep, self._on_swept)

    def _on_swept(self, collections: list[Collection]) -> None:
        self._watch_sources(collections)
        for collection in collections:
            self.sync(collection.name)
        self.tick()

    def tick(self) -> None:
        """Once in a while: purge what is due, check what was not checked for long, watch what was added."""
        self._in_background(self._look, self._on_looked)
        self._tell_silent()

    def _look(self) -> _Due:
        """Off the thread."""
        purged = [self._purged(number) for number in self._store.lifecycle.due()]
        collections = self._store.list_collections()
        unchecked = tuple(c.name for c in collections if c.chunks and _is_unchecked(c.folder))
        gone = tuple(one for one in purged if one is not None)
        return _Due(self._store.removal.due(), tuple(collections), unchecked, gone)

    def _purged(self, collection_id: int) -> Purged | None:
        try:
            return self._store.lifecycle.purge(collection_id)
        except WorkbenchError as problem:
            _log.info("A collection cannot be purged yet: %s", problem)
            return None

    def _on_looked(self, due: _Due) -> None:
        for purged in due.purged:
            self._tell_purged(purged)
        for name, numbers in due.documents.items():
            self._run(name, partial(purge_spec, self._store, name, numbers))
        self._watch_sources(due.collections)
        for name in due.unchecked:
            self._run(name, partial(check_spec, self._store, name))

    def _watch_sources(self, collections: Sequence[Collection]) -> None:
        self._sources = {collection.name: collection.sources for collection in collections}
        self._watch.watch(source for collection in collections for source in collection.sources)

    def stop(self) -> None:
        self._watch.stop()

    def sync(self, name: str) -> None:
        """Look again at everything that was added to the collection; where that is being done, once more after it."""
        if name in self._busy:
            self._again.add(name)
        self._run(name, partial(sync_spec, self._store, name))

    def _on_change(self, source: Path) -> None:
        for name, sources in self._sources.items():
            if source in sources:
                self.sync(name)

    def _tell_silent(self) -> None:
        silent = set(self._watch.silent())
        for source in sorted(silent - self._silent):
            self._tell(f"{source} does not answer; its documents stay as they are until it does.")
        self._silent = silent

    def _run(self, name: str, make_spec: _MakesSpec, *, may_heal: bool = True) -> None:
        """One job at a time for each collection; what is left out now comes with the next tick."""
        if name in self._busy:
            return
        self._busy.add(name)
        self._in_background(partial(_made, make_spec), lambda spec: self._submit(name, make_spec, spec, may_heal))

    def _submit(self, name: str, make_spec: _MakesSpec, spec: JobSpec | None, may_heal: bool) -> None:
        if spec is None:
            self._let_go(name)
            return

        def heard(event: JobEvent) -> None:
            match event:
                case Failed(code=code) if code == INDEX_DAMAGED and may_heal:
                    self._busy.discard(name)
                    self._heal(name, make_spec)
                case Failed(code=code) if code == COLLECTION_CHANGED and may_heal:
                    self._busy.discard(name)
                    self._run(name, make_spec, may_heal=False)
                case Finished(result=result):
                    self._on_finished(name, spec, result)
                    self._let_go(name)
                case Failed() | Crashed() | Cancelled():
                    _log.info("%s ended early: %s", spec.title, event)
                    self._let_go(name)
                case _:
                    pass

        self._jobs.submit(spec, heard)

    def _let_go(self, name: str) -> None:
        self._busy.discard(name)
        if name in self._again:
            self._again.discard(name)
            self.sync(name)

    def _heal(self, name: str, make_spec: _MakesSpec) -> None:
        """Restore the index, then do what was to be done."""
        self._busy.add(name)

        def heard(event: JobEvent) -> None:
            match event:
                case Finished():
                    self._busy.discard(name)
                    self._tell(f"The index of “{name}” was damaged and has been restored; nothing was lost.")
                    self._run(name, make_spec, may_heal=False)
                case Failed() | Crashed() | Cancelled():
                    _log.info("The index of %s could not be restored: %s", name, event)
                    self._let_go(name)
                case _:
                    pass

        def restore(spec: JobSpec | None) -> None:
            if spec is None:
                self._let_go(name)
            else:
                self._jobs.submit(spec, heard)

        self._in_background(partial(_made, partial(rebuild_spec, self._store, name)), restore)

    def _on_finished(self, name: str, spec: JobSpec, result: dict[str, object]) -> None:
        if spec.task.endswith(":check"):
            self._in_background(partial(_mark_checked, self._store, name), _nothing)
        elif spec.task.endswith(":index"):
            report = IndexReport.model_validate(result)
            if report.indexed or report.removed or report.renamed:
                self._tell(f"“{name}” was brought up to date: {report}.")


def _nothing(_result: object) -> None:
    """Nobody waits for it."""


def _made(make_spec: _MakesSpec) -> JobSpec | None:
    """None where there is nothing to do, or the collection is gone."""
    try:
        return make_spec()
    except WorkbenchError as problem:
        _log.info("A collection cannot be looked after: %s", problem)
        return None


def _is_unchecked(folder: Path) -> bool:
    try:
        return time.time() - (folder / _CHECKED).stat().st_mtime > CHECK_EVERY_SECONDS
    except FileNotFoundError:
        return True


def _mark_checked(store: CollectionStore, name: str) -> None:
    try:
        (store.get(name).folder / _CHECKED).touch()
    except (OSError, WorkbenchError) as problem:
        _log.info("That %s was checked could not be noted: %s", name, problem)
