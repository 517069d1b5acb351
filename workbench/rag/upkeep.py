"""What happens to collections without anybody asking: folders synced at a start and while running, deleted documents
purged when their time is over, indexes read from end to end once a week, and mended. No Qt."""

import time
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import Jobs, JobSpec
from workbench.log import get_logger
from workbench.rag.indexing import COLLECTION_CHANGED, INDEX_DAMAGED, check_spec, purge_spec, rebuild_spec, sync_spec
from workbench.rag.store import CollectionStore
from workbench.rag.types import IndexReport
from workbench.rag.watching import FolderWatch

_log = get_logger("rag")

CHECK_EVERY_SECONDS = 7 * 24 * 3600.0
_CHECKED = "checked"


class Upkeep:
    """Looks after all collections for as long as the program runs. Called on one thread, the UI thread."""

    def __init__(
        self,
        store: CollectionStore,
        jobs: Jobs,
        post: Callable[[Callable[[], None]], None],
        tell: Callable[[str], None],
        *,
        min_seconds: float = 5.0,
    ) -> None:
        """`post` calls on the UI thread from any other; `tell` shows a sentence to the user."""
        self._store = store
        self._jobs = jobs
        self._tell = tell
        self._busy: set[str] = set()
        self._silent: set[Path] = set()
        self._watch = FolderWatch(lambda source: post(lambda: self._on_change(source)), min_seconds=min_seconds)

    def start(self) -> None:
        """Sweep what a crash left, then bring every collection up to date."""
        self._store.indexes.sweep_all()
        collections = self._store.list_collections()
        self._watch.watch(source for collection in collections for source in collection.sources)
        for collection in collections:
            self.sync(collection.name)
        self.tick()

    def tick(self) -> None:
        """Once in a while: purge what is due, check what was not checked for long, watch what was added."""
        for name, numbers in self._store.removal.due().items():
            self._run(name, lambda name=name, numbers=numbers: purge_spec(self._store, name, numbers))  # type: ignore[misc]
        collections = self._store.list_collections()
        self._watch.watch(source for collection in collections for source in collection.sources)
        for collection in collections:
            if collection.chunks and _is_unchecked(collection.folder):
                self._run(collection.name, lambda name=collection.name: check_spec(self._store, name))  # type: ignore[misc]
        self._tell_silent()

    def stop(self) -> None:
        self._watch.stop()

    def sync(self, name: str) -> None:
        """Look again at everything that was added to the collection."""
        self._run(name, lambda: sync_spec(self._store, name))

    def _on_change(self, source: Path) -> None:
        for collection in self._store.list_collections():
            if source in collection.sources:
                self.sync(collection.name)

    def _tell_silent(self) -> None:
        silent = set(self._watch.silent())
        for source in sorted(silent - self._silent):
            self._tell(f"{source} does not answer; its documents stay as they are until it does.")
        self._silent = silent

    def _run(self, name: str, make_spec: Callable[[], JobSpec | None], *, may_heal: bool = True) -> None:
        """One job at a time for each collection; what is left out now comes with the next tick."""
        if name in self._busy or self._store.find(name) is None:
            return
        spec = make_spec()
        if spec is None:
            return
        self._busy.add(name)

        def heard(event: JobEvent) -> None:
            match event:
                case Failed(code=code) if code == INDEX_DAMAGED and may_heal:
                    self._busy.discard(name)
                    self._heal(name, make_spec)
                case Failed(code=code) if code == COLLECTION_CHANGED and may_heal:
                    self._busy.discard(name)
                    self._run(name, make_spec, may_heal=False)
                case Finished(result=result):
                    self._busy.discard(name)
                    self._on_finished(name, spec, result)
                case Failed() | Crashed() | Cancelled():
                    self._busy.discard(name)
                    _log.info("%s ended early: %s", spec.title, event)
                case _:
                    pass

        self._jobs.submit(spec, heard)

    def _heal(self, name: str, make_spec: Callable[[], JobSpec | None]) -> None:
        """Restore the index, then do what was to be done."""
        self._busy.add(name)

        def heard(event: JobEvent) -> None:
            match event:
                case Finished():
                    self._busy.discard(name)
                    self._tell(f"The index of “{name}” was damaged and has been restored; nothing was lost.")
                    self._run(name, make_spec, may_heal=False)
                case Failed() | Crashed() | Cancelled():
                    self._busy.discard(name)
                    _log.info("The index of %s could not be restored: %s", name, event)
                case _:
                    pass

        self._jobs.submit(rebuild_spec(self._store, name), heard)

    def _on_finished(self, name: str, spec: JobSpec, result: dict[str, object]) -> None:
        if spec.task.endswith(":check"):
            _mark_checked(self._store, name)
        elif spec.task.endswith(":index"):
            report = IndexReport.model_validate(result)
            if report.indexed or report.removed or report.renamed:
                self._tell(f"“{name}” was brought up to date: {report}.")


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
