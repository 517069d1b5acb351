"""From a resolved grid to a job and back: folders, continuing."""

from workbench.errors import WorkbenchError
from workbench.jobs.attempts import CRASHES_ALLOWED
from workbench.jobs.placing import place
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.playground.grid.journal import is_finished
from workbench.playground.grid.tasks import RUN_GRID
from workbench.playground.grid.types import GridRequest

FOLDER = "grids"
"""In the data folder: one folder per grid, with its transcripts."""
LARGEST_BYTES = 15 * 1024 * 1024
"""Of a request as JSON: it must fit into a message between processes."""


def place_grid(request: GridRequest, paths: WorkbenchPaths) -> GridRequest:
    """The request with its folder: that of an unfinished run of the same request, which it continues, or a new one.

    Raises WorkbenchError when the grid is too large to be handed to a worker.
    """
    content = request.model_copy(update={"folder": ""}).model_dump_json().encode()
    if len(content) > LARGEST_BYTES:
        raise WorkbenchError(
            f"The grid is too large: its rows and prompts have {len(content) / 1e6:.0f} MB together.",
            hint="Take fewer rows or fewer prompts.",
            code="grid_too_large",
        )
    folder = place(paths.home / FOLDER, request.name, content, otherwise="grid", is_finished=is_finished)
    return request.model_copy(update={"folder": str(folder)})


def grid_job(request: GridRequest, *, background: bool = False) -> JobSpec:
    """The durable job that fills a placed grid, goes on with it, or makes its failures again.

    `background` makes way for what a person does meanwhile.
    """
    return JobSpec(
        task=RUN_GRID,
        params=request.model_dump(mode="json"),
        title=f"Grid {request.name}",
        lane="grid",
        durable=True,
        background=background,
    )


def attempts_for(request: GridRequest) -> int:
    """How often a run may be started again after its process was killed: each combination may do it twice."""
    return CRASHES_ALLOWED * len(request.combinations) + 1
