"""The jobs that talk to the hub, as the window and the command line submit them."""

from pathlib import Path

from workbench.jobs.spec import JobSpec
from workbench.llm.hub.names import check_names, check_repository
from workbench.llm.hub.tasks import DISCARD, DOWNLOAD, LIST_FILES, SEARCH
from workbench.llm.hub.types import (
    DiscardRequest,
    DownloadRequest,
    FileChoice,
    ListFilesRequest,
    RepositoryFiles,
    SearchRequest,
)


def search_spec(request: SearchRequest) -> JobSpec:
    """Result is a `SearchReport`."""
    return JobSpec(task=SEARCH, params=request.model_dump(mode="json"), title=f"Search the hub for {request.query}")


def files_spec(request: ListFilesRequest) -> JobSpec:
    """Result is a `RepositoryFiles`."""
    return JobSpec(task=LIST_FILES, params=request.model_dump(mode="json"), title=f"List {request.repository}")


def download_request(hub: str, listed: RepositoryFiles, choice: FileChoice, models_folder: Path) -> DownloadRequest:
    """Exactly what was listed. Raises WorkbenchError for names that cannot be written here."""
    check_repository(listed.repository)
    check_names(choice.files)
    return DownloadRequest(
        hub=hub,
        repository=listed.repository,
        revision=listed.revision,
        files=choice.files,
        models_folder=str(models_folder),
        quantization=choice.quantization,
        licence=listed.licence,
    )


def download_spec(request: DownloadRequest) -> JobSpec:
    """Durable: it goes on when the window is closed. The same request again goes on from what is there."""
    return JobSpec(
        task=DOWNLOAD,
        params=request.model_dump(mode="json"),
        title=f"Download {request.files[0].name}",
        durable=True,
        background=True,
    )


def discard_spec(request: DownloadRequest) -> JobSpec:
    """Forget what is there of an unfinished download."""
    return JobSpec(
        task=DISCARD,
        params=DiscardRequest(download=request).model_dump(mode="json"),
        title=f"Discard {request.files[0].name}",
    )
