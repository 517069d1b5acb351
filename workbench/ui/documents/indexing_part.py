"""What the user does with files: add them, and stop their indexing. No Qt."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.rag.indexing import COLLECTION_CHANGED, INDEX_DAMAGED, index_spec, rebuild_spec
from workbench.rag.types import ChunkingConfig, DocumentStatus, IndexReport, Skipped
from workbench.settings import Settings
from workbench.ui.board import Running
from workbench.ui.documents.board import Board, Surroundings
from workbench.ui.trouble import trouble_of


class Selects(Protocol):
    """The tab's presenter, as this part knows it."""

    def refresh(self) -> None: ...
    def select_collection(self, name: str) -> None: ...


class IndexingPart:
    def __init__(self, surroundings: Surroundings, board: Board, tab: Selects) -> None:
        self._jobs = surroundings.jobs
        self._messages = surroundings.messages
        self._collections = surroundings.collections
        self._settings = surroundings.settings
        self._board = board
        self._tab = tab
        self._handle: JobHandle | None = None
        self._skipped = 0

    def add_paths(self, paths: Sequence[str]) -> None:
        """Index files and folders into the selected collection; without one, into a new one named after them."""
        if not paths:
            return
        if self._board.state.running is not None:
            self._messages.warning(
                f"“{self._board.state.running_collection}” is being indexed.",
                "Wait for its end or stop it, then add more.",
            )
            return
        sources = [Path(path) for path in paths]
        name = self._board.state.selected or self._free_name(sources[0])
        self._skipped = 0
        self._index(name, sources, may_heal=True)

    def stop_indexing(self) -> None:
        """What was indexed so far stays."""
        if self._handle is not None:
            self._handle.cancel()

    def _index(self, name: str, sources: list[Path], *, may_heal: bool) -> None:
        try:
            chunking = None if self._collections.find(name) else chunking_of(self._settings())
            spec = index_spec(self._collections, name, sources, chunking)
        except WorkbenchError as problem:
            self._messages.error(problem.message, problem.hint, problem.details)
            return
        self._tab.refresh()
        self._tab.select_collection(name)
        self._board.show(running=Running("Looking for files"), running_collection=name)

        def heard(event: JobEvent) -> None:
            code = event.code if isinstance(event, Failed) and may_heal else ""
            if code == INDEX_DAMAGED:
                self._restore(name, sources)
            elif code == COLLECTION_CHANGED:
                self._index(name, sources, may_heal=False)
            else:
                self._on_event(name, event)

        self._handle = self._jobs.submit(spec, heard)

    def _restore(self, name: str, sources: list[Path]) -> None:
        """The index lost something: restore it from the database, then index again."""

        def heard(event: JobEvent) -> None:
            if isinstance(event, Finished):
                self._index(name, sources, may_heal=False)
            else:
                self._on_event(name, event)

        self._submit(rebuild_spec(self._collections, name), heard)

    def _submit(self, spec: JobSpec, listener: Callable[[JobEvent], None]) -> None:
        self._handle = self._jobs.submit(spec, listener)

    def _on_event(self, name: str, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Produced(kind="FileIndexed", item=item):
                # Checked when it was recorded; checking all its pages again would stall the window.
                self._show_file(name, str(item["path"]), DocumentStatus(item["status"]))
            case Produced(kind="Skipped", item=item):
                self._skipped += bool(Skipped.model_validate(item).path)
            case Finished(result=result):
                self._end_indexing()
                self._tell_report(IndexReport.model_validate(result))
            case Failed() | Crashed():
                self._end_indexing()
                trouble = trouble_of(event)
                self._messages.error(trouble.text, trouble.hint, trouble.details)
            case Cancelled():
                self._end_indexing()
                self._messages.info(f"Indexing of “{name}” was stopped. What was indexed before is kept.")
            case _:
                pass

    def _show_file(self, name: str, path: str, status: DocumentStatus) -> None:
        if name != self._board.state.selected or status is DocumentStatus.UNCHANGED:
            return
        # Only what changed is read again: a folder of thousands of files speaks thousands of times.
        others = [d for d in self._board.state.documents if d.path != path]
        changed = self._collections.documents(name, path=path)
        self._board.show(documents=tuple(sorted([*others, *changed], key=lambda d: d.name)))

    def _end_indexing(self) -> None:
        self._handle = None
        self._board.show(running=None, running_collection="")
        self._tab.refresh()

    def _tell_report(self, report: IndexReport) -> None:
        left_out = f" {self._skipped} hidden files or links were left out." if self._skipped else ""
        text = f"“{report.collection}”: {report}.{left_out}"
        if report.failed:
            self._messages.warning(text, "The table says why, file by file.")
        else:
            self._messages.info(text)

    def _free_name(self, source: Path) -> str:
        """A name for a new collection after a file or folder."""
        wished = (source.name if source.is_dir() else source.stem)[:80] or "documents"
        taken = {collection.name for collection in self._board.state.collections}
        name, number = wished, 2
        while name in taken:
            name, number = f"{wished} {number}", number + 1
        return name


def chunking_of(settings: Settings) -> ChunkingConfig:
    """How new collections are cut."""
    return ChunkingConfig.from_settings(settings.rag)
