"""Answers of a server through the warm worker: streamed, stopped, and with its key read in the worker."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.conftest import ROOT, Heard
from tests.openai_server import Faults, OpenAiServer, serving
from workbench.jobs.events import Cancelled, Failed, Finished, Produced
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.llm.endpoints.models import as_model, identity
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.tasks import GENERATE, GenerateReport, GenerateRequest
from workbench.llm.types import ChatMessage, GenerationRequest, Role
from workbench.paths import WorkbenchPaths

KEY = "sk-canary-4711-worker"
PATIENCE = 60


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as server:
        server.key = KEY
        yield server


@pytest.fixture
def endpoint(server: OpenAiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Its key is in a keyring that workers share."""
    endpoint = Endpoint(name="far", base_url=server.url, model="small")
    ring = tmp_path / "keyring.json"
    ring.write_text(json.dumps({f"llm-workbench|far @ {endpoint.host}": KEY}))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
    monkeypatch.setenv("TEST_KEYRING", str(ring))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return endpoint


def spec(endpoint: Endpoint, *questions: str) -> JobSpec:
    requests = tuple(
        GenerationRequest(id=text, messages=(ChatMessage(role=Role.USER, content=text),)) for text in questions
    )
    request = GenerateRequest(model=as_model(endpoint), requests=requests)
    return JobSpec(task=GENERATE, params=request.model_dump(mode="json"), title="Answer", worker="llm")


def test_that_one_is_streamed_and_several_are_answered_with_the_key_of_the_keyring(
    runner: JobRunner, endpoint: Endpoint, home: WorkbenchPaths
) -> None:
    heard = Heard()
    word = runner.submit(spec(endpoint, "hello"), heard).wait(PATIENCE)
    assert isinstance(word, Finished), word
    report = GenerateReport.model_validate(word.result)
    texts = [event.item["text"] for event in heard.of_type(Produced) if event.kind == "TextProduced"]
    assert (texts, report.completions[0].text) == (["You ", "said: ", "hello"], "You said: hello")
    assert (report.model_hash, report.context_length) == (identity(endpoint), 8192)
    several = runner.submit(spec(endpoint, "a", "b", "c"), lambda _: None).wait(PATIENCE)
    assert isinstance(several, Finished)
    completions = GenerateReport.model_validate(several.result).completions
    assert [completion.text for completion in completions] == ["You said: a", "You said: b", "You said: c"]
    assert KEY not in "".join(event.model_dump_json() for event in heard.events)
    assert not [path for path in home.home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_that_a_stopped_answer_keeps_its_text(runner: JobRunner, server: OpenAiServer, endpoint: Endpoint) -> None:
    server.faults = Faults(silent_after=2)
    heard = Heard()
    handle = runner.submit(spec(endpoint, "hello"), heard)
    heard.wait_for_item(2)
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE), Cancelled)
    completion = heard.items[-1]
    assert (completion["text"], completion["finish_reason"]) == ("You said: ", "cancelled")
    assert server.gone.wait(60)


def test_that_a_broken_answer_is_told_after_its_text(
    runner: JobRunner, server: OpenAiServer, endpoint: Endpoint
) -> None:
    server.faults = Faults(cut_after=2)
    heard = Heard()
    word = runner.submit(spec(endpoint, "hello"), heard).wait(PATIENCE)
    assert isinstance(word, Failed) and "broke before the answer was complete" in word.message
    assert [item["text"] for item in heard.items] == ["You ", "said: "]
