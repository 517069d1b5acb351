"""Previews and answers of the playground from the warm worker, as the window gets them."""

import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_gguf
from tests.openai_server import OpenAiServer, serving
from workbench.jobs.events import Cancelled, Failed, Finished, JobEvent, Produced
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.library import describe_gguf
from workbench.llm.types import ChatMessage, GenerationConfig, LoadConfig, ModelRef, Role
from workbench.paths import WorkbenchPaths
from workbench.playground.tasks import (
    ANSWER,
    PREVIEW,
    AnswerBegun,
    AnswerReport,
    AnswerRequest,
    PassageText,
    PreviewReport,
    PreviewRequest,
)
from workbench.playground.types import Prompt, PromptBlock, Reasoning

PATIENCE = 120
LOAD = LoadConfig(context_length=512, threads=1, parallel_sequences=2)
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{{ question }}"


@pytest.fixture
def runner(home: WorkbenchPaths) -> Iterator[JobRunner]:
    runner = JobRunner(home)
    yield runner
    runner.shutdown()


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as server:
        yield server


def on_server(server: OpenAiServer) -> ModelRef:
    return as_model(Endpoint(name="small on a server", base_url=server.url, model="small"))


def prompt(*blocks: tuple[Role, str], tokens: int = 16) -> Prompt:
    written = tuple(PromptBlock(role=role, text=text) for role, text in blocks)
    return Prompt(blocks=written, generation=GenerationConfig(max_tokens=tokens))


PLAIN = prompt((Role.USER, "{{ question }}"))


def answer_spec(model: ModelRef, prompt: Prompt = PLAIN, *, load: LoadConfig = LOAD, **more: Any) -> JobSpec:
    more = {"values": {"question": "hi"}} | more
    request = AnswerRequest(id="a", model=model, load=load, prompt=prompt, **more)
    return JobSpec(task=ANSWER, params=request.model_dump(mode="json"), title="Answer", worker="llm")


def preview_spec(model: ModelRef, prompt: Prompt, **more: Any) -> JobSpec:
    more = {"values": {"question": "hi"}} | more
    request = PreviewRequest(model=model, load=LOAD, prompt=prompt, **more)
    return JobSpec(task=PREVIEW, params=request.model_dump(mode="json"), title="Preview", worker="llm")


def answered(runner: JobRunner, spec: JobSpec) -> AnswerReport:
    last = runner.submit(spec, lambda _: None).wait(PATIENCE)
    assert isinstance(last, Finished), last
    return AnswerReport.model_validate(last.result)


def previewed(runner: JobRunner, spec: JobSpec) -> PreviewReport:
    last = runner.submit(spec, lambda _: None).wait(PATIENCE)
    assert isinstance(last, Finished), last
    return PreviewReport.model_validate(last.result)


def failed(runner: JobRunner, spec: JobSpec) -> Failed:
    last = runner.submit(spec, lambda _: None).wait(PATIENCE)
    assert isinstance(last, Failed), last
    return last


def test_that_the_preview_is_what_the_answer_is_made_from(runner: JobRunner, tmp_path: Path) -> None:
    model = describe_gguf(write_saying_gguf(tmp_path / "one.gguf", "One!"))
    written = prompt((Role.SYSTEM, "Be {{ tone }}."), (Role.USER, "{{ question }}"))
    earlier = (ChatMessage(role=Role.USER, content="q"), ChatMessage(role=Role.ASSISTANT, content="a"))
    more: dict[str, Any] = {"values": {"question": "Why?", "tone": "brief"}, "earlier": earlier}

    seen = previewed(runner, preview_spec(model, written, **more))
    report = answered(runner, answer_spec(model, written, **more))

    assert seen.final_prompt == report.completion.final_prompt
    assert seen.final_prompt.startswith("<|system|>Be brief.<|end|><|user|>q<|end|><|assistant|>a<|end|>")
    assert seen.prompt_tokens == report.completion.usage.prompt_tokens == sum(part.tokens for part in seen.parts)
    assert {part.part.value: part.tokens for part in seen.parts} == {
        "system": 9, "earlier": 2, "question": 4, "template": seen.prompt_tokens - 15
    }  # fmt: skip
    assert (seen.context_length, seen.template_name) == (512, "the model's own")
    assert (report.text, report.extracted.answer, report.messages) == ("One!", "One!", seen.messages)
    assert report.model_hash and report.context_length == 512 and not report.note


def test_that_a_warm_preview_of_a_long_prompt_is_quick(runner: JobRunner, tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "long.gguf", context=100_000)
    text = ("A sentence with {{ question }} in it.\n" * 600)[:20_000]
    previewed(runner, preview_spec(describe_gguf(path), PLAIN))
    seconds = []
    for number in range(5):
        began = time.perf_counter()
        seen = previewed(runner, preview_spec(describe_gguf(path), prompt((Role.USER, f"{number}{text}"))))
        seconds.append(time.perf_counter() - began)
    assert seen.prompt_tokens > 13_000
    assert min(seconds) < 3  # measured: 0.06 s; the machine may be busy


def test_that_passages_are_counted_by_themselves(runner: JobRunner, tmp_path: Path) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "tiny.gguf"))
    seen = previewed(runner, preview_spec(model, PLAIN, passages=(PassageText(title="a.pdf", text="Red."),)))
    sizes = {part.part.value: part.tokens for part in seen.parts}
    assert sizes["question"] == 2 and sizes["passages"] == len("[1] a.pdf\nRed.\n\nQuestion: ")


def test_that_an_answer_goes_on_from_prefill_and_text(runner: JobRunner, tmp_path: Path) -> None:
    model = describe_gguf(write_saying_gguf(tmp_path / "one.gguf", "abcdefgh"))
    written = prompt((Role.USER, "{{ question }}"), (Role.ASSISTANT, "ab"))
    events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
    last = runner.submit(answer_spec(model, written, continue_from="cd"), events.put).wait(PATIENCE)
    assert isinstance(last, Finished)
    report = AnswerReport.model_validate(last.result)
    assert (report.completion.text, report.text) == ("efgh", "abcdefgh")
    assert report.completion.final_prompt.endswith("<|assistant|>abcd")
    begun = next(e for e in iter(lambda: events.get(timeout=PATIENCE), None) if isinstance(e, Produced))
    assert begun.kind == "AnswerBegun" and AnswerBegun.model_validate(begun.item).begun == "abcd"


def test_that_a_constrained_answer_is_not_gone_on_with(runner: JobRunner, tmp_path: Path) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "tiny.gguf"))
    constrained = PLAIN.model_copy(update={"json_schema": '{"type": "object"}'})
    assert failed(runner, answer_spec(model, constrained, continue_from="{")).code == "continue_constrained"


def test_that_a_cancelled_answer_keeps_its_text(runner: JobRunner, tmp_path: Path) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "long.gguf", context=100_000, ends=False))
    events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
    load = LOAD.model_copy(update={"context_length": 100_000})
    handle = runner.submit(
        answer_spec(model, prompt((Role.USER, "{{ question }}"), tokens=90_000), load=load), events.put
    )
    produced: list[Produced] = []
    while not isinstance(event := events.get(timeout=PATIENCE), Cancelled):
        if isinstance(event, Produced):
            produced.append(event)
            if event.kind == "TextProduced":
                handle.cancel()
    assert [produced[0].kind, produced[1].kind, produced[-1].kind] == ["AnswerBegun", "TextProduced", "Completion"]
    assert produced[-1].item["finish_reason"] == "cancelled"
    pieces = "".join(item.item["text"] for item in produced if item.kind == "TextProduced")
    assert pieces and produced[-1].item["text"] == pieces


def test_that_the_answer_is_taken_out_of_the_reasoning(runner: JobRunner, server: OpenAiServer) -> None:
    server.answer = lambda _body: "Two and two.\nAnswer: 4"
    report = answered(runner, answer_spec(on_server(server), PLAIN.model_copy(update={"reasoning": Reasoning()})))
    assert (report.extracted.answer, report.extracted.reasoning) == ("4", "Two and two.")
    assert "step by step" in server.answered[0].body["messages"][0]["content"]


@pytest.mark.parametrize("make", [answer_spec, preview_spec])
def test_that_a_template_that_cannot_be_used_is_told_and_others_go_on(
    runner: JobRunner, tmp_path: Path, make: Any
) -> None:
    model = describe_gguf(write_saying_gguf(tmp_path / "one.gguf", "One!"))
    endless = failed(runner, make(model, prompt((Role.USER, ENDLESS))))
    assert (endless.code, "does not finish (the user block, line 1)" in endless.message) == ("template_time", True)
    undefined = failed(runner, make(model, prompt((Role.SYSTEM, "\n{{ tone }}"), (Role.USER, "{{ question }}"))))
    assert undefined.code == "undefined_variable"
    assert undefined.message == "The variable “tone” has no value (the system block, line 2)."
    huge = failed(runner, make(model, PLAIN, values={"question": "x" * 10_000_000}))
    assert huge.message.startswith("The value of “question” has 10,000,000 characters; at most 1,000,000")
    assert answered(runner, answer_spec(model)).text == "One!"


def test_that_an_endless_preview_keeps_no_answer_waiting(runner: JobRunner, tmp_path: Path) -> None:
    model = describe_gguf(write_saying_gguf(tmp_path / "one.gguf", "One!"))
    asked = prompt((Role.USER, "You: {{ question }}"))
    assert answered(runner, answer_spec(model, asked)).text == "One!"
    waiting = runner.submit(preview_spec(model, prompt((Role.USER, ENDLESS))), lambda _: None)
    assert answered(runner, answer_spec(model, asked, values={"question": "you"})).text == "One!"
    assert isinstance(waiting.wait(PATIENCE), Failed)


def test_that_a_server_is_previewed_without_asking_it(runner: JobRunner, server: OpenAiServer) -> None:
    seen = previewed(runner, preview_spec(on_server(server), prompt((Role.SYSTEM, "Be brief."), (Role.USER, "Hi"))))
    assert server.asked == []
    assert seen.is_estimate and seen.final_prompt == "system:\nBe brief.\n\nuser:\nHi"
    assert seen.prompt_tokens == sum(part.tokens for part in seen.parts)
    assert "not known" in seen.template_name


def test_that_a_server_is_sent_the_beginning_of_the_answer_and_the_doubt_is_told(
    runner: JobRunner, server: OpenAiServer
) -> None:
    server.answer = lambda _body: " and more"
    report = answered(runner, answer_spec(on_server(server), continue_from="So much"))
    assert server.answered[0].body["messages"][-1] == {"role": "assistant", "content": "So much"}
    assert report.text == "So much and more"
    assert "up to that server" in report.note


def test_that_a_server_that_refuses_to_go_on_says_so(runner: JobRunner, server: OpenAiServer) -> None:
    server.faults.status = 400
    problem = failed(runner, answer_spec(on_server(server), continue_from="So much"))
    assert problem.code == "continue_refused"
    assert "does not go on from the beginning of an answer" in problem.message


def test_that_a_vanished_model_is_named(runner: JobRunner, tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "gone.gguf")
    model = describe_gguf(path)
    path.unlink()
    for spec in (answer_spec(model), preview_spec(model, PLAIN)):
        assert "gone.gguf" in failed(runner, spec).message
