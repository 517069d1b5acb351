"""The engine against a server on this computer: answers, several at once, stopping."""

import threading
import time
from typing import Any

import pytest

from tests.openai_server import Faults, OpenAiServer
from tests.unit.llm.endpoints.asking import KEY, Engines, answer, ask, problem_of
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.connection import Patience
from workbench.llm.endpoints.types import Price
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationRequest,
    Role,
    TokenLogprob,
    Usage,
)

# -- answers ----------------------------------------------------------------------------------------------------------


def test_that_an_answer_is_streamed_with_what_it_used(engine_for: Engines, server: OpenAiServer) -> None:
    completion, pieces = answer(engine_for(KEY), ask())
    assert pieces == ["You ", "said: ", "one ", "two ", "three"]
    assert (completion.text, completion.finish_reason) == ("You said: one two three", FinishReason.STOP)
    assert completion.usage == Usage(prompt_tokens=11, cached_tokens=4, generated_tokens=5)
    assert completion.final_prompt == "user:\none two three"
    assert 0 < completion.seconds_to_first_token <= completion.seconds
    assert completion.cost is None
    assert [asked.authorization for asked in server.asked] == [f"Bearer {KEY}"]


def test_that_nothing_is_sent_before_the_first_question(engine_for: Engines, server: OpenAiServer) -> None:
    engine = engine_for(KEY)
    engine.count_tokens([ChatMessage(role=Role.USER, content="how long is this?")])
    assert (engine.context_length, engine.memory().total, server.asked) == (8192, 0, [])


def test_that_an_answer_costs_what_its_tokens_cost(engine_for: Engines) -> None:
    completion, _ = answer(engine_for(price=Price(prompt=2.0, generated=10.0)), ask())
    assert completion.cost == pytest.approx((11 * 2 + 5 * 10) / 1e6)


def test_that_usage_is_estimated_and_says_so_when_the_server_does_not_tell(
    engine_for: Engines, server: OpenAiServer
) -> None:
    server.tells_usage = False
    usage = answer(engine_for(), ask("x" * 400))[0].usage
    assert usage.is_estimate
    assert (90 < usage.prompt_tokens < 110, 90 < usage.generated_tokens < 115) == (True, True)


def test_that_the_longest_answer_is_asked_for_and_told(engine_for: Engines) -> None:
    completion, _ = answer(engine_for(), ask(max_tokens=2))
    assert (completion.text, completion.finish_reason) == ("You said: ", FinishReason.LENGTH)


def test_that_a_server_that_ignores_the_longest_answer_is_left(engine_for: Engines, server: OpenAiServer) -> None:
    server.answer = lambda body: "x" * 5000
    completion, _ = answer(engine_for(), ask(max_tokens=1))
    assert (len(completion.text), completion.finish_reason) == (5000, FinishReason.LENGTH)


def test_that_stop_strings_hold_even_where_the_server_ignores_them(engine_for: Engines, server: OpenAiServer) -> None:
    server.answer = lambda body: "Yes. END of it"
    server.pieces = lambda text: [text[:6], text[6:]]
    completion, pieces = answer(engine_for(), ask(stop=(". END", "a", "b", "c", "d")))
    assert (completion.text, "".join(pieces), completion.finish_reason) == ("Yes", "Yes", FinishReason.STOP)
    assert server.asked[0].body["stop"] == [". END", "a", "b", "c"]


def test_that_halves_of_characters_are_joined(engine_for: Engines, server: OpenAiServer) -> None:
    server.pieces = lambda text: ["a\ud83d", "\ude00b", "\udc00"]
    completion, pieces = answer(engine_for(), ask())
    assert (completion.text, pieces) == ("a\U0001f600b\ufffd", ["a", "\U0001f600b", "\ufffd"])


def test_that_a_server_that_does_not_stream_is_understood(engine_for: Engines, server: OpenAiServer) -> None:
    server.streams = False
    completion, pieces = answer(engine_for(), ask())
    assert (completion.text, pieces, completion.usage.generated_tokens) == ("You said: one two three", pieces, 5)


def test_that_a_raw_prompt_is_continued(engine_for: Engines, server: OpenAiServer) -> None:
    completion, _ = answer(engine_for(), GenerationRequest(prompt="Once"))
    assert (completion.text, server.asked[0].path) == ("You said: Once", "/v1/completions")


def test_that_probabilities_are_told_where_the_server_offers_them(engine_for: Engines, server: OpenAiServer) -> None:
    server.logprobs = True
    server.answer = lambda body: "yes"
    completion, _ = answer(engine_for(), ask(logprobs=2))
    assert completion.logprobs == (TokenLogprob(text="yes", logprob=-0.25, top=(("yes", -0.25), ("other", -2.0))),)
    assert (server.asked[0].body["logprobs"], server.asked[0].body["top_logprobs"]) == (True, 2)


def test_that_a_request_says_what_the_protocol_has_words_for(engine_for: Engines, server: OpenAiServer) -> None:
    config: dict[str, Any] = {
        "temperature": 0.5, "seed": 7, "top_k": 3, "frequency_penalty": 0.5, "logit_bias": {5: float("-inf")},
        "json_schema": '{"type": "object"}',
    }  # fmt: skip
    answer(engine_for(), ask(**config))
    body = server.asked[0].body
    assert (body["temperature"], body["seed"], body["top_k"], body["top_p"]) == (0.5, 7, 3, 0.95)
    assert (body["logit_bias"], body["frequency_penalty"]) == ({"5": -100.0}, 0.5)
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert not {"min_p", "presence_penalty", "repeat_penalty", "grammar"} & body.keys()


def test_that_the_defaults_need_no_more_than_the_protocol(engine_for: Engines, server: OpenAiServer) -> None:
    answer(engine_for(), ask())
    assert server.asked[0].body.keys() == {
        "model", "stream", "stream_options", "temperature", "messages", "max_tokens",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (ask(grammar='root ::= "a"'), "a grammar"),
        (ask(repeat_penalty=1.2), "a repeat penalty"),
        (ask().model_copy(update={"adapter": AdapterRef(path="a.gguf")}), "an adapter"),
    ],
)
def test_that_what_a_server_cannot_do_is_refused_before_anything_is_sent(
    engine_for: Engines, server: OpenAiServer, request_: GenerationRequest, what: str
) -> None:
    problem, _ = problem_of(engine_for(), request_)
    assert (problem.code, server.asked) == ("not_offered", [])
    assert what in problem.message


def test_that_a_server_that_wants_another_word_gets_it(engine_for: Engines, server: OpenAiServer) -> None:
    server.wants_completion_tokens = True
    server.refused_fields = {"stream_options"}
    engine = engine_for()
    assert answer(engine, ask())[0].usage.is_estimate
    answer(engine, ask())
    assert ["max_completion_tokens" in asked.body for asked in server.asked] == [False, True, True, True]
    assert ["stream_options" in asked.body for asked in server.asked] == [True, True, False, False]


# -- several at once --------------------------------------------------------------------------------------------------


def test_that_several_are_asked_at_once_but_no_more_than_allowed(engine_for: Engines, server: OpenAiServer) -> None:
    server.gate.clear()
    engine = engine_for(parallel_requests=3)

    def open_when_three_wait() -> None:
        end = time.monotonic() + 60
        while server.at_once < 3 and time.monotonic() < end:
            threading.Event().wait(0.005)
        threading.Event().wait(0.1)
        server.gate.set()

    opener = threading.Thread(target=open_when_three_wait)
    opener.start()
    done: list[str] = []
    patient = engine_for(parallel_requests=3, patience=Patience())
    requests = [ask(f"number {n}", id=str(n)) for n in range(8)]
    completions = patient.complete_all(requests, lambda c: done.append(c.id), lambda: False)
    opener.join()
    assert [c.text for c in completions] == [f"You said: number {n}" for n in range(8)]
    assert (sorted(done), server.most_at_once) == ([str(n) for n in range(8)], 3)
    assert engine.is_idle


def test_that_exact_asks_one_after_the_other(engine_for: Engines, server: OpenAiServer) -> None:
    requests = [ask(str(n), id=str(n)) for n in range(4)]
    completions = engine_for().complete_all(requests, lambda _: None, lambda: False, exact=True)
    assert ([c.id for c in completions], server.most_at_once) == (["0", "1", "2", "3"], 1)


def test_that_one_that_fails_does_not_stop_the_others(engine_for: Engines, server: OpenAiServer) -> None:
    requests = [ask("a", id="a"), ask("b", id="b", repeat_penalty=2.0), ask("c", id="c")]
    completions = engine_for().complete_all(requests, lambda _: None, lambda: False)
    assert [c.finish_reason.value for c in completions] == ["stop", "error", "stop"]
    assert "repeat penalty" in completions[1].problem


# -- stopping ---------------------------------------------------------------------------------------------------------


def test_that_a_stop_takes_effect_at_once_and_keeps_the_text(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(silent_after=2)
    stopped_at: list[float] = []
    pieces: list[str] = []

    def is_cancelled() -> bool:
        if len(pieces) == 2 and not stopped_at:
            stopped_at.append(time.perf_counter())
        return bool(stopped_at)

    engine = engine_for(patience=Patience())
    completion = engine.stream(ask(), pieces.append, is_cancelled)
    assert time.perf_counter() - stopped_at[0] < 30, "it waited for the server"
    assert (completion.text, completion.finish_reason) == ("You said: ", FinishReason.CANCELLED)
    assert server.gone.wait(60), "the server was not told"
    server.faults = Faults()
    assert answer(engine, ask())[0].finish_reason is FinishReason.STOP


def test_that_a_stop_ends_all_that_are_on_their_way_and_those_that_wait(
    engine_for: Engines, server: OpenAiServer
) -> None:
    server.faults = Faults(silent_after=1)
    engine = engine_for(parallel_requests=2, patience=Patience())
    requests = [ask(str(n), id=str(n)) for n in range(5)]
    started = time.perf_counter()
    completions = engine.complete_all(requests, lambda _: None, lambda: server.at_once == 2)
    assert time.perf_counter() - started < 30, "it waited for the server"
    assert {c.finish_reason for c in completions} == {FinishReason.CANCELLED}
    assert len(server.asked) == 2


def test_that_closing_ends_what_is_on_its_way(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(silent_after=1)
    engine = engine_for(patience=Patience())
    found: list[Completion] = []
    asker = threading.Thread(target=lambda: found.append(engine.stream(ask(), lambda _: None, lambda: False)))
    asker.start()
    while not server.at_once:
        threading.Event().wait(0.005)
    engine.close()
    asker.join(60)
    assert [c.finish_reason for c in found] == [FinishReason.CANCELLED]
    with pytest.raises(WorkbenchError, match="closed"):
        answer(engine, ask())
