"""Runs that did not come to their end: what they measured is summed up from their folder."""

from pathlib import Path

from pydantic import ValidationError

from workbench.compare.journal import REQUEST, read_unfinished
from workbench.compare.summing_up import summarize
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError


def load_request(folder: Path) -> CompareRequest:
    """What a run was asked for, whole. Raises WorkbenchError when its folder is gone."""
    try:
        return CompareRequest.model_validate_json((folder / REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise WorkbenchError(
            "The files of that comparison are gone, or of another version of the program.",
            hint="Open its set-up and run it.",
            details=str(error),
            code="no_run",
        ) from error


def sum_up_folder(folder: Path) -> ComparisonReport:
    """The report on what is there, with its trials; says how much is missing. Only reads.

    Raises WorkbenchError when nothing was begun there.
    """
    try:
        request, trials, measured = read_unfinished(folder)
    except (OSError, ValidationError) as error:
        raise WorkbenchError(
            "Nothing was measured yet.", hint="Run the comparison.", details=str(error), code="nothing_measured"
        ) from error
    return summarize(request, trials, measured)
