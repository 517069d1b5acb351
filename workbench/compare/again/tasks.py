"""Getting a comparison ready to be run again, as a job: it reads headers and hashes of files."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.compare.again.repeating import repeat
from workbench.compare.catalogue import Catalogue
from workbench.compare.placing import place_run
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import JobContext
from workbench.paths import WorkbenchPaths

PREPARE_AGAIN = "workbench.compare.again.tasks:prepare_again"


class AgainRequest(Boundary):
    report: ComparisonReport
    """Without its trials."""
    number: int = 0
    """Its number in the history."""
    written: str = ""
    """The comparison by names, as it was written."""
    catalogue: Catalogue
    home: str
    """The data folder, where the run is placed."""


class AgainPreparation(Boundary):
    request: CompareRequest
    changes: tuple[str, ...] = ()
    """What is not as it was, in sentences."""


def prepare_again(context: JobContext, request: AgainRequest) -> AgainPreparation:
    """Find everything that the comparison was made of, and place the run: nothing is taken over from earlier ones.

    Raises WorkbenchError for what is gone.
    """
    context.progress(0, 0, "Getting everything ready")
    found = repeat(request.report, request.catalogue, number=request.number)
    placed = place_run(found.request, WorkbenchPaths(Path(request.home)), fresh=True)
    asked = placed.model_copy(update={"written": request.written})
    return AgainPreparation(request=asked, changes=found.changes)
