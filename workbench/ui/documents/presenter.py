"""Decides what happens on the Documents tab. No Qt."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, Jobs, JobSpec
from workbench.llm.types import LoadConfig, ModelRef
from workbench.rag.indexing import COLLECTION_CHANGED, INDEX_DAMAGED, index_spec, open_collection, rebuild_spec
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig, DocumentStatus, IndexReport, Skipped
from workbench.settings import LlmSettings, Settings
from workbench.ui.board import Running
from workbench.ui.documents.asking_part import AskingPart
from workbench.ui.documents.board import Board, View
from workbench.ui.documents.state import DocumentsState
from workbench.ui.protocols import Messages
from workbench.ui.trouble import trouble_of
from workbench.ui.widgets.model_choice import can_answer


class Catalog(Protocol):
    """The part of `ui.models.catalog.ModelCatalog` that this tab uses."""

    @property
    def answering(self) -> tuple[ModelRef, ...]: ...
    def load_config(self, model: ModelRef, llm: LlmSettings) -> LoadConfig: ...
    def raise_context(self, model: ModelRef, length: int) -> None: ...
    def ensure(self) -> None: ...
    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]: ...


class DocumentsPresenter:
    """Methods are named after what the user did; `asking` holds those about questions."""

    def __init__(
        self,
        jobs: Jobs,
        messages: Messages,
        collections: CollectionStore,
        catalog: Catalog,
        settings: Callable[[], Settings],
    ) -> None:
        self._board = Board()
        self._jobs = jobs
        self._messages = messages
        self._collections = collections
        self._catalog = catalog
        self._settings = settings
        self._handle: JobHandle | None = None
        self._skipped = 0
        self.asking = AskingPart(self._board, jobs, collections, settings, catalog)

    @property
    def state(self) -> DocumentsState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self._catalog.subscribe(self._show_models)
        self._show_models()
        self._catalog.ensure()
        self.refresh()

    def refresh(self) -> None:
        """Read the collections anew; another tab or the command line may have changed them."""
        collections = tuple(self._collections.list_collections())
        names = [collection.name for collection in collections]
        selected = self.state.selected if self.state.selected in names else (names[0] if names else "")
        self._board.show(collections=collections)
        if selected != self.state.selected:
            self.select_collection(selected)
        else:
            self._show_documents()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `collection` selects, `path` is indexed."""
        self.refresh()
        if name := case.get("collection", ""):
            self.select_collection(name)
        if path := case.get("path", ""):
            self.add_paths([path])

    def select_collection(self, name: str) -> None:
        if name != self.state.selected:
            self.asking.leave()
        # Together: whether there is something to ask decides which page the view turns to.
        documents = tuple(self._collections.documents(name)) if name else ()
        self._board.show(selected=name, documents=documents, asks_to_delete=False)

    def begin_new_collection(self) -> None:
        self._board.show(is_naming=True, name_trouble="")

    def leave_naming(self) -> None:
        self._board.show(is_naming=False, name_trouble="")

    def name_collection(self, name: str) -> None:
        """Make a new, empty collection and select it."""
        try:
            if self._collections.find(name.strip()):
                raise WorkbenchError(f"There is already a collection “{name.strip()}”.", hint="Choose another name.")
            open_collection(self._collections, name.strip(), self._chunking())
        except WorkbenchError as problem:
            self._board.show(name_trouble=str(problem))
            return
        self._board.show(is_naming=False, name_trouble="")
        self.refresh()
        self.select_collection(name.strip())

    def ask_to_delete(self) -> None:
        self._board.show(asks_to_delete=bool(self.state.selected))

    def keep_collection(self) -> None:
        self._board.show(asks_to_delete=False)

    def delete_collection(self) -> None:
        """Confirmed: forget the collection and its index; the user's files stay."""
        name = self.state.selected
        if self.state.running_collection == name:
            self.stop_indexing()
        self.asking.leave()
        self._collections.delete(name)
        self._board.show(selected="", asks_to_delete=False)
        self.refresh()
        self._messages.info(f"The collection “{name}” was deleted. Your files were not touched.")

    # -- indexing ---------------------------------------------------------------------------------------------------

    def add_paths(self, paths: Sequence[str]) -> None:
        """Index files and folders into the selected collection; without one, into a new one named after them."""
        if not paths:
            return
        if self.state.running is not None:
            self._messages.warning(
                f"“{self.state.running_collection}” is being indexed.", "Wait for its end or stop it, then add more."
            )
            return
        sources = [Path(path) for path in paths]
        name = self.state.selected or self._free_name(sources[0])
        self._skipped = 0
        self._index(name, sources, may_heal=True)

    def stop_indexing(self) -> None:
        """What was indexed so far stays."""
        if self._handle is not None:
            self._handle.cancel()

    def _index(self, name: str, sources: list[Path], *, may_heal: bool) -> None:
        try:
            chunking = None if self._collections.find(name) else self._chunking()
            spec = index_spec(self._collections, name, sources, chunking)
        except WorkbenchError as problem:
            self._messages.error(problem.message, problem.hint, problem.details)
            return
        self.refresh()
        self.select_collection(name)
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
        if name != self.state.selected or status is DocumentStatus.UNCHANGED:
            return
        # Only what changed is read again: a folder of thousands of files speaks thousands of times.
        others = [d for d in self.state.documents if d.path != path]
        changed = self._collections.documents(name, path=path)
        self._board.show(documents=tuple(sorted([*others, *changed], key=lambda d: d.name)))

    def _end_indexing(self) -> None:
        self._handle = None
        self._board.show(running=None, running_collection="")
        self.refresh()

    def _tell_report(self, report: IndexReport) -> None:
        left_out = f" {self._skipped} hidden files or links were left out." if self._skipped else ""
        text = f"“{report.collection}”: {report}.{left_out}"
        if report.failed:
            self._messages.warning(text, "The table says why, file by file.")
        else:
            self._messages.info(text)

    def _chunking(self) -> ChunkingConfig:
        rag = self._settings().rag
        return ChunkingConfig(chunk_tokens=rag.chunk_tokens, overlap=min(rag.overlap, rag.chunk_tokens // 2))

    def _free_name(self, source: Path) -> str:
        """A name for a new collection after a file or folder."""
        wished = (source.name if source.is_dir() else source.stem)[:80] or "documents"
        taken = {collection.name for collection in self.state.collections}
        name, number = wished, 2
        while name in taken:
            name, number = f"{wished} {number}", number + 1
        return name

    def _show_documents(self) -> None:
        documents = self._collections.documents(self.state.selected) if self.state.selected else []
        self._board.show(documents=tuple(documents))

    def _show_models(self) -> None:
        models = tuple(m for m in self._catalog.answering if can_answer(m))
        names = [model.name for model in models]
        chosen = self.state.model if self.state.model in names else (names[0] if names else "")
        self._board.show(models=models, model=chosen)
