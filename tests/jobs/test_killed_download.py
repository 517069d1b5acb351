"""Downloads in real durable workers: killed, paused, cancelled, gone on with; the window may close meanwhile."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub_server import HubServer
from tests.jobs.conftest import PATIENCE_SECONDS, Heard, wait_until_gone
from tests.llm_models import write_tiny_gguf
from tests.unit.llm.hub.conftest import FILE, REPOSITORY, MakeRequest, library_files, make_request, no_proxy
from workbench.jobs.events import Cancelled, Crashed, Finished, LastWord, Progressed, Started
from workbench.jobs.runner import JobRunner
from workbench.llm.hub.partial import SYNC_BYTES, PartialFolder, list_partials
from workbench.llm.hub.running import discard_spec, download_spec
from workbench.llm.hub.types import DownloadReport, DownloadRequest
from workbench.paths import WorkbenchPaths

__all__ = ["make_request", "no_proxy"]  # fixtures
MB = 1024 * 1024


@pytest.fixture(scope="session")
def big_model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real GGUF of about 20 MB."""
    path = write_tiny_gguf(tmp_path_factory.mktemp("hub") / FILE, width=512, feed_forward=1024)
    return path.read_bytes()


@pytest.fixture
def hub(big_model: bytes) -> Iterator[HubServer]:
    server = HubServer()
    server.add(REPOSITORY, FILE, big_model)
    with server.serving():
        yield server


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kept(request: DownloadRequest) -> int:
    return PartialFolder.for_request(request).part(request.files[0]).kept_bytes


def arrived(request: DownloadRequest) -> int:
    path = PartialFolder.for_request(request).part(request.files[0]).path
    return path.stat().st_size if path.exists() else 0


def patient(request: DownloadRequest) -> DownloadRequest:
    return request.model_copy(update={"patience": request.patience.model_copy(update={"silence_seconds": 60})})


def run(runner: JobRunner, request: DownloadRequest) -> LastWord | None:
    return runner.submit(download_spec(request), Heard()).wait(PATIENCE_SECONDS)


def test_that_a_download_killed_in_the_middle_goes_on_with_at_most_8_mb_twice(
    runner: JobRunner, hub: HubServer, make_request: MakeRequest, home: WorkbenchPaths, big_model: bytes
) -> None:
    request = patient(make_request())
    for silent_at in (9 * MB, 9 * MB):  # of what is left: twice
        hub.faults.silent_after = silent_at
        before = kept(request)
        heard = Heard()
        handle = runner.submit(download_spec(request), heard)
        started = heard.wait_for(lambda event: isinstance(event, Started))
        assert isinstance(started, Started)
        wait_for(lambda before=before: kept(request) >= before + SYNC_BYTES)  # type: ignore[misc]
        os.kill(started.pid, signal.SIGKILL)
        assert isinstance(handle.wait(PATIENCE_SECONDS), Crashed)
        assert library_files(home) == []
    (unfinished,) = list_partials(home.models)
    assert unfinished.kept_bytes >= 2 * SYNC_BYTES and not unfinished.is_running
    hub.faults.silent_after = None
    word = run(runner, request)
    assert isinstance(word, Finished)
    report = DownloadReport.model_validate(word.result)
    assert report.resumed_at == unfinished.kept_bytes
    assert report.fetched_bytes == len(big_model) - unfinished.kept_bytes
    assert library_files(home)[0].read_bytes() == big_model
    assert list_partials(home.models) == []


def test_that_a_paused_download_ends_its_worker_and_goes_on_later(
    runner: JobRunner, hub: HubServer, make_request: MakeRequest, home: WorkbenchPaths, big_model: bytes
) -> None:
    request = patient(make_request())
    hub.faults.silent_after = 3 * MB
    handle = runner.submit(download_spec(request), Heard())
    wait_for(lambda: arrived(request) > 2 * MB)
    runner.send_command(handle.id, "pause")
    word = handle.wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished)
    report = DownloadReport.model_validate(word.result)
    assert not report.finished and report.kept_bytes == kept(request) > 0
    hub.faults.silent_after = None
    word = run(runner, request)
    assert isinstance(word, Finished) and word.result["resumed_at"] == report.kept_bytes
    assert library_files(home)[0].read_bytes() == big_model


def test_that_a_cancelled_download_is_kept_until_it_is_discarded(
    runner: JobRunner, hub: HubServer, make_request: MakeRequest, home: WorkbenchPaths
) -> None:
    request = patient(make_request())
    hub.faults.silent_after = 3 * MB
    handle = runner.submit(download_spec(request), Heard())
    wait_for(lambda: arrived(request) > 2 * MB)
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    assert kept(request) > 0
    assert isinstance(runner.submit(discard_spec(request), Heard()).wait(PATIENCE_SECONDS), Finished)
    assert list_partials(home.models) == []


def test_that_a_download_goes_on_when_the_window_closes(
    hub: HubServer, make_request: MakeRequest, home: WorkbenchPaths, big_model: bytes
) -> None:
    request = patient(make_request())
    hub.faults.bytes_per_second = 8 * MB
    first = JobRunner(home, grace_seconds=0.3)
    heard = Heard()
    first.submit(download_spec(request), heard)
    heard.wait_for(lambda event: isinstance(event, Progressed) and event.done > 0)
    assert list_partials(home.models)[0].is_running
    first.shutdown()
    second = JobRunner(home, grace_seconds=0.3)
    (handle,) = second.attach_durable(lambda _spec: Heard())
    word = handle.wait(PATIENCE_SECONDS)
    second.shutdown()
    started = heard.wait_for(lambda event: isinstance(event, Started))
    assert isinstance(started, Started)
    wait_until_gone(started.pid)
    assert isinstance(word, Finished) and word.result["finished"]
    assert Path(word.result["path"]).read_bytes() == big_model
    assert len(hub.fetched) == 1
