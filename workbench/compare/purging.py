"""Comparisons that were deleted are forgotten after a while, with what lies in their folders."""

import datetime
import shutil
from collections.abc import Sequence
from pathlib import Path

from workbench.compare.history import ComparisonEntry
from workbench.compare.running import FOLDER
from workbench.compare.store import ComparisonStore
from workbench.paths import WorkbenchPaths

KEPT_DAYS = 7
"""How long a deleted comparison can come back."""


def purge_old(store: ComparisonStore, paths: WorkbenchPaths) -> int:
    """Forget what was deleted long ago; returns how many."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=KEPT_DAYS)
    old = store.set_aside_before(moment.isoformat(timespec="seconds"))
    purge_all(store, paths, old)
    return len(old)


def purge_all(store: ComparisonStore, paths: WorkbenchPaths, entries: Sequence[ComparisonEntry]) -> None:
    """Forget them for good."""
    for entry in entries:
        _purge(store, paths, entry)


def _purge(store: ComparisonStore, paths: WorkbenchPaths, entry: ComparisonEntry) -> None:
    """Forget one for good: its record, its trials, its folder. A folder elsewhere is left alone."""
    store.delete(entry.id)
    folder = Path(entry.folder) if entry.folder else None
    if folder is not None and folder.parent == paths.home / FOLDER:
        shutil.rmtree(folder, ignore_errors=True)
