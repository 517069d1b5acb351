"""Downloads against a hub that lies about sizes, serves corrupted bytes and leads elsewhere."""

import pytest

from tests.hub_server import HubServer
from tests.unit.llm.hub.conftest import FILE, REPOSITORY, MakeRequest, library_files, partial_files
from tests.unit.llm.hub.fetching import get, notes_of, problem_of, stop_after
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.hub.tasks import download
from workbench.paths import WorkbenchPaths


def test_that_corrupted_bytes_are_fetched_once_more_and_never_shown(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    hub.faults.corrupt_at, hub.faults.corruptions = 2_000_000, 1
    context = RecordingContext()
    assert download(context, make_request()).finished
    assert notes_of(context) == [f"{FILE} arrived damaged: its checksum differs. It is fetched once more."]
    assert library_files(home)[0].read_bytes() == model_bytes
    assert hub.sent_bytes == 2 * len(model_bytes)


def test_that_bytes_that_are_always_corrupted_never_become_a_model(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths
) -> None:
    hub.faults.corrupt_at = 2_000_000
    problem = problem_of(make_request())
    assert problem.code == "checksum_differs"
    assert library_files(home) == []
    assert FILE not in partial_files(home)


def test_that_a_file_that_changes_on_the_server_begins_anew_and_says_so(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    stop_after(make_request(), hub, 1_000_000)
    changed = model_bytes[:-1] + bytes([model_bytes[-1] ^ 1])
    hub.repositories[REPOSITORY][FILE] = changed
    context = RecordingContext()
    report = download(context, make_request())
    assert report.finished and report.resumed_at == 0
    assert notes_of(context) == [f"{FILE} changed on the hub since this download was begun: it begins anew."]
    assert library_files(home)[0].read_bytes() == changed


def test_that_an_etag_that_changes_between_two_attempts_begins_anew(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    """The file under the address changes while the list that the download was made of still names the old one."""
    request = make_request()
    hub.linked_etag = False
    stop_after(request, hub, 1_000_000)
    hub.repositories[REPOSITORY][FILE] = bytes(reversed(model_bytes))
    context = RecordingContext()
    with pytest.raises(WorkbenchError) as caught:
        download(context, request)
    assert caught.value.code == "checksum_differs"
    assert notes_of(context)[0] == f"{FILE} changed on the server since this download was begun: it begins anew."
    assert library_files(home) == []


def test_that_machines_that_call_one_content_by_many_names_cost_no_byte(
    make_request: MakeRequest, hub: HubServer, model_bytes: bytes
) -> None:
    """The hub's own checksum came with each answer, so the name that a machine of its network gives is no matter."""
    hub.faults.unstable_etags, hub.faults.cut_after = True, 1_000_000
    report = get(make_request())
    assert report.finished and report.notes == ()
    assert hub.sent_bytes == len(model_bytes)


def test_that_the_hub_itself_naming_another_content_ends_it_before_a_byte(
    make_request: MakeRequest, hub: HubServer, model_bytes: bytes
) -> None:
    request = make_request()
    hub.repositories[REPOSITORY][FILE] = bytes(reversed(model_bytes))
    assert problem_of(request).code == "hub_changed"


def test_that_a_server_without_ranges_is_asked_for_the_whole_again(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    request = make_request()
    stop_after(request, hub, 1_000_000)
    hub.faults.no_ranges = True
    context = RecordingContext()
    assert download(context, request).fetched_bytes == len(model_bytes)
    assert notes_of(context) == [f"{FILE} cannot be had from the middle: it begins anew."]
    assert library_files(home)[0].read_bytes() == model_bytes


@pytest.mark.parametrize("difference", [-1_000_000, 5_000_000, 2**60])
def test_that_a_wrong_length_is_refused_before_it_is_read(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, difference: int
) -> None:
    hub.faults.lie_about_length = difference
    problem = problem_of(make_request())
    assert problem.code == "hub_size_differs"
    assert "MB in the list of the hub, but the server wants to send" in problem.message
    assert "kept" not in problem.hint, "nothing was"
    assert library_files(home) == []


def test_that_an_answer_without_end_is_cut_at_the_listed_size(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    hub.faults.endless = True
    assert problem_of(make_request()).code == "hub_size_differs"
    part = next(home.models.glob(f".partial/*/{FILE}"))
    assert part.stat().st_size <= len(model_bytes)


def test_that_a_listed_size_that_is_not_true_is_named(make_request: MakeRequest, hub: HubServer) -> None:
    request = make_request()
    file = request.files[0].model_copy(update={"size_bytes": request.files[0].size_bytes - 10})
    assert problem_of(request.model_copy(update={"files": (file,)})).code == "hub_size_differs"


@pytest.mark.parametrize(
    ("status", "error_code", "code"),
    [
        (401, "GatedRepo", "hub_gated"),
        (403, "", "hub_gated"),
        (404, "EntryNotFound", "hub_not_found"),
        (429, "", "hub_busy"),
        (500, "", "hub_down"),
        (503, "", "hub_down"),
    ],
)
def test_that_each_refusal_is_a_sentence_of_its_own(
    make_request: MakeRequest, hub: HubServer, home: WorkbenchPaths, status: int, error_code: str, code: str
) -> None:
    hub.faults.status, hub.faults.error_code = status, error_code
    problem = problem_of(make_request())
    assert problem.code == code
    assert problem.message.endswith(".") and problem.hint
    assert library_files(home) == []


def test_that_a_login_page_of_the_network_is_named(make_request: MakeRequest, hub: HubServer) -> None:
    hub.faults.html = True
    assert problem_of(make_request()).code == "captive_portal"


def test_that_a_hub_that_is_not_there_is_named(make_request: MakeRequest) -> None:
    problem = problem_of(make_request(hub="http://127.0.0.1:9"))
    assert problem.code == "hub_unreachable"
    assert problem.message == "127.0.0.1:9 cannot be reached."


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "http://example.org/x", "https://10.0.0.1/x"])
def test_that_a_redirect_into_the_own_network_or_out_of_encryption_is_refused(
    make_request: MakeRequest, hub: HubServer, target: str
) -> None:
    hub.faults.redirect_to = target
    assert problem_of(make_request()).code == "unsafe_redirect"


def test_that_the_token_goes_to_the_hub_and_nowhere_else(
    make_request: MakeRequest, hub: HubServer, monkeypatch: pytest.MonkeyPatch, model_bytes: bytes
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    hub.token = "hf_canary"
    other = HubServer()
    other.add(REPOSITORY, FILE, model_bytes)
    with other.serving():
        hub.faults.redirect_to = f"{other.address}/cdn/{REPOSITORY}/{FILE}"
        assert get(make_request()).finished
    assert {request.authorization for request in hub.requests} == {"Bearer hf_canary"}
    assert [request.authorization for request in other.requests] == [""]
