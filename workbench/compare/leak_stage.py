"""The last stage of a run: which test questions had the arms seen before?"""

from pathlib import Path

from workbench.compare.answering import Tools
from workbench.compare.journal import Journal
from workbench.compare.leaks import LeakReport, find_leaks
from workbench.compare.types import CompareRequest
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.log import get_logger

_STAGE = "(leaks)"
_CACHE = ".vectors"
"""Beside the folders of the runs: what one comparison embedded, the next one need not."""
_log = get_logger("compare")


def look_for_leaks(context: JobContext, request: CompareRequest, tools: Tools, journal: Journal) -> LeakReport:
    """A search that breaks costs the answers nothing: what went wrong is noted in the report."""
    if journal.has_crashed(_STAGE):
        return LeakReport(notes=("Leaked questions were not looked for: the search ended its process, twice.",))
    cache = Path(request.folder).parent / _CACHE if request.folder else None
    try:
        with journal.attempt(_STAGE):
            return find_leaks(request, tools.open_embedder, cache=cache, tell=context.progress)
    except PART_FAULTS as error:
        _log.warning("the search for leaks failed", exc_info=error)
        return LeakReport(notes=(f"The search for leaked questions did not come to its end: {error}",))
