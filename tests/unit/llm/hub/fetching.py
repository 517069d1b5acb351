"""How the tests of downloads fetch, and leave off."""

import threading
import time

import pytest

from tests.hub_server import HubServer
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.hub.partial import PartialFolder
from workbench.llm.hub.tasks import download
from workbench.llm.hub.types import DownloadReport, DownloadRequest


def get(request: DownloadRequest) -> DownloadReport:
    return download(RecordingContext(), request)


def problem_of(request: DownloadRequest) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        get(request)
    return caught.value


def notes_of(context: RecordingContext) -> list[str]:
    return [note.text for note in context.produced]


def stop_after(request: DownloadRequest, hub: HubServer, at: int) -> None:
    """Leave a download with about `at` bytes: the server falls silent there, and the person pauses."""
    hub.faults.silent_after = at
    context = RecordingContext()
    worker = threading.Thread(target=lambda: download(context, request))
    worker.start()
    part = PartialFolder.for_request(request).part(request.files[0])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (part.path.exists() and part.path.stat().st_size >= at - 8192):
        time.sleep(0.01)
    context.command("pause")
    worker.join(60)
    assert not worker.is_alive()
    hub.faults.silent_after = None
