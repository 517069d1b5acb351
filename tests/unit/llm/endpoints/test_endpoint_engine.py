"""The engine against a server on this computer that misbehaves in every way."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.openai_server import Faults, OpenAiServer, serving
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.connection import Patience
from workbench.llm.endpoints.endpoint_engine import EndpointEngine
from workbench.llm.endpoints.types import Endpoint, Price
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    Role,
    TokenLogprob,
    Usage,
)

KEY = "sk-canary-4711"
QUICK = Patience(
    connect_seconds=5, first_seconds=20, silence_seconds=20, first_wait_seconds=0.01, longest_wait_seconds=1.5
)


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as server:
        yield server


class Engines:
    """Makes engines for one server and closes them."""

    def __init__(self, server: OpenAiServer) -> None:
        self._server = server
        self.made: list[EndpointEngine] = []

    def __call__(self, key: str = "", patience: Patience = QUICK, **values: Any) -> EndpointEngine:
        endpoint = Endpoint.of(**({"name": "far", "base_url": self._server.url, "model": "small"} | values))
        self.made.append(EndpointEngine(endpoint, key, patience))
        return self.made[-1]


@pytest.fixture
def engine_for(server: OpenAiServer) -> Iterator[Engines]:
    engines = Engines(server)
    yield engines
    for engine in engines.made:
        engine.close()


def ask(text: str = "one two three", id: str = "", **config: Any) -> GenerationRequest:
    return GenerationRequest(
        id=id, messages=(ChatMessage(role=Role.USER, content=text),), config=GenerationConfig(**config)
    )


def answer(engine: EndpointEngine, request: GenerationRequest) -> tuple[Completion, list[str]]:
    pieces: list[str] = []
    return engine.stream(request, pieces.append, lambda: False), pieces


def problem_of(engine: EndpointEngine, request: GenerationRequest | None = None) -> tuple[WorkbenchError, list[str]]:
    pieces: list[str] = []
    with pytest.raises(WorkbenchError) as caught:
        engine.stream(request or ask(), pieces.append, lambda: False)
    return caught.value, pieces


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


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "code", "words", "asked"),
    [
        (403, None, "endpoint_forbidden", "does not allow this key", 1),
        (402, None, "endpoint_no_credit", "no credit", 1),
        (429, {"error": {"message": "x", "code": "insufficient_quota"}}, "endpoint_no_credit", "no credit", 1),
        (429, None, "endpoint_busy", "too many requests", 4),
        (500, None, "endpoint_down", "problem of its own (HTTP 500)", 4),
        (503, None, "endpoint_down", "problem of its own (HTTP 503)", 4),
        (400, {"error": {"message": "maximum context length is 4096 tokens"}}, "prompt_too_long", "4096 tokens", 1),
        (400, {"error": "no such thing"}, "endpoint_refused", "no such thing", 1),
        (400, {"detail": "odd"}, "endpoint_refused", "HTTP 400", 1),
        (404, None, "endpoint_not_found", "has nothing at", 1),
        (302, None, "endpoint_redirect", "sends on to another address", 1),
    ],
)
def test_that_each_refusal_has_its_sentence(
    engine_for: Engines,
    server: OpenAiServer,
    status: int,
    body: dict[str, Any] | None,
    code: str,
    words: str,
    asked: int,
) -> None:
    server.faults = Faults(status=status, body=body, headers={"Location": "http://127.0.0.1:9/v1"})
    problem, pieces = problem_of(engine_for(KEY))
    assert (problem.code, pieces, len(server.asked)) == (code, [], asked)
    assert words in problem.message
    assert problem.hint


def test_that_a_wrong_key_is_said_and_not_repeated(engine_for: Engines, server: OpenAiServer) -> None:
    server.key = "another"
    problem, _ = problem_of(engine_for(KEY))
    assert (problem.code, len(server.asked)) == ("endpoint_bad_key", 1)
    assert "does not accept the key" in problem.message
    assert KEY not in f"{problem} {problem.details}"
    assert "Incorrect API key provided" in problem.details


def test_that_a_missing_key_is_said(engine_for: Engines, server: OpenAiServer) -> None:
    server.key = KEY
    assert "answers only with a key" in problem_of(engine_for())[0].message


def test_that_an_unknown_model_is_said(engine_for: Engines) -> None:
    problem, _ = problem_of(engine_for(model="huge"))
    assert (problem.code, "has no model 'huge'" in problem.message) == ("endpoint_no_model", True)


def test_that_a_pause_the_server_asks_for_is_kept(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(status=429, refusals=1, headers={"Retry-After": "0.4"})
    started = time.perf_counter()
    completion, _ = answer(engine_for(), ask())
    assert 0.4 <= time.perf_counter() - started < 30
    assert (completion.text, len(server.asked)) == ("You said: one two three", 2)


def test_that_a_pause_that_is_too_long_is_told_instead(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(status=429, headers={"Retry-After": "3600"})
    problem, _ = problem_of(engine_for())
    assert ("3600 seconds" in problem.hint, len(server.asked)) == (True, 1)


def test_that_a_server_that_recovers_is_asked_again(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(status=500, refusals=2)
    assert answer(engine_for(), ask())[0].text == "You said: one two three"
    assert len(server.asked) == 3


def test_that_a_cut_answer_keeps_its_text_and_is_not_asked_again(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(cut_after=2)
    problem, pieces = problem_of(engine_for())
    assert (problem.code, "".join(pieces), len(server.asked)) == ("endpoint_cut", "You said: ", 1)
    done = engine_for().complete_all([ask()], lambda _: None, lambda: False)
    assert (done[0].text, done[0].finish_reason) == ("You said: ", FinishReason.ERROR)
    assert "broke before the answer was complete" in done[0].problem


def test_that_a_connection_that_is_cut_before_the_first_word_is_asked_again(
    engine_for: Engines, server: OpenAiServer
) -> None:
    server.faults = Faults(cut_after=0, cuts=1)
    assert answer(engine_for(), ask())[0].text == "You said: one two three"
    assert len(server.asked) == 2


def test_that_silence_has_an_end(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(silent_after=2)
    problem, pieces = problem_of(engine_for(patience=replace(QUICK, silence_seconds=0.3)))
    assert (problem.code, "".join(pieces)) == ("endpoint_silent", "You said: ")


def test_that_a_server_that_is_not_there_is_said(engine_for: Engines, server: OpenAiServer) -> None:
    problem, _ = problem_of(engine_for(base_url="http://127.0.0.1:9/v1"))
    assert (problem.code, "127.0.0.1:9 cannot be reached" in problem.message) == ("endpoint_unreachable", True)


def test_that_a_server_without_encryption_is_not_trusted_as_an_encrypted_one(
    engine_for: Engines, server: OpenAiServer
) -> None:
    problem, _ = problem_of(engine_for(base_url=server.url.replace("http:", "https:")))
    assert (problem.code, "cannot be trusted" in problem.message) == ("endpoint_not_trusted", True)


@pytest.mark.parametrize(
    ("garbage", "kind", "words"),
    [
        (b"<html>Sign in</html>", "text/html", "a web page"),
        (b"{not json", "application/json", "no JSON"),
        (b"data: {not json\n\n", "", "no JSON"),
        (b'data: "text"\n\n', "", "no object"),
        (b"data: " + b"[" * 200_000 + b"\n\n", "", "no JSON"),
        (b"data: " + b"x" * 1_200_000, "", "a line without an end"),
        (b"%PDF-1.7\nbinary\n", "text/plain", "something else"),
    ],
)
def test_that_what_is_no_answer_is_said(
    engine_for: Engines, server: OpenAiServer, garbage: bytes, kind: str, words: str
) -> None:
    server.faults = Faults(garbage=garbage, content_type=kind)
    problem, pieces = problem_of(engine_for())
    assert (problem.code, pieces) == ("endpoint_strange", [])
    assert words in problem.message


def test_that_nothing_packed_is_unpacked(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(garbage=b"\x1f\x8b bomb", content_encoding="gzip")
    assert "something packed" in problem_of(engine_for())[0].message


def test_that_an_error_in_the_stream_keeps_the_text(engine_for: Engines, server: OpenAiServer) -> None:
    said = json.dumps({"error": {"message": f"the machine fell over, {KEY}"}})
    server.faults = Faults(after=2, piece=f"data: {said}\n\n".encode())
    problem, pieces = problem_of(engine_for(KEY))
    assert (problem.code, "".join(pieces)) == ("endpoint_broke_off", "You said: ")
    assert "the machine fell over" in problem.message
    assert KEY not in f"{problem} {problem.details}"


def test_that_a_filtered_answer_is_said(engine_for: Engines, server: OpenAiServer) -> None:
    piece = json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "content_filter"}]})
    server.faults = Faults(garbage=f"data: {piece}\n\ndata: [DONE]\n\n".encode())
    assert "A filter of 127.0.0.1" in problem_of(engine_for())[0].message


def test_that_strange_pieces_between_good_ones_are_passed_over(engine_for: Engines, server: OpenAiServer) -> None:
    odd = b'data: {"choices": [null, 5]}\n\nevent: ping\ndata: {"choices": [{"delta": 7}]}\n\nid: 3\n\n'
    server.faults = Faults(after=2, piece=odd)
    assert answer(engine_for(), ask())[0].text == "You said: one two three"


def test_that_an_answer_without_an_end_is_left(
    engine_for: Engines, server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.llm.endpoints.asking.LONGEST_ANSWER", 10_000)
    server.faults = Faults(after=1, piece=b": still there\n\n" * 2000)
    problem, pieces = problem_of(engine_for())
    assert ("an answer without an end" in problem.message, "".join(pieces)) == (True, "You ")


def test_that_a_key_is_never_part_of_what_an_engine_shows_of_itself(engine_for: Engines) -> None:
    engine = engine_for(KEY)
    assert KEY not in f"{engine!r} {engine._server!r} {engine._endpoint!r}"
