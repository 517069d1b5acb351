"""What is done before and after the run of a comparison, as jobs: getting ready, asking again, summing up."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.compare.catalogue import Catalogue, resolve_from
from workbench.compare.placing import place_run
from workbench.compare.run_task import RUN_COMPARISON, run_comparison
from workbench.compare.spec import ComparisonSpec
from workbench.compare.stopped_runs import load_request, sum_up_folder
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.whole_run import compare
from workbench.compare.written import written_of
from workbench.datasets.types import RowProblem
from workbench.jobs.context import JobContext
from workbench.llm.types import LoadConfig
from workbench.paths import WorkbenchPaths

__all__ = [
    "PREPARE",
    "PREPARE_RETRY",
    "RUN_COMPARISON",
    "SUM_UP",
    "WORKER",
    "Preparation",
    "PrepareRequest",
    "RetryRequest",
    "SumUpRequest",
    "compare",
    "prepare",
    "prepare_retry",
    "run_comparison",
    "sum_up",
]

PREPARE = "workbench.compare.tasks:prepare"
PREPARE_RETRY = "workbench.compare.tasks:prepare_retry"
SUM_UP = "workbench.compare.tasks:sum_up"
WORKER = "compare"
"""Warm: reading the questions starts it, and whoever presses "Run" waits for no process to begin and to import."""


class PrepareRequest(Boundary):
    """A comparison by names, and what the names mean."""

    spec: ComparisonSpec
    catalogue: Catalogue
    load: LoadConfig = LoadConfig()
    home: str = ""
    """The data folder, where the run is given its folder; empty: it is given none yet."""
    fresh: bool = False
    """Whether everything is asked anew, whatever earlier runs answered."""


class Preparation(Boundary):
    request: CompareRequest
    problems: tuple[RowProblem, ...] = ()
    """Rows of the question file that are left out."""


class RetryRequest(Boundary):
    """A run whose failures shall be asked again, and what was not asked yet."""

    folder: str
    """Of the run."""
    home: str


class SumUpRequest(Boundary):
    folder: str
    """Of a run that did not come to its end."""


def prepare(context: JobContext, request: PrepareRequest) -> Preparation:
    """Find and read everything that a comparison names: what takes a moment and may read files of any kind."""
    context.progress(0, 0, "Getting everything ready")
    resolved = resolve_from(request.catalogue, request.spec, load=request.load)
    asked = resolved.request
    if request.home:
        asked = place_run(asked, WorkbenchPaths(Path(request.home)), fresh=request.fresh)
    asked = asked.model_copy(update={"written": written_of(request.spec, asked)})
    return Preparation(request=asked, problems=resolved.problems)


def prepare_retry(context: JobContext, request: RetryRequest) -> Preparation:
    """The same comparison in a run of its own: what was answered is taken over, the rest is asked.

    Raises WorkbenchError when the run's files are gone.
    """
    context.progress(0, 0, "Getting everything ready")
    asked = load_request(Path(request.folder)).model_copy(update={"folder": "", "earlier": ""})
    return Preparation(request=place_run(asked, WorkbenchPaths(Path(request.home))))


def sum_up(context: JobContext, request: SumUpRequest) -> ComparisonReport:
    """What a run that was stopped, or failed, has measured: the report without its trials, which were told as they
    came. Only reads, so that a full disk does not keep it from being shown. WorkbenchError where nothing was begun.
    """
    context.progress(0, 0, "Summing up what was measured")
    return sum_up_folder(Path(request.folder)).model_copy(update={"trials": (), "examples": ()})
