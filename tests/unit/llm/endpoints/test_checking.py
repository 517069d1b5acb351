"""Asking a server for its models, as the test of a connection does."""

import json
from collections.abc import Iterator

import pytest

from tests.openai_server import Faults, OpenAiServer, serving
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.checking import RemoteModel, ask_models
from workbench.llm.endpoints.connection import Patience
from workbench.llm.endpoints.types import Endpoint

KEY = "sk-canary-4711"


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as server:
        yield server


def endpoint_of(server: OpenAiServer) -> Endpoint:
    return Endpoint(name="far", base_url=server.url, model="any")


def body(*entries: object) -> bytes:
    return json.dumps({"data": list(entries)}).encode()


def test_that_the_models_are_told_by_name_with_what_the_server_knows_of_their_context(server: OpenAiServer) -> None:
    server.faults = Faults(
        garbage=body(
            {"id": "b", "max_model_len": 4096}, {"id": "A", "context_length": 32768}, {"id": "c"},
            {"id": 7}, "text", {"id": "bad\nname"}, {"id": "d", "context_length": True},
        ),
        content_type="application/json",
    )  # fmt: skip
    report = ask_models(endpoint_of(server), KEY)
    assert report.models == (
        RemoteModel(name="A", context_length=32768),
        RemoteModel(name="b", context_length=4096),
        RemoteModel(name="c"),
        RemoteModel(name="d"),
    )
    assert (report.used_key, report.find("b"), report.find("x")) == (True, report.models[1], None)
    assert [(asked.path, asked.authorization) for asked in server.asked] == [("/v1/models", f"Bearer {KEY}")]


@pytest.mark.parametrize(
    ("garbage", "kind", "words"),
    [
        (b"<html>", "text/html", "a web page"),
        (b"{", "application/json", "no JSON"),
        (b"[" * 100_000, "application/json", "no JSON"),
        (b"[]", "application/json", "no list of models"),
        (b'{"data": 5}', "application/json", "no list of models"),
    ],
)
def test_that_what_is_no_list_is_said(server: OpenAiServer, garbage: bytes, kind: str, words: str) -> None:
    server.faults = Faults(garbage=garbage, content_type=kind)
    with pytest.raises(WorkbenchError, match=words):
        ask_models(endpoint_of(server), "")


def test_that_a_refusal_does_not_repeat_the_key(server: OpenAiServer) -> None:
    server.key = "another"
    with pytest.raises(WorkbenchError, match="does not accept the key") as caught:
        ask_models(endpoint_of(server), KEY)
    assert KEY not in f"{caught.value} {caught.value.details}"


def test_that_a_server_that_says_nothing_is_left(server: OpenAiServer) -> None:
    server.gate.clear()
    with pytest.raises(WorkbenchError, match="said nothing for"):
        ask_models(endpoint_of(server), "", Patience(first_seconds=0.2))
