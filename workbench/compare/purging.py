"""Comparisons that were deleted are forgotten after a while, with what lies in their folders."""

import datetime
import shutil
from pathlib import Path

from workbench.compare.running import FOLDER
from workbench.compare.store import ComparisonEntry, ComparisonStore
from workbench.paths import WorkbenchPaths

KEPT_DAYS = 7
"""How long a deleted comparison can come back."""


def purge_old(store: ComparisonStore, paths: WorkbenchPaths) -> int:
    """Forget what was deleted long ago; returns how many."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=KEPT_DAYS)
    old = store.set_aside_before(moment.isoformat(timespec="seconds"))
    for entry in old:
        purge(store, paths, entry)
    return len(old)


def purge(store: ComparisonStore, paths: WorkbenchPaths, entry: ComparisonEntry) -> None:
    """Forget one for good: its record, its trials, its folder. A folder elsewhere is left alone."""
    store.delete(entry.id)
    folder = Path(entry.folder) if entry.folder else None
    if folder is not None and folder.parent == paths.home / FOLDER:
        shutil.rmtree(folder, ignore_errors=True)
