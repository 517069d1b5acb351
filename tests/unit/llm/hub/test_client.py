"""Searching and listing, through the hub's own library, against the hub of the tests."""

import hashlib
import time
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from tests.hub_server import HubServer
from tests.unit.llm.hub.conftest import FILE, REPOSITORY
from workbench.environment import silence_libraries
from workbench.errors import WorkbenchError
from workbench.llm.hub import access
from workbench.llm.hub.access import hub_address
from workbench.llm.hub.client import list_files, search
from workbench.settings import LlmSettings


@pytest.fixture(autouse=True)
def silent_again() -> Iterator[None]:
    """Asking the hub lifts the offline switch of its process, which is a worker otherwise."""
    yield
    silence_libraries()


def problem_of(hub: HubServer, repository: str = REPOSITORY) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        list_files(hub.address, repository)
    return caught.value


def test_that_a_search_finds_repositories_with_what_people_choose_by(hub: HubServer, model_bytes: bytes) -> None:
    hub.add("Other/Big-GGUF", "big-Q4_K_M.gguf", model_bytes)
    (found,) = search(hub.address, "tiny")
    assert found.repository == REPOSITORY
    assert (found.licence, found.parameters, found.context_length) == ("apache-2.0", 596_000_000, 40960)
    assert found.downloads == 100 and not found.is_gated
    assert len(search(hub.address, "gguf")) == 2
    assert len(search(hub.address, "gguf", limit=1)) == 1
    assert search(hub.address, "nothing like that") == []


def test_that_files_are_listed_with_size_quantization_and_checksum_at_one_commit(
    hub: HubServer, model_bytes: bytes
) -> None:
    hub.add(REPOSITORY, "plain.gguf", model_bytes[:1000])
    hub.add(REPOSITORY, "README.md", b"hello")
    listed = list_files(hub.address, REPOSITORY)
    assert listed.revision == hub.revision(REPOSITORY)
    assert [choice.name for choice in listed.choices] == ["plain.gguf", FILE]
    assert listed.choices[1].quantization == "Q8_0"
    (file,) = listed.choices[1].files
    assert (file.size_bytes, file.sha256) == (len(model_bytes), hashlib.sha256(model_bytes).hexdigest())
    assert listed.choices[0].files[0].sha256 == "" and len(listed.choices[0].files[0].git_blob) == 40


def test_that_names_that_leave_the_folder_are_not_offered(hub: HubServer, model_bytes: bytes) -> None:
    hub.add(REPOSITORY, "../../evil.gguf", model_bytes)
    listed = list_files(hub.address, REPOSITORY)
    assert [choice.name for choice in listed.choices] == [FILE]
    assert listed.refused == ("../../evil.gguf",)


def test_that_only_what_was_asked_for_is_contacted(hub: HubServer) -> None:
    search(hub.address, "tiny")
    list_files(hub.address, REPOSITORY)
    assert [request.path.partition("?")[0] for request in hub.requests] == [
        "/api/models",
        f"/api/models/{REPOSITORY}/revision/main",
    ]
    assert {request.authorization for request in hub.requests} == {""}


def test_that_a_repository_that_is_not_there_is_named(hub: HubServer) -> None:
    problem = problem_of(hub, "Nobody/Nothing-GGUF")
    assert problem.code == "hub_not_found"
    assert "has no Nobody/Nothing-GGUF." in problem.message


def test_that_a_repository_without_gguf_files_says_so(hub: HubServer) -> None:
    hub.add("Someone/Weights", "model.safetensors", b"x")
    assert problem_of(hub, "Someone/Weights").code == "hub_no_gguf"


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (401, {"X-Error-Code": "GatedRepo"}, "hub_gated"),
        (403, {}, "hub_gated"),
        (404, {}, "hub_not_found"),
        (429, {"Retry-After": "30"}, "hub_busy"),
        (500, {}, "hub_down"),
    ],
)
def test_that_each_refusal_is_a_sentence_of_its_own(
    hub: HubServer, status: int, headers: dict[str, str], code: str
) -> None:
    hub.api_status, hub.api_headers = status, headers
    problem = problem_of(hub)
    assert problem.code == code
    assert problem.hint and "HTTP" not in problem.message.replace("(HTTP 500)", "")


def test_that_a_token_that_is_not_accepted_is_named(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    hub.token = "hf_new"
    assert problem_of(hub).code == "hub_bad_token"


def test_that_a_web_page_instead_of_an_answer_is_named(hub: HubServer) -> None:
    hub.api_body = b"<html>Welcome to the hotel</html>"
    assert problem_of(hub).code == "hub_bad_answer"
    with pytest.raises(WorkbenchError):
        search(hub.address, "tiny")


@pytest.mark.parametrize("body", [b"{}", b"[1, 2]", b'{"id": 5, "siblings": [{"x": 1}]}', b"[" * 100_000])
def test_that_an_answer_of_another_shape_is_named(hub: HubServer, body: bytes) -> None:
    hub.api_body = body
    assert problem_of(hub).code in {"hub_bad_answer", "hub_no_gguf"}


def test_that_without_a_network_there_is_one_sentence_at_once() -> None:
    begun = time.monotonic()
    for ask in (lambda hub: list_files(hub, REPOSITORY), lambda hub: search(hub, "tiny")):
        with pytest.raises(WorkbenchError) as caught:
            ask("http://127.0.0.1:9")
        assert caught.value.code == "hub_unreachable"
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(("status", "code"), [(429, "hub_busy"), (500, "hub_down"), (503, "hub_down")])
def test_that_a_hub_in_trouble_is_named_at_once_to_who_searches(hub: HubServer, status: int, code: str) -> None:
    hub.api_status = status
    with pytest.raises(WorkbenchError) as caught:
        search(hub.address, "tiny")
    assert caught.value.code == code
    assert len(hub.requests) == 1


def test_that_the_variable_wins_over_the_preferences(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub_address(LlmSettings()) == "https://huggingface.co"
    assert hub_address(LlmSettings(hub_address="https://hub.example/")) == "https://hub.example"
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example")
    assert hub_address(LlmSettings(hub_address="https://hub.example/")) == "https://mirror.example"
    for wrong in ("ftp://x", "huggingface.co", "https://user:secret@x"):
        monkeypatch.setenv("HF_ENDPOINT", wrong)
        with pytest.raises(WorkbenchError):
            hub_address(LlmSettings())


def test_that_no_token_goes_where_others_could_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert access.find_token("https://huggingface.co") == "hf_secret"
    assert access.find_token("http://127.0.0.1:8000") == "hf_secret"
    assert access.find_token("http://hub.example") == ""


class OneToken(KeyringBackend):
    """A keyring with a token for the hub."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        return "hf_kept" if (service, username) == (access.KEYRING_SERVICE, access.KEYRING_NAME) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is ever written")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing is ever deleted")


def test_that_a_token_of_the_keyring_is_used_and_the_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert access.find_token("https://huggingface.co") == ""
    keyring.set_keyring(OneToken())  # type: ignore[no-untyped-call]
    assert access.find_token("https://huggingface.co") == "hf_kept"
    assert access.find_token("http://hub.example") == ""
    monkeypatch.setenv("HF_TOKEN", "hf_named")
    assert access.find_token("https://huggingface.co") == "hf_named"
