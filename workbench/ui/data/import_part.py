"""A dropped file -> a data set: read it, map its columns, look at its problems, save it. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from workbench.datasets.tasks import InspectReport, InspectRequest, PrepareReport, PrepareRequest
from workbench.datasets.types import ColumnMapping, Dataset, FindingKind, Layout
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobSpec
from workbench.naming import numbered
from workbench.ui.board import Running
from workbench.ui.data.board import Board
from workbench.ui.data.state import ColumnRole, ImportState, Page, Treatments
from workbench.ui.protocols import Background, Messages, at_once
from workbench.ui.trouble import TRY_AGAIN, Trouble, trouble_of

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore

INSPECT, PREPARE = "workbench.datasets.tasks:inspect", "workbench.datasets.tasks:prepare"


class ImportPart:
    """What the user does on the import page."""

    def __init__(
        self,
        board: Board,
        datasets: "DatasetStore",
        messages: Messages,
        on_saved: Callable[[str], None],
        test_questions: Callable[[], Sequence[str]] = tuple,
        in_background: Background = at_once,
    ) -> None:
        """`test_questions`: those of all test sets, which rows must not ask; read in the background."""
        self._board = board
        self._datasets = datasets
        self._messages = messages
        self._on_saved = on_saved
        self._read_test_questions = test_questions
        self._in_background = in_background
        self._test_questions: tuple[str, ...] = ()

    def import_files(self, paths: Sequence[str]) -> None:
        """Open the first file now, the others one after another."""
        if paths:
            self._open(ImportState(path=paths[0], name=self._free_name(Path(paths[0]).stem)), tuple(paths[1:]))

    def import_made(self, path: str, origin: str, warning: str) -> None:
        """Open a file that another tab made: of what, and what is to be known of it, if anything."""
        self._open(ImportState(path=path, name=self._free_name(Path(path).stem), origin=origin, warning=warning), ())

    def _open(self, importing: ImportState, waiting: tuple[str, ...]) -> None:
        self._board.stop()
        self._board.show(page=Page.IMPORT, waiting=waiting, importing=importing)
        self._board.show(running=Running(f"Reading {importing.file_name}"))
        self._in_background(self._read_test_questions, partial(self._begin, importing.path))

    def _begin(self, path: str, test_questions: Sequence[str]) -> None:
        if self._board.importing is not None and self._board.importing.path == path:  # not given up meanwhile
            self._test_questions = tuple(test_questions)
            self._inspect(None)

    def leave_import(self) -> None:
        """Give this file up; the next of several, or back to the list."""
        self._board.stop()
        waiting = self._board.state.waiting
        if waiting:
            self.import_files(waiting)
        else:
            self._board.show(page=Page.LIBRARY, importing=None)

    def read_again(self) -> None:
        """After the file was mended."""
        self._inspect(None)

    def choose_layout(self, layout: Layout) -> None:
        self._map(layout=layout)

    def map_column(self, role: ColumnRole, column: str) -> None:
        """Say what a column means; an empty name takes the meaning away."""
        self._map(**{role.value: column})

    def write_system_text(self, text: str) -> None:
        self._map(system_text=text.strip())

    def show_import_row(self, index: int) -> None:
        self._board.show_import(shown_row=index)

    def leave_out(self, kind: FindingKind, is_left_out: bool) -> None:
        """Whether the rows that the data doctor named for `kind` are left out of the data set."""
        importing = self._board.importing
        if importing is not None:
            self._treat(importing, importing.treatments.leaving_out(kind, is_left_out))

    def mend(self, kind: FindingKind, is_mended: bool) -> None:
        """Whether the rows that the data doctor named for `kind` are mended by its rule."""
        importing = self._board.importing
        if importing is not None:
            self._treat(importing, importing.treatments.mending(kind, is_mended))

    def undo(self) -> None:
        """Take the last decision about the findings back."""
        importing = self._board.importing
        if importing is not None and importing.undoable:
            *before, last = importing.undoable
            self._board.show_import(treatments=last, undoable=tuple(before))

    def _treat(self, importing: ImportState, treatments: Treatments) -> None:
        if treatments != importing.treatments:
            self._board.show_import(treatments=treatments, undoable=(*importing.undoable, importing.treatments))

    def name_dataset(self, name: str) -> None:
        self._board.show_import(name=name, name_trouble="")

    def save(self) -> None:
        importing = self._board.importing
        if importing is None or not importing.can_save:
            return
        name = importing.name.strip()
        if self._datasets.find(name) is not None:
            self._board.show_import(name_trouble=f"There is already a data set “{name}”. Choose another name.")
            return
        request = PrepareRequest(
            name=name,
            path=importing.path,
            mapping=importing.mapping,
            folder=str(self._datasets.folder),
            drop=tuple(sorted(importing.treatments.left_out)),
            mend=tuple(sorted(importing.treatments.mended)),
            test_questions=self._test_questions,
        )
        self._board.show_import(is_saving=True, name_trouble="")
        self._board.show(running=Running(f"Saving “{name}”"))
        self._board.run(_spec(PREPARE, request, f"Save data set {name}"), self._on_prepare)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _map(self, **changes: object) -> None:
        importing = self._board.importing
        if importing is None or importing.report is None:
            return
        mapping = importing.mapping.model_copy(update={**changes, "guess": ""})
        if mapping == importing.mapping.model_copy(update={"guess": ""}):
            return
        self._board.show_import(mapping=mapping)
        self._inspect(mapping)

    def _inspect(self, mapping: ColumnMapping | None) -> None:
        importing = self._board.importing
        if importing is None:
            return
        label = f"Reading {importing.file_name}"
        request = InspectRequest(path=importing.path, mapping=mapping, test_questions=self._test_questions)
        self._board.run(_spec(INSPECT, request, label), partial(self._on_inspect, importing.path))
        if self._board.importing is not None and self._board.importing.report is None:
            self._board.show(running=Running(label))

    def _on_inspect(self, path: str, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Finished(result=result):
                self._board.over()
                self._show_report(InspectReport.model_validate(result))
            case Failed() | Crashed():
                self._board.over()
                self._board.show_import(trouble=_trouble_of(event, path))
            case Cancelled():
                self._board.over()
                self._board.show_import(trouble=Trouble("Reading was stopped.", "Read the file again when you like."))
            case _:
                pass

    def _show_report(self, report: InspectReport) -> None:
        importing = self._board.importing
        if importing is None:
            return
        kinds = {finding.kind for finding in report.findings}
        shown = importing.shown_row if importing.shown_row < len(report.rows) else 0
        self._board.show(
            importing=replace(
                importing,
                report=report,
                mapping=report.mapping,
                trouble=None,
                shown_row=shown,
                treatments=importing.treatments.only(kinds),
                undoable=(),
            )
        )

    def _on_prepare(self, event: JobEvent) -> None:
        match event:
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Finished(result=result):
                self._board.over()
                self._keep(PrepareReport.model_validate(result))
            case Failed() | Crashed():
                self._board.over()
                importing = self._board.importing
                path = importing.path if importing else ""
                self._board.show_import(is_saving=False, trouble=_trouble_of(event, path))
            case Cancelled():
                self._board.over()
                self._board.show_import(is_saving=False)
            case _:
                pass

    def _keep(self, report: PrepareReport) -> None:
        try:
            dataset = self._datasets.record(self._with_origin(report.dataset))
        except WorkbenchError as problem:
            self._board.show_import(is_saving=False, trouble=Trouble(problem.message, problem.hint, problem.details))
            return
        self._messages.info(_saved_in_words(dataset, report))
        waiting = self._board.state.waiting
        self._board.show(page=Page.LIBRARY, importing=None)
        self._on_saved(dataset.name)
        if waiting:
            self.import_files(waiting)

    def _with_origin(self, dataset: Dataset) -> Dataset:
        importing = self._board.importing
        return dataset.model_copy(update={"origin": importing.origin}) if importing and importing.origin else dataset

    def _free_name(self, wanted: str) -> str:
        """The file's name, with a number where that is taken."""
        return numbered(wanted, lambda name: self._datasets.find(name) is not None)


def _saved_in_words(dataset: Dataset, report: PrepareReport) -> str:
    rows = "1 row" if dataset.row_count == 1 else f"{dataset.row_count:,} rows"
    left = dataset.problem_count + report.dropped
    changed = [f"{left:,} left out"] if left else []
    changed += [f"{report.mended:,} mended"] if report.mended else []
    return "; ".join([f"Saved “{dataset.name}” with {rows}", *changed]) + "."


def _spec(task: str, request: BaseModel, title: str) -> JobSpec:
    return JobSpec(task=task, params=request.model_dump(mode="json"), title=title)


def _trouble_of(event: Failed | Crashed, path: str) -> Trouble:
    """Names the file at which the reader went away."""
    if isinstance(event, Crashed):
        return Trouble(f"{Path(path).name} made the reader stop. {event.message}".strip(), TRY_AGAIN, event.stderr_tail)
    return trouble_of(event)
