"""The engine against a server on this computer that misbehaves in every way."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.openai_server import Faults, OpenAiServer
from tests.unit.llm.endpoints.asking import KEY, QUICK, Engines, answer, ask, problem_of
from workbench.llm.types import FinishReason


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
    assert problem.hint == "The text so far is kept. Ask again."
    done = engine_for().complete_all([ask()], lambda _: None, lambda: False)
    assert (done[0].text, done[0].finish_reason) == ("You said: ", FinishReason.ERROR)
    assert "broke before the answer was complete" in done[0].problem


def test_that_nothing_is_said_to_be_kept_where_no_text_came(engine_for: Engines, server: OpenAiServer) -> None:
    server.faults = Faults(cut_after=0)
    problem, pieces = problem_of(engine_for())
    assert (problem.code, pieces, problem.hint) == ("endpoint_cut", [], "Ask again.")


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
