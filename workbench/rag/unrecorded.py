"""What jobs keep beside the database: work that is not over, and what ended jobs said. A purge reaches it too."""

import shutil
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.old_runs import remove_heard_runs, unheard_runs
from workbench.paths import WorkbenchPaths
from workbench.rag.collection_jobs import LANE

_REQUESTS = "*/request.json"


def forget_jobs(paths: WorkbenchPaths, collection_folder: str) -> None:
    """The runs of ended jobs on a collection: they call documents by their names. What they made is in the database."""
    remove_heard_runs(paths.runs, LANE, collection_folder)


def refuse_while_read(paths: WorkbenchPaths, collection_folder: str) -> None:
    """Raises WorkbenchError while a comparison, say, works with a collection: it would write down again what a purge
    removes."""
    for spec in unheard_runs(paths.runs, collection_folder):
        if not spec.lane.startswith(LANE):
            raise WorkbenchError(
                f"“{spec.title}” works with this collection, and would write down again what is to be purged.",
                hint="The documents stay hidden, and are purged once it has ended. Stop it to have that now.",
                code="collection_read",
            )


def forget_work(paths: WorkbenchPaths, collection_folder: str, *, is_all: bool) -> None:
    """Unfinished tunings of a collection, which hold texts and questions, and measurements that found nothing yet;
    with `is_all` also those that did. `collection_folder` is that of its indexes: nothing else is called so."""
    for request in (paths.home / "tunings").glob(_REQUESTS):
        _forget(request, collection_folder)
    for request in (paths.home / "measurements").glob(_REQUESTS):
        if is_all or not (request.parent / "outcomes.jsonl").exists():
            _forget(request, collection_folder)


def _forget(request: Path, collection_folder: str) -> None:
    if collection_folder in request.read_text(encoding="utf-8", errors="replace"):
        shutil.rmtree(request.parent, ignore_errors=True)
