"""The run of a comparison, whoever answers: conduct, score with models, look for leaks, sum up, keep."""

import platform
import time
from pathlib import Path

from workbench.compare.answering import Tools
from workbench.compare.budget import budget_of
from workbench.compare.conducting import Conductor
from workbench.compare.earlier_runs import plan_of
from workbench.compare.journal import Journal, NotWrittenError
from workbench.compare.judging import Judge
from workbench.compare.pace import keep_paces
from workbench.compare.progress import Trials
from workbench.compare.provenance import provenance_of
from workbench.compare.summing_up import summarize
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError, disk_problem
from workbench.jobs.context import JobContext
from workbench.log import get_logger

_log = get_logger("compare")


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
    context.progress(0, 0, "Looking what is there")
    from workbench.compare.leak_stage import look_for_leaks  # these two read what most runs need at their end only
    from workbench.compare.model_scores import score_with_models

    started, budget = time.monotonic(), budget_of(request)
    provenance = provenance_of(request)
    journal = Journal(folder)
    journal.begin(request, plan_of(request))
    trials = Trials(context, request, journal, Judge(request.metrics, request.examples))
    Conductor(context, request, tools, journal, trials, budget).conduct()
    scored = score_with_models(context, request, trials.all(), tools, journal, budget)
    leaks = look_for_leaks(context, request, tools, journal)
    report = summarize(request, scored.trials, trials.measured, leaks).model_copy(
        update={
            "model_scoring": scored.scoring,
            "machine": f"{platform.system()} {platform.machine()}",
            "seconds": time.monotonic() - started,
            **provenance,
        }
    )
    journal.finish(report)
    _keep_paces(folder.parent, request, trials, report)
    _write_down(report, folder)
    return report


def _keep_paces(runs: Path, request: CompareRequest, trials: Trials, report: ComparisonReport) -> None:
    """For estimates. The comparison is finished and kept: a disk that is full now takes nothing from it."""
    latencies = {arm.name: arm.timing.latency_seconds for arm in report.arms}
    try:
        keep_paces(runs, request.arms, trials.watch, latencies)
    except OSError as error:
        _log.warning("how long the comparison took could not be kept: %s", error)


def _write_down(report: ComparisonReport, run_folder: Path) -> None:
    """So that it can be run again from its folder. The comparison itself is kept already."""
    from workbench.compare.again.run_folder import AGAIN, write_run_folder  # brings YAML, not needed before the end

    try:
        write_run_folder(report, run_folder / AGAIN)
    except (OSError, WorkbenchError, ValueError) as error:
        _log.warning("how to run the comparison again could not be written down: %s", error)
