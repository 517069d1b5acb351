"""From a search to a job and back: folders, continuing, the finished report."""

import hashlib
import re
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.playground.search.journal import is_finished, read_report
from workbench.playground.search.types import SearchReport, SearchRequest

SEARCH_PROMPT = "workbench.playground.search.tasks:search_prompt"
"""The task's name; a test compares it. Importing the task would cost the window its imports."""
FOLDER = "prompt-searches"
"""In the data folder: one folder per search, with its answers and its report."""
_KEPT_OUT_OF_THE_NAME = re.compile(r"[^a-z0-9]+")


def place_search(request: SearchRequest, paths: WorkbenchPaths) -> SearchRequest:
    """The request with its folder: that of an unfinished search of the same request (it goes on), or a new one."""
    content = hashlib.sha256(request.model_copy(update={"folder": ""}).model_dump_json().encode()).hexdigest()[:12]
    slug = _KEPT_OUT_OF_THE_NAME.sub("-", request.name.casefold()).strip("-")[:40] or "search"
    number = 1
    while is_finished(folder := paths.home / FOLDER / f"{slug}-{content}-{number}"):
        number += 1
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
