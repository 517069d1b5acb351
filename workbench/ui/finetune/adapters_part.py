"""The adapters that exist: look at, try, rename, annotate, delete with undo, export. No Qt."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from workbench.compare.store import ComparisonStore
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.running import held_out_rows
from workbench.finetune.export_wording import exported_in_words
from workbench.finetune.lineage import Lineage, trace
from workbench.finetune.removal import purge_spec
from workbench.finetune.running import export_spec
from workbench.finetune.types import (
    Adapter,
    ExportFormat,
    ExportReport,
    ExportRequest,
    MergedQuantization,
)
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobHandle
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.measuring_part import MeasuringPart
from workbench.ui.finetune.state import ExportState, Page
from workbench.ui.trouble import trouble_of


class AdaptersPart:
    """What the user does with finished adapters."""

    def __init__(
        self, board: Board, around: Surroundings, measuring: MeasuringPart, on_changed: Callable[[], None]
    ) -> None:
        self._board = board
        self._around = around
        self._measuring = measuring
        self._on_changed = on_changed
        self._exporting: JobHandle | None = None

    def refresh(self) -> None:
        """Read the list anew."""
        adapters = tuple(self._around.adapters.list_adapters())
        names = [adapter.name for adapter in adapters]
        selected = self._board.state.selected
        self._board.show(
            adapters=adapters,
            datasets=tuple(self._around.datasets.list_datasets()),
            selected=selected if selected in names else (names[0] if names else ""),
            removed=tuple(self._around.adapters.list_removed()),
        )
        self._measuring.refresh()
        if self._board.state.page is Page.ADAPTER and selected not in names:
            self._board.show(page=Page.ADAPTERS)

    def welcome(self, adapter: Adapter) -> None:
        """A training gave an adapter, which is recorded already: show it."""
        self.refresh()
        if self._board.state.page is not Page.ADAPTER:  # whose Delete and Rename would act on another one than it shows
            self._board.show(selected=adapter.name)
        if not self._is_told_on_page(adapter.name):
            self._around.messages.info(f"The adapter “{adapter.name}” is ready.")
        self._on_changed()
        self._measuring.after_training(adapter)

    def _is_told_on_page(self, name: str) -> bool:
        """Whether the page of the training that made it is in sight."""
        state, view = self._board.state, self._board.view
        return state.page is Page.RUN and state.shown_run == name and view is not None and view.is_seen()

    def select(self, name: str) -> None:
        self._board.show(selected=name)

    def open_page(self) -> None:
        """Look at the selected adapter: before and after, card, lineage."""
        adapter = self._board.state.selected_adapter
        if adapter is None:
            return
        self._board.show(page=Page.ADAPTER)
        self._board.show_adapter(
            lineage=None, is_renaming=False, rename_trouble="", evaluations=(), shown=0, rows=(), measure_trouble=None
        )
        self._measuring.offer(adapter)
        self._measuring.show_evaluations(adapter)
        look_up = partial(_trace, adapter, self._around)
        self._around.in_background(look_up, partial(self._on_lineage, adapter.gguf_hash))

    def leave_page(self) -> None:
        """Back to the list."""
        self._board.show(page=Page.ADAPTERS)

    def begin_rename(self) -> None:
        self._board.show_adapter(is_renaming=True, rename_trouble="")

    def keep_name(self) -> None:
        self._board.show_adapter(is_renaming=False, rename_trouble="")

    def rename(self, name: str) -> None:
        """Call the selected adapter so, in every tab; its folder is called so too."""
        adapter = self._board.state.selected_adapter
        if adapter is None:
            return
        try:
            renamed = self._around.adapters.rename(adapter.name, name)
        except WorkbenchError as problem:
            self._board.show_adapter(rename_trouble=f"{problem.message} {problem.hint}")
            return
        self._board.show(selected=renamed.name)
        self._board.show_adapter(is_renaming=False, rename_trouble="")
        self.refresh()
        self._on_changed()

    def write_notes(self, name: str, notes: str) -> None:
        """What the user wants to remember of an adapter."""
        if self._around.adapters.find(name) is not None:
            self._around.adapters.save_notes(name, notes)
            self._board.show(adapters=tuple(self._around.adapters.list_adapters()))

    def try_it(self) -> None:
        """Talk to the selected adapter in the playground, on the base that it was trained on."""
        adapter = self._board.state.selected_adapter
        if adapter is not None:
            self._around.navigator.open_tab("playground", adapter=adapter.name, model=adapter.base_name)

    def try_run(self) -> None:
        """The same from the page of the training that made it."""
        run = self._board.state.run
        if run is not None and run.report is not None and run.report.adapter is not None:
            self.select(run.report.adapter.name)
            self.try_it()

    def show_folder(self) -> None:
        """Where is it?"""
        adapter = self._board.state.selected_adapter
        if adapter is not None and self._board.view is not None:
            self._board.view.open_folder(adapter.folder)

    def show_export_folder(self) -> None:
        export = self._board.state.export
        if export is not None and export.path and self._board.view is not None:
            path = Path(export.path)
            self._board.view.open_folder(str(path if path.is_dir() else path.parent))

    def show_adapter_of_run(self) -> None:
        """From a finished training to its adapter in the list."""
        run = self._board.state.run
        if run is not None:
            self.select(run.name)
        self._board.show(page=Page.ADAPTERS)

    def export(self, kind: ExportFormat, out: str, quantization: MergedQuantization | None = None) -> None:
        """Write the selected adapter in another form, proved to answer the same."""
        adapter = self._board.state.selected_adapter
        if adapter is None or not out:
            return
        self.stop_export()
        self._board.show(export=ExportState(adapter.name, label=f"Exporting “{adapter.name}”"))
        rows = held_out_rows(adapter, self._around.paths)
        request = ExportRequest(adapter=adapter, format=kind, out=out, quantization=quantization, rows_path=str(rows))
        self._exporting = self._around.jobs.submit(export_spec(request), self._on_export)

    def stop_export(self) -> None:
        if self._exporting is not None:
            self._exporting.cancel()

    def dismiss_export(self) -> None:
        """The result was read."""
        self._board.show(export=None)

    def delete(self) -> None:
        """Move the selected adapter aside; `undo_delete` brings it back for ten minutes."""
        adapter = self._board.state.selected_adapter
        if adapter is None:
            return
        try:
            self._around.adapters.delete(adapter.name)
        except WorkbenchError as problem:
            self._around.messages.error(problem.message, problem.hint, problem.details)
        self._board.show(page=Page.ADAPTERS)
        self.refresh()
        self._on_changed()

    def undo_delete(self, removed_id: str) -> None:
        """Bring a deleted adapter back."""
        removed = next((each for each in self._board.state.removed if each.id == removed_id), None)
        if removed is None:
            return
        try:
            adapter = self._around.adapters.restore(removed)
        except WorkbenchError as problem:
            self._around.messages.error(problem.message, problem.hint, problem.details)
        else:
            self._board.show(selected=adapter.name)
        self.refresh()
        self._on_changed()

    def purge(self) -> None:
        """Time went by: what was deleted longer than ten minutes ago goes for good, in a worker."""
        due = [removed for removed in self._board.state.removed if removed.seconds_left() <= 0]
        if due:
            self._board.show(removed=tuple(each for each in self._board.state.removed if each not in due))
            self._around.jobs.submit(purge_spec(self._around.adapters.folder), _hear_nothing)

    def _on_lineage(self, adapter_hash: str, lineage: Lineage) -> None:
        adapter = self._board.state.selected_adapter
        if adapter is not None and adapter.gguf_hash == adapter_hash:
            self._board.show_adapter(lineage=lineage)

    def _on_export(self, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show_export(label=reason)
            case Progressed(done=done, total=total, label=label):
                self._board.show_export(label=label, done=done, total=total)
            case Finished(result=result):
                report = ExportReport.model_validate(result)
                self._board.show_export(is_running=False, result="\n".join(exported_in_words(report)), path=report.path)
                self._exporting = None
            case Failed() | Crashed():
                self._board.show_export(is_running=False, trouble=trouble_of(event))
                self._exporting = None
            case Cancelled():
                self._board.show(export=None)
                self._exporting = None
            case _:
                pass


def _trace(adapter: Adapter, around: Surroundings) -> Lineage:
    database = around.adapters.database
    return trace(adapter, database, around.paths, ComparisonStore(database).names_with_adapter(adapter.gguf_hash))


def _hear_nothing(_event: JobEvent) -> None:
    """What is gone is gone; a purge that fails is done again at the next start."""
