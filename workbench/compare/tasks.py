"""The comparison as a job: every arm answers every question, each model is loaded once, what is done stays done."""

import platform
import time
from pathlib import Path

from workbench.boundary import Boundary
from workbench.compare.answering import RealTools, Tools
from workbench.compare.catalogue import Catalogue, resolve_from
from workbench.compare.conducting import Conductor
from workbench.compare.earlier_runs import plan_of
from workbench.compare.journal import Journal, NotWrittenError
from workbench.compare.judging import Judge
from workbench.compare.leak_stage import look_for_leaks
from workbench.compare.model_scores import score_with_models
from workbench.compare.pace import keep_paces
from workbench.compare.placing import place_run
from workbench.compare.progress import Trials
from workbench.compare.provenance import provenance_of
from workbench.compare.spec import ComparisonSpec
from workbench.compare.stopped_runs import load_request, sum_up_folder
from workbench.compare.summing_up import summarize
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.written import written_of
from workbench.datasets.types import RowProblem
from workbench.errors import WorkbenchError, disk_problem
from workbench.jobs.context import JobContext
from workbench.llm.types import LoadConfig
from workbench.paths import WorkbenchPaths

RUN_COMPARISON = "workbench.compare.tasks:run_comparison"
PREPARE = "workbench.compare.tasks:prepare"
PREPARE_RETRY = "workbench.compare.tasks:prepare_retry"
SUM_UP = "workbench.compare.tasks:sum_up"


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


def run_comparison(context: JobContext, request: CompareRequest) -> ComparisonReport:
    """Answer, score, time and judge. The returned report has no trials: they were produced one by one as `TrialDone`
    and lie in the folder's report.json (a message between processes is limited to 16 MB).
    """
    report = compare(context, request, RealTools())
    scoring = report.model_scoring
    told = scoring.model_copy(update={"pairs": ()}) if scoring else None
    return report.model_copy(update={"trials": (), "examples": (), "model_scoring": told})


def compare(context: JobContext, request: CompareRequest, tools: Tools) -> ComparisonReport:
    """The whole comparison with its trials. What an earlier attempt left in the folder is taken over.

    Raises WorkbenchError when the run's files cannot be written; what they hold stays.
    """
    folder = Path(request.folder) if request.folder else context.run_folder
    if folder is None:
        raise WorkbenchError("The comparison has no folder to work in.", code="no_folder")
    try:
        return _run(context, request, tools, folder)
    except NotWrittenError as error:
        raise disk_problem(error) or WorkbenchError(
            f"The files of the comparison cannot be written into {folder}.",
            hint="Make room or give leave to write there, then run it again: it goes on.",
            details=str(error),
            code="not_written",
        ) from error


def _run(context: JobContext, request: CompareRequest, tools: Tools, folder: Path) -> ComparisonReport:
    started = time.monotonic()
    provenance = provenance_of(request)
    journal = Journal(folder)
    journal.begin(request, plan_of(request))
    trials = Trials(context, request, journal, Judge(request.metrics, request.examples))
    Conductor(context, request, tools, journal, trials).conduct()
    scored = score_with_models(context, request, trials.all(), tools, journal)
    leaks = look_for_leaks(context, request, tools, journal)
    report = summarize(request, scored.trials, trials.measured, leaks).model_copy(
        update={
            "model_scoring": scored.scoring,
            "machine": f"{platform.system()} {platform.machine()}",
            "seconds": time.monotonic() - started,
            "reused": trials.reused,
            **provenance,
        }
    )
    journal.finish(report)
    keep_paces(folder.parent, request.arms, trials.watch, {arm.name: arm.timing.latency_seconds for arm in report.arms})
    return report


def sum_up(context: JobContext, request: SumUpRequest) -> ComparisonReport:
    """What a run that was stopped, or failed, has measured: the report without its trials, which were told as they
    came. Only reads, so that a full disk does not keep it from being shown. WorkbenchError where nothing was begun.
    """
    context.progress(0, 0, "Summing up what was measured")
    return sum_up_folder(Path(request.folder)).model_copy(update={"trials": (), "examples": ()})
