"""Deleted adapters go for good, in a worker: removing many files may take a while."""

from pathlib import Path

from workbench.finetune.removal import PurgeReport, PurgeRequest, purge_due
from workbench.jobs.context import JobContext


def purge(context: JobContext, request: PurgeRequest) -> PurgeReport:
    """Remove the adapters whose time to come back is over."""
    context.progress(0, 0, "Removing")
    return PurgeReport(purged=tuple(purge_due(Path(request.adapters_folder))))
