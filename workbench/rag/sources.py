"""Whether what a user added can be indexed at all, asked before a job is made."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.rag.folders import OwnFolders

_PATIENCE_SECONDS = 2.0


def check_sources(sources: Sequence[Path], own: OwnFolders | None = None) -> None:
    """Raise WorkbenchError when none of the sources can be indexed: then there is nothing to do.

    Returns within two seconds: what a drive that does not answer holds is left to the job.
    """
    problems: list[WorkbenchError] = []

    def look() -> None:
        try:
            _check_sources(sources, own)
        except WorkbenchError as problem:
            problems.append(problem)

    looking = threading.Thread(target=look, name="check-sources", daemon=True)
    looking.start()
    looking.join(_PATIENCE_SECONDS)
    if problems:
        raise problems[0]


def _check_sources(sources: Sequence[Path], own: OwnFolders | None) -> None:
    missing = [source for source in sources if not os.path.lexists(source)]
    refused = [source for source in sources if own is not None and source not in missing and own.hold(source)]
    if own is not None and refused and len(missing) + len(refused) == len(sources):
        raise WorkbenchError(
            f"{refused[0]} lies in LLM Workbench's own data folder and cannot be indexed.",
            hint=f"Copy the documents to a place outside {own.home} and add that; "
            "opened sample projects can be indexed where they are.",
            details="\n".join(map(str, refused)),
            code="own_files",
        )
    if sources and len(missing) == len(sources):
        raise WorkbenchError(
            f"There is no file or folder {missing[0]}.",
            hint="Check the path.",
            details="\n".join(map(str, missing)),
            code="no_file",
        )
