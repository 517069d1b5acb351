"""Downloads against a hub that cuts connections: what is kept, what is asked again, where it goes."""

import errno
import hashlib
import io
import shutil
import threading
import time
from collections import namedtuple
from pathlib import Path

import pytest

from tests.hub_server import HubServer
from tests.unit.llm.hub.conftest import FILE, REPOSITORY, MakeRequest, library_files, partial_files
from tests.unit.llm.hub.fetching import get, problem_of, stop_after
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.jobs.events import Failed
from workbench.jobs.execution import Execution
from workbench.llm.hub import downloading
from workbench.llm.hub.partial import SYNC_BYTES, Part, PartialFolder, list_partials
from workbench.llm.hub.tasks import DOWNLOAD, discard, download
from workbench.llm.hub.types import DiscardRequest, RemoteFile
from workbench.paths import WorkbenchPaths


def test_that_a_whole_file_comes_into_the_library_and_nothing_else_is_left(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    context = RecordingContext()
    report = download(context, make_request())
    assert report.finished and report.model is not None
    assert Path(report.path) == home.models / "Someone" / "Tiny-Model-GGUF" / FILE
    assert Path(report.path).read_bytes() == model_bytes
    assert report.model.architecture == "llama" and not report.model.problem
    assert report.fetched_bytes == hub.sent_bytes == len(model_bytes)
    assert partial_files(home) == [] and list_partials(home.models) == []
    assert context.progressed[0][:2] == (0, len(model_bytes))


def test_that_a_connection_cut_again_and_again_costs_no_byte_twice(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    hub.faults.cut_after = 800_000
    report = get(make_request())
    assert report.finished
    assert library_files(home)[0].read_bytes() == model_bytes
    assert len(hub.fetched) == -(-len(model_bytes) // 800_000)
    assert hub.sent_bytes == len(model_bytes)
    assert [request.range for request in hub.fetched[:2]] == ["", "bytes=800000-"]


def test_that_a_server_that_never_gets_further_is_given_up_with_what_is_kept(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    request = make_request()
    stop_after(request, hub, 1_000_000)
    hub.faults.cut_after = 0
    problem = problem_of(request)
    assert problem.code == "hub_unreachable"
    assert "are kept: a new start goes on there" in problem.hint
    (partial,) = list_partials(home.models)
    assert partial.kept_bytes > 900_000 and not partial.is_running
    hub.faults.cut_after = None
    assert get(request).resumed_at == partial.kept_bytes


def test_that_a_pause_keeps_what_is_there_and_the_same_request_goes_on_from_it(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    request = make_request()
    stop_after(request, hub, 1_500_000)
    assert library_files(home) == []
    before = hub.sent_bytes
    report = get(request)
    assert report.finished and report.resumed_at >= 1_400_000
    assert report.fetched_bytes == len(model_bytes) - report.resumed_at
    assert hub.sent_bytes - before == report.fetched_bytes
    assert Path(report.path).read_bytes() == model_bytes


def test_that_a_pause_is_heard_at_once_while_the_server_is_silent(
    make_request: MakeRequest, hub: HubServer, model_bytes: bytes
) -> None:
    request = make_request()
    patient = request.model_copy(update={"patience": request.patience.model_copy(update={"silence_seconds": 300})})
    begun = time.monotonic()
    stop_after(patient, hub, 500_000)
    assert time.monotonic() - begun < 30, "it waited for the server"


def test_that_a_cancel_keeps_and_a_discard_forgets(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths
) -> None:
    request = make_request()
    stop_after(request, hub, 1_000_000)
    context = RecordingContext()
    context.cancelled.set()
    with pytest.raises(JobCancelled):
        download(context, request)
    assert FILE in partial_files(home)
    discard(RecordingContext(), DiscardRequest(download=request))
    assert partial_files(home) == [] and list_partials(home.models) == []


def test_that_a_running_download_is_discarded_by_its_command(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths
) -> None:
    hub.faults.silent_after = 400_000
    context = RecordingContext()
    ended: list[type[BaseException]] = []

    def run() -> None:
        try:
            download(context, make_request())
        except JobCancelled as end:
            ended.append(type(end))

    worker = threading.Thread(target=run)
    worker.start()
    deadline = time.monotonic() + 60
    while not context.progressed and time.monotonic() < deadline:
        time.sleep(0.01)
    context.command("discard")
    worker.join(60)
    assert ended == [JobCancelled]
    assert partial_files(home) == []


def test_that_a_server_in_trouble_is_asked_again(make_request: MakeRequest, hub: HubServer) -> None:
    hub.faults.status, hub.faults.refusals = 503, 3
    context = RecordingContext()
    assert download(context, make_request()).finished
    assert len(hub.fetched) == 4
    assert [label for _, _, label in context.progressed].count("Waiting for the hub, tries again in 1 s") == 3


def test_that_a_server_that_falls_silent_is_asked_again_for_the_rest(
    make_request: MakeRequest, hub: HubServer, model_bytes: bytes
) -> None:
    hub.faults.silent_after, hub.faults.silences = 1_000_000, 1
    request = make_request()
    short = request.model_copy(update={"patience": request.patience.model_copy(update={"silence_seconds": 0.5})})
    report = get(short)
    assert report.finished and report.fetched_bytes == len(model_bytes)
    assert all(request.range for request in hub.fetched)  # the first one is still being answered


def test_that_a_wish_to_wait_is_granted(make_request: MakeRequest, hub: HubServer) -> None:
    hub.faults.status, hub.faults.refusals, hub.faults.headers = 429, 1, {"Retry-After": "1"}
    begun = time.monotonic()
    assert get(make_request()).finished
    assert time.monotonic() - begun >= 1.0


def test_that_a_token_is_nowhere_on_the_disk(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    hub.token = "hf_canary"
    stop_after(make_request(), hub, 500_000)
    assert partial_files(home)
    for path in home.home.rglob("*"):
        assert path.is_dir() or b"hf_canary" not in path.read_bytes()


def test_that_too_little_space_is_said_before_the_first_byte(
    make_request: MakeRequest, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 1_000_000))
    problem = problem_of(make_request())
    assert problem.code == "disk_full"
    assert "needs 5.3 MB more" in problem.message and "1.0 MB are free" in problem.message
    assert hub.requests == []


def test_that_what_is_there_counts_against_the_space_that_is_needed(
    make_request: MakeRequest, hub: HubServer, monkeypatch: pytest.MonkeyPatch, model_bytes: bytes
) -> None:
    request = make_request()
    stop_after(request, hub, len(model_bytes) - 200_000)
    usage = namedtuple("usage", "total used free")
    free = downloading.MARGIN_BYTES + 300_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, free))
    assert get(request).finished


def test_that_a_disk_that_fills_up_in_the_middle_keeps_what_was_safe(
    make_request: MakeRequest, hub: HubServer, monkeypatch: pytest.MonkeyPatch, model_bytes: bytes
) -> None:
    request = make_request()
    write = Part.write

    def write_until_full(self: Part, data: bytes) -> None:
        if self.length > 2_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, data)

    monkeypatch.setattr(Part, "write", write_until_full)
    journal = io.StringIO()
    word = Execution("job", journal).run(DOWNLOAD, request.model_dump(mode="json"))  # type: ignore[arg-type]
    assert isinstance(word, Failed) and word.code == "disk_full" and "bug" not in word.message
    monkeypatch.undo()
    (partial,) = list_partials(Path(request.models_folder))
    assert partial.kept_bytes > 1_900_000
    assert get(request).resumed_at == partial.kept_bytes


def test_that_a_file_that_is_there_already_is_not_fetched(make_request: MakeRequest, hub: HubServer) -> None:
    get(make_request())
    asked = len(hub.requests)
    report = get(make_request())
    assert report.finished and report.fetched_bytes == 0
    assert len(hub.requests) == asked


def test_that_another_file_of_that_name_is_never_overwritten(
    make_request: MakeRequest, home: WorkbenchPaths, hub: HubServer
) -> None:
    own = home.models / REPOSITORY / FILE
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    assert problem_of(make_request()).code == "file_in_the_way"
    assert own.read_bytes() == b"mine"
    assert hub.requests == []


@pytest.mark.parametrize(
    "name", ["../../evil.gguf", "/etc/evil.gguf", "a\\b.gguf", "CON.gguf", "x/../../y.gguf", ".x/a"]
)
def test_that_a_name_that_leaves_the_folder_is_refused(make_request: MakeRequest, hub: HubServer, name: str) -> None:
    file = make_request().files[0].model_copy(update={"name": name})
    assert problem_of(make_request(files=(file,))).code == "unsafe_name"
    assert hub.requests == []


def test_that_a_right_file_that_is_no_model_stays_out(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths
) -> None:
    hub.repositories[REPOSITORY][FILE] = b"<html>a page that was uploaded as a model</html>"
    problem = problem_of(make_request())
    assert problem.code == "model_unusable"
    assert "web page" in problem.message
    assert library_files(home) == [] and partial_files(home) == []


def test_that_a_file_in_git_itself_is_checked_by_its_git_name(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    git_name = hashlib.sha1(b"blob %d\0" % len(model_bytes) + model_bytes).hexdigest()
    file = RemoteFile(name=FILE, size_bytes=len(model_bytes), git_blob=git_name)
    assert get(make_request(files=(file,))).finished
    wrong = file.model_copy(update={"git_blob": "0" * 40})
    library_files(home)[0].unlink()
    assert problem_of(make_request(files=(wrong,))).code == "checksum_differs"


def test_that_a_file_without_any_checksum_is_refused(make_request: MakeRequest, hub: HubServer) -> None:
    file = make_request().files[0].model_copy(update={"sha256": ""})
    assert problem_of(make_request(files=(file,))).code == "no_checksum"
    assert hub.requests == []


def test_that_two_downloads_of_one_file_are_one_transfer(make_request: MakeRequest, hub: HubServer) -> None:
    request = make_request()
    folder = PartialFolder.for_request(request)
    folder.create()
    with folder.lock as lock:
        assert lock.try_acquire()
        assert problem_of(request).code == "already_downloading"
    assert hub.requests == []


def test_that_the_journal_never_names_more_than_is_safe(make_request: MakeRequest, hub: HubServer) -> None:
    """Bytes after the last sync count as lost, whatever the length of the file says: a power cut leaves zeros there."""
    request = make_request()
    stop_after(request, hub, 1_000_000)
    part = PartialFolder.for_request(request).part(request.files[0])
    kept = part.kept_bytes
    with part.path.open("ab") as file:
        file.write(bytes(100_000))
    assert PartialFolder.for_request(request).part(request.files[0]).kept_bytes == kept
    assert get(request).finished
    assert SYNC_BYTES <= 8 * 1024 * 1024


def test_that_a_damaged_journal_costs_only_a_new_start(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths
) -> None:
    stop_after(make_request(), hub, 1_000_000)
    next(home.models.glob(".partial/*/*.journal")).write_bytes(b"\xff\x00")
    report = get(make_request())
    assert report.finished and report.resumed_at == 0


def test_that_all_parts_of_a_split_model_come_together(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    names = [f"big-{number:05d}-of-00002.gguf" for number in (1, 2)]
    for name in names:
        hub.add(REPOSITORY, name, model_bytes)
    files = tuple(make_request(name).files[0] for name in names)
    hub.faults.cut_after = 2_000_000
    report = get(make_request(names[0], files=files))
    assert report.finished and report.size_bytes == 2 * len(model_bytes)
    assert sorted(path.name for path in library_files(home)) == names
    assert hub.sent_bytes == 2 * len(model_bytes)
