"""Decides what happens on the Grid page. No Qt."""

from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec, Listener
from workbench.playground.grid.export import Format
from workbench.playground.grid.grid_store import GridEntry, GridState
from workbench.playground.grid.journal import read_cell
from workbench.playground.grid.tasks import EXPORT_GRID, ExportReport, ExportRequest
from workbench.playground.grid.types import Cell
from workbench.ui.playground.grid.board import Board, Surroundings, View
from workbench.ui.playground.grid.run_part import RunPart
from workbench.ui.playground.grid.setup_part import SetupPart
from workbench.ui.playground.grid.state import GridPageState, HistoryLine, Page, RowFilter
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_SHOWN_HISTORY = 30


class GridPresenter:
    """Methods are named after what the user did."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._board = Board()
        self.setup = SetupPart(self._board, around)
        self.run_part = RunPart(self._board, around, self._look_again, self._read_history)
        self._looked_at: tuple[tuple[int, int], int] | None = None
        """Cell and place of the transcript that is shown or being read."""

    @property
    def state(self) -> GridPageState:
        return self._board.state

    def start(self, view: View) -> None:
        """The page is built."""
        self._board.put_up(view)
        self._around.catalog.subscribe(self.setup.show_answerers)

    def refresh(self) -> None:
        """The page is shown."""
        self._around.catalog.ensure()
        self.setup.refresh()
        self._read_history()

    def open_case(self, case: dict[str, str]) -> None:
        """Another page opens this one: `questions` is a file, `dataset` a data set, `version` a prompt version."""
        self.setup.refresh()
        if version := case.get("version", ""):
            self._board.show(page=Page.SETUP, chosen_versions=frozenset({version}))
            self.setup.show_versions()
        if path := case.get("questions", ""):
            self.setup.open_file(path)
        if name := case.get("dataset", ""):
            self.setup.open_data_set(name)

    # -- the run ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run the grid that is set up, or go on with it."""
        if self.state.not_ready:
            return
        try:
            request = self.setup.request()
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        self.run_part.start(request)

    def stop(self) -> None:
        self.run_part.stop()

    def go_on(self) -> None:
        """Make what is missing or failed."""
        self.run_part.go_on()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a grid that outlived an earlier start of the program."""
        return self.run_part.follow(spec)

    # -- the results --------------------------------------------------------------------------------------------------

    def change_setup(self) -> None:
        """Back to the choices; the results stay."""
        self._board.show(page=Page.SETUP)

    def show_results(self) -> None:
        if self.state.results is not None:
            self._board.show(page=Page.RESULTS)

    def filter_rows(self, shown: RowFilter) -> None:
        self._board.show(shown=shown)

    def select_cell(self, combination: int, row: int) -> None:
        """Look at one answer closely."""
        self._board.show(selected=(combination, row), cell=None, cell_trouble="")
        self._looked_at = None
        self._look_again()

    def open_history(self, grid_id: int) -> None:
        results = self.state.results
        if results is not None and self.state.is_running and self._is_shown(grid_id):
            self._board.show(page=Page.RESULTS)
        else:
            self.run_part.open(grid_id)

    def export(self, path: str) -> None:
        """Write all answers; the ending of the name says as what."""
        results, suffix = self.state.results, Path(path).suffix.lower().lstrip(".")
        if results is None:
            return
        if suffix not in set(Format):
            self._around.messages.error(
                f"A grid cannot be written as “{suffix}”.", hint="Name the file .csv or .jsonl.", details=path
            )
            return
        request = ExportRequest(grid=results.request, path=path, format=Format(suffix))
        spec = JobSpec(task=EXPORT_GRID, params=request.model_dump(mode="json"), title=f"Write {Path(path).name}")
        self._around.jobs.submit(spec, self._on_exported)

    def _on_exported(self, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                report = ExportReport.model_validate(result)
                self._around.messages.info(f"Wrote {report.cells} answers to {Path(report.path).name}.")
            case Failed(message=message, hint=hint, details=details):
                self._around.messages.error(message, hint=hint, details=details)
            case Crashed(message=message, stderr_tail=tail):
                self._around.messages.error(message or "The file could not be written.", details=tail)
            case _:
                pass

    # -- the transcript -----------------------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Read the transcript of the selected cell when there is one that is not shown yet."""
        selected, results = self.state.selected, self.state.results
        outcome = results.outcomes.get(selected) if results is not None and selected is not None else None
        if results is None or selected is None or outcome is None or self._looked_at == (selected, outcome.place):
            return
        self._looked_at = (selected, outcome.place)
        folder = Path(results.request.folder)
        self._around.in_background(
            partial(tried, partial(read_cell, folder, outcome)), partial(self._on_transcript, (selected, outcome.place))
        )

    def _on_transcript(self, wanted: tuple[tuple[int, int], int], found: Cell | WorkbenchError) -> None:
        if wanted != self._looked_at:
            return  # another cell was selected meanwhile
        if isinstance(found, WorkbenchError):
            self._board.show(cell=None, cell_trouble=f"{found.message} {found.hint}".strip())
        else:
            self._board.show(cell=found, cell_trouble="")

    # -- around -------------------------------------------------------------------------------------------------------

    def _is_shown(self, grid_id: int) -> bool:
        results = self.state.results
        entries = {entry.id: entry.folder for entry in self._around.store.list_grids()}
        return results is not None and entries.get(grid_id) == results.request.folder

    def _read_history(self) -> None:
        entries = self._around.store.list_grids()[:_SHOWN_HISTORY]
        self._board.show(history=tuple(HistoryLine(entry.id, describe(entry)) for entry in entries))


def describe(entry: GridEntry) -> str:
    """One line of the history."""
    when = entry.created[:16].replace("T", " ")
    match entry.state:
        case GridState.FINISHED:
            end = f"{entry.failed} of {entry.total} answers failed" if entry.failed else f"{entry.total} answers"
        case GridState.STOPPED:
            end = f"stopped at {entry.done} of {entry.total}"
        case GridState.BEGUN:
            end = f"{entry.total} answers, begun"
    return f"{entry.name} · {when} · {end}"
