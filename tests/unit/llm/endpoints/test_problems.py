"""What a server's answer means: pauses that it asks for, words that it says."""

import time
from email.utils import formatdate

import pytest

from workbench.llm.endpoints.problems import retry_after, said_by, scrubbed


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("", 0.0), ("soon", 0.0), ("-3", 0.0), ("nan", 0.0), ("inf", 0.0), ("1e9", 0.0)],
)
def test_that_a_pause_is_read_or_not_there(said: str, seconds: float) -> None:
    assert retry_after({"retry-after": said}) == seconds


def test_that_a_pause_may_be_a_date() -> None:
    assert 50 < retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)}) <= 60
    assert retry_after({"retry-after": formatdate(time.time() - 60, usegmt=True)}) == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "no", "code": 5, "type": null}}', "no 5"),
        (b'{"error": "no"}', "no"),
        (b'{"detail": "no"}', "no"),
        (b'{"message": "no"}', "no"),
        (b'"no"', "no"),
        (b"[1]", ""),
        (b"<html>", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_that_the_words_of_a_server_are_found(body: bytes, said: str) -> None:
    assert said_by(body) == said


def test_that_what_a_server_said_is_made_harmless() -> None:
    assert scrubbed("a\x1b[31m\n\tkey sk-1 \u202e", "sk-1") == "a [31m key …"
    assert len(scrubbed("x" * 1000, "")) == 300
