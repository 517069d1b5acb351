"""What workers do with the hub. Each was asked for by a person: they alone may reach the network."""

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.hub import client
from workbench.llm.hub.downloading import Download
from workbench.llm.hub.partial import PartialFolder
from workbench.llm.hub.types import (
    DiscardRequest,
    DownloadReport,
    DownloadRequest,
    ListFilesRequest,
    RepositoryFiles,
    SearchReport,
    SearchRequest,
)

SEARCH = "workbench.llm.hub.tasks:search"
LIST_FILES = "workbench.llm.hub.tasks:list_files"
DOWNLOAD = "workbench.llm.hub.tasks:download"
DISCARD = "workbench.llm.hub.tasks:discard"


def search(context: JobContext, request: SearchRequest) -> SearchReport:
    """Repositories with GGUF files, the most downloaded first."""
    context.progress(0, 0, "Asking the hub")
    return SearchReport(query=request.query, found=tuple(client.search(request.hub, request.query, request.limit)))


def list_files(context: JobContext, request: ListFilesRequest) -> RepositoryFiles:
    """The GGUF files of one repository."""
    context.progress(0, 0, "Asking the hub")
    return client.list_files(request.hub, request.repository, request.revision)


def download(context: JobContext, request: DownloadRequest) -> DownloadReport:
    """Fetch the files, or go on with them; produces `DownloadNote`s.

    Commands: "pause" ends with what is there kept, "discard" forgets it. A cancel keeps it too.
    """
    if not request.files:
        raise WorkbenchError("No file was chosen to download.", code="nothing_chosen")
    return Download(context, request).run()


def discard(_context: JobContext, request: DiscardRequest) -> None:
    """Forget an unfinished download. Raises WorkbenchError while a process is at it."""
    partial = PartialFolder.for_request(request.download)
    if not partial.folder.exists():
        return
    with partial.lock as lock:
        if not lock.try_acquire():
            raise WorkbenchError(
                f"{request.download.files[0].name} is being downloaded right now.",
                hint="Stop that first.",
                code="already_downloading",
            )
        partial.remove()
