"""Where a run keeps its files: in the folder of an unfinished run of the same request, or in a new one."""

from pathlib import Path

from workbench.compare.blocks import fitted
from workbench.compare.earlier_runs import plan_of, waves_after
from workbench.compare.economy import Economy
from workbench.compare.journal import is_finished
from workbench.compare.types import CompareRequest
from workbench.compare.weights import Weights
from workbench.jobs.placing import place
from workbench.paths import WorkbenchPaths

FOLDER = "comparisons"
"""In the data folder: one folder per run, with its trials and its report."""
LANE = "compare"
"""Of the jobs that run comparisons: what a purge of documents looks through."""
_DECIDES_NOTHING = {
    "folder": "",
    "written": "",
    "budget_seconds": 0.0,
    "expectations": (),
    "margin": 0.05,
    "weights": Weights(),
    "economy": Economy(),
}
"""What may change between a stop and going on."""


def last_finished(request: CompareRequest) -> Path | None:
    """The folder of the last finished run of the same placed request; None where there is none."""
    folder = Path(request.folder)
    name, _, number = folder.name.rpartition("-")
    before = folder.with_name(f"{name}-{int(number) - 1}") if number.isdecimal() else folder
    return before if before != folder and is_finished(before) else None


def place_run(request: CompareRequest, paths: WorkbenchPaths, *, fresh: bool = False) -> CompareRequest:
    """The request with its folder, and with its questions in waves: those of an earlier run that asked some of them.

    `fresh`: answers of earlier runs are not taken over.
    """
    folder, count = paths.home / FOLDER, len(request.examples)
    waves = fitted(request.waves, count) if request.waves else waves_after(folder, plan_of(request))
    request = request.model_copy(update={"waves": waves or (count,), "earlier": "" if fresh else str(folder)})
    content = request.model_copy(update=_DECIDES_NOTHING).model_dump_json().encode()
    placed = place(folder, request.name, content, otherwise="comparison", is_finished=is_finished)
    return request.model_copy(update={"folder": str(placed)})
