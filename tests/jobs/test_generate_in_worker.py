"""Answers from the warm worker, as the window gets them."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_gguf
from workbench.jobs.events import Cancelled, Finished, JobEvent, Produced
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.llm.library import describe_gguf
from workbench.llm.tasks import GENERATE, GenerateReport, GenerateRequest
from workbench.llm.types import ChatMessage, GenerationConfig, GenerationRequest, LoadConfig, Role
from workbench.paths import WorkbenchPaths

PATIENCE = 120


@pytest.fixture
def runner(home: WorkbenchPaths) -> Iterator[JobRunner]:
    runner = JobRunner(home)
    yield runner
    runner.shutdown()


def spec(path: Path, *, tokens: int = 16, context: int = 512) -> JobSpec:
    messages = (ChatMessage(role=Role.USER, content="hi"),)
    asked = GenerationRequest(id=path.stem, messages=messages, config=GenerationConfig(max_tokens=tokens))
    load = LoadConfig(context_length=context, threads=1, parallel_sequences=2)
    request = GenerateRequest(model=describe_gguf(path), load=load, requests=(asked,))
    return JobSpec(task=GENERATE, params=request.model_dump(mode="json"), title="Answer", worker="llm")


def next_of(events: "queue.SimpleQueue[JobEvent]", kind: type[JobEvent]) -> JobEvent:
    while True:
        event = events.get(timeout=PATIENCE)
        if isinstance(event, kind):
            return event


def test_that_two_models_answer_from_one_warm_worker(runner: JobRunner, tmp_path: Path) -> None:
    paths = [write_saying_gguf(tmp_path / "one.gguf", "One!"), write_saying_gguf(tmp_path / "two.gguf", "Two?")]
    handles = [runner.submit(spec(path), lambda _: None) for path in paths]
    words = [handle.wait(PATIENCE) for handle in handles]
    texts = [GenerateReport.model_validate(w.result).completions[0].text for w in words if isinstance(w, Finished)]
    assert texts == ["One!", "Two?"]


def test_that_a_cancelled_answer_says_its_text_before_its_last_word(runner: JobRunner, tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "long.gguf", context=100_000, ends=False)
    events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
    handle = runner.submit(spec(path, tokens=90_000, context=100_000), events.put)
    next_of(events, Produced)
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE), Cancelled)
    produced: list[Produced] = []
    while not isinstance(event := events.get(timeout=PATIENCE), Cancelled):
        if isinstance(event, Produced):
            produced.append(event)
    assert produced[-1].kind == "Completion"
    assert produced[-1].item["finish_reason"] == "cancelled"
    assert produced[-1].item["text"]
