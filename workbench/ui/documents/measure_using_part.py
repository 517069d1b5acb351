"""From what was measured to how the collection is searched, and back again. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, is_last_word
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.rag.building_beside import drop_measured
from workbench.rag.evaluation.applying import use_setting
from workbench.rag.evaluation.reporting import describe_setting
from workbench.rag.evaluation.types import RetrievalSetting
from workbench.rag.indexing import undo_rebuild
from workbench.rag.search_types import RetrievalMode
from workbench.ui.board import Running
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.trouble import trouble_of


@dataclass(frozen=True, slots=True)
class _Before:
    """How the collection was searched."""

    collection: str
    mode: RetrievalMode
    reranker: str
    changes_index: bool
    """Another index answers since then."""


class UsingPart:
    """Methods are named after what the user did."""

    def __init__(self, board: MeasureBoard, doors: Doors, refresh: Callable[[], None]) -> None:
        """`refresh` shows anew what was measured and which indexes there are."""
        self._board, self._doors, self._refresh = board, doors, refresh
        self._before: _Before | None = None
        self._jobs: dict[str, JobHandle] = {}
        """What builds an index, by collection."""

    def use(self) -> None:
        """Let the collection be searched as the selected setting says."""
        state, around = self._board.state, self._doors.around
        if state.report is None or not 0 <= state.setting < len(state.report.results) or state.running is not None:
            return
        setting, name, reranker = state.report.results[state.setting].setting, state.collection, state.report.reranker
        search = self._doors.search()

        def work() -> tuple[_Before, JobSpec | None]:
            now = around.collections.get(name)
            others = now.chunking != setting.chunking or now.embedder.identity != setting.embedder.identity
            before = _Before(name, search.mode, search.reranker, others or now.language != setting.language)
            return before, use_setting(around.collections, name, setting)

        def then(found: tuple[_Before, JobSpec | None]) -> None:
            self._before, spec = found
            if name == self._board.state.collection:
                self._doors.change_search(setting.mode, reranker if setting.rerank else "")
                self._build(spec, partial(self._used, setting))

        self._board.off_thread(work, then)

    def _used(self, setting: RetrievalSetting) -> None:
        before = self._before
        changed = before is not None and (
            before.changes_index or before.mode is not setting.mode or bool(before.reranker) is not setting.rerank
        )
        self._board.show(can_undo=changed)
        self._tell(f"“{self._board.state.collection}” is searched with {describe_setting(setting)} now.")

    def undo(self) -> None:
        """Search as before: the index that answered then, the mode and the cross-encoder."""
        before, collections = self._before, self._doors.around.collections
        if before is None or before.collection != self._board.state.collection:
            return
        self._board.show(can_undo=False)

        def work() -> JobSpec | None:
            return undo_rebuild(collections, before.collection) if before.changes_index else None

        def then(spec: JobSpec | None) -> None:
            if before.collection == self._board.state.collection:
                self._doors.change_search(before.mode, before.reranker)
                self._build(spec, lambda: self._tell(f"“{before.collection}” is searched as before."))

        self._board.off_thread(work, then)

    def drop_indexes(self) -> None:
        """Give back the space of indexes that were built only to be measured."""
        collections, name = self._doors.around.collections, self._board.state.collection

        def then(removed: int) -> None:
            self._doors.around.messages.info(f"{removed} measured index{'' if removed == 1 else 'es'} removed.")
            self._refresh()

        self._board.off_thread(lambda: drop_measured(collections, name), then)

    def _tell(self, said: str) -> None:
        self._doors.around.messages.info(said)
        self._doors.switched()
        self._refresh()

    def _build(self, spec: JobSpec | None, then: Callable[[], None]) -> None:
        """Where an index must be built first it answers at the end of that job."""
        if spec is None:
            then()
            return
        name = self._board.state.collection
        self._board.show(running=Running("Rebuilding the index"))

        def heard(event: JobEvent) -> None:
            is_shown = name == self._board.state.collection
            if is_last_word(event):
                self._jobs.pop(name, None)
            match event:
                case Progressed(done=done, total=total, label=label) if is_shown:
                    self._board.show(running=Running(label, done, total))
                case Finished() if is_shown:
                    self._board.show(running=None)
                    then()
                case Failed() | Crashed() if is_shown:
                    self._board.show(running=None, trouble=trouble_of(event))
                case Cancelled() if is_shown:
                    self._board.show(running=None)
                case _:
                    pass

        self._jobs[name] = self._doors.around.jobs.submit(spec, heard)

    def stop(self) -> None:
        """The index that answered still does."""
        job = self._jobs.get(self._board.state.collection)
        if job is not None:
            job.cancel()
