"""What workers do with grids. Requests carry everything; nothing here opens the database."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.datasets.types import RowProblem
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.playground.grid.export import Format, write_grid
from workbench.playground.grid.filling import Filling, RealTools, Tools
from workbench.playground.grid.journal import GridJournal, read_outcomes
from workbench.playground.grid.rows import rows_of_data_set, rows_of_file
from workbench.playground.grid.summing_up import summarize
from workbench.playground.grid.types import CellsDone, GridReport, GridRequest, GridRow
from workbench.playground.template import PromptRenderer

READ_ROWS = "workbench.playground.grid.tasks:read_grid_rows"
RUN_GRID = "workbench.playground.grid.tasks:run_grid"
OPEN_GRID = "workbench.playground.grid.tasks:open_grid"
EXPORT_GRID = "workbench.playground.grid.tasks:export_grid"
_TOLD_AT_ONCE = 1000


class RowsRequest(Boundary):
    """Which rows: those of a file, or of a saved data set."""

    path: str
    """The file of questions, or the rows file of the data set."""
    data_set: str = ""
    """The data set's name; empty for a file of questions."""
    content_hash: str = ""
    """Of the data set's rows file."""
    limit: int = 0
    """Above 0: only so many rows."""


class RowsReport(Boundary):
    request: RowsRequest
    rows: tuple[GridRow, ...]
    problems: tuple[RowProblem, ...] = ()
    """Rows that cannot be used."""


class ExportRequest(Boundary):
    grid: GridRequest
    path: str
    format: Format


class ExportReport(Boundary):
    path: str
    cells: int


def read_grid_rows(context: JobContext, request: RowsRequest) -> RowsReport:
    """Read the rows of a grid. Raises WorkbenchError when none can be used."""
    context.progress(0, 0, "Reading the rows")
    path = Path(request.path)
    if request.data_set:
        found = rows_of_data_set(request.data_set, path, request.content_hash, request.limit)
    else:
        found = rows_of_file(path, request.limit)
    return RowsReport(request=request, rows=found.rows, problems=found.problems)


def run_grid(context: JobContext, request: GridRequest) -> GridReport:
    """Fill the grid, or go on with it: what is in the folder is taken over, failures are made again."""
    return fill_grid(context, request, RealTools())


def fill_grid(context: JobContext, request: GridRequest, tools: Tools) -> GridReport:
    """`run_grid` with these tools."""
    folder = Path(request.folder) if request.folder else context.run_folder
    if folder is None:
        raise WorkbenchError("The grid has no folder to work in.", code="no_folder")
    journal = GridJournal(folder)
    with PromptRenderer() as renderer:
        filling = Filling(context, request, tools, journal, renderer)
        filling.fill()
    report = summarize(request, filling.outcomes)
    journal.finish(report)
    return report


def open_grid(context: JobContext, request: GridRequest) -> GridReport:
    """The cells that a grid of earlier has, produced as `CellsDone`, and their summary."""
    context.progress(0, 0, "Opening the grid")
    outcomes = read_outcomes(Path(request.folder))
    told = tuple(outcomes.values())
    for start in range(0, len(told), _TOLD_AT_ONCE):
        some = told[start : start + _TOLD_AT_ONCE]
        context.produce(CellsDone(outcomes=some, done=start + len(some), total=request.size))
    return summarize(request, outcomes)


def export_grid(context: JobContext, request: ExportRequest) -> ExportReport:
    """Write all cells with their transcripts. Raises WorkbenchError when the file cannot be written."""
    context.progress(0, 0, "Writing the grid")
    return ExportReport(path=request.path, cells=write_grid(request.grid, Path(request.path), request.format))
