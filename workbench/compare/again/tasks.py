"""Getting a comparison ready to be run again, as a job: it reads headers and hashes of files."""

from workbench.boundary import Boundary
from workbench.compare.again.repeating import repeat
from workbench.compare.catalogue import Catalogue
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import JobContext

PREPARE_AGAIN = "workbench.compare.again.tasks:prepare_again"


class AgainRequest(Boundary):
    report: ComparisonReport
    """Without its trials."""
    number: int = 0
    """Its number in the history."""
    written: str = ""
    """The comparison by names, as it was written."""
    catalogue: Catalogue


class AgainPreparation(Boundary):
    request: CompareRequest
    changes: tuple[str, ...] = ()
    """What is not as it was, in sentences."""


def prepare_again(context: JobContext, request: AgainRequest) -> AgainPreparation:
    """Find everything that the comparison was made of. Raises WorkbenchError for what is gone."""
    context.progress(0, 0, "Getting everything ready")
    found = repeat(request.report, request.catalogue, number=request.number)
    asked = found.request.model_copy(update={"written": request.written})
    return AgainPreparation(request=asked, changes=found.changes)
