"""From a search to a job and back: folders, continuing, the finished report."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.placing import place
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.playground.search.journal import is_finished, read_report
from workbench.playground.search.types import SearchReport, SearchRequest

SEARCH_PROMPT = "workbench.playground.search.tasks:search_prompt"
"""The task's name; a test compares it. Importing the task would cost the window its imports."""
FOLDER = "prompt-searches"
"""In the data folder: one folder per search, with its answers and its report."""


def place_search(request: SearchRequest, paths: WorkbenchPaths) -> SearchRequest:
    """The request with its folder: that of an unfinished search of the same request (it goes on), or a new one."""
    content = request.model_copy(update={"folder": ""}).model_dump_json().encode()
    folder = place(paths.home / FOLDER, request.name, content, otherwise="search", is_finished=is_finished)
    return request.model_copy(update={"folder": str(folder)})


def search_job(request: SearchRequest, *, background: bool = False) -> JobSpec:
    """The durable job of a placed request. It and comparisons wait for each other: both fill the memory with models."""
    return JobSpec(
        task=SEARCH_PROMPT,
        params=request.model_dump(mode="json"),
        title=f"Search a better prompt: {request.name}",
        lane="compare",
        durable=True,
        background=background,
    )


def load_search_report(folder: str | Path) -> SearchReport:
    """The finished report of a search. WorkbenchError when it did not come to its end."""
    if not is_finished(Path(folder)):
        raise WorkbenchError(
            "The search did not come to its end.", hint="Start it again: it goes on where it was.", code="not_finished"
        )
    return read_report(Path(folder))
