"""Prompts beside answers: what a long one does to others, how it is stopped, and whose cells make room."""

import threading
import time
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from tests.unit.llm.asking import Opener, answer
from workbench.llm.llamacpp_engine import LlamaCppEngine
from workbench.llm.types import Completion, FinishReason, GenerationConfig, GenerationRequest

LONG = 3500
"""Tokens of a long prompt; a token is a byte here."""


def raw(prompt: str, max_tokens: int = 1) -> GenerationRequest:
    return GenerationRequest(prompt=prompt, config=GenerationConfig(max_tokens=max_tokens))


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large enough that a long prompt takes a second or more."""
    path = tmp_path_factory.mktemp("models") / "slow.gguf"
    return write_tiny_gguf(path, width=512, blocks=8, heads=8, heads_kv=8, feed_forward=2048, context=4096, ends=False)


@pytest.fixture
def slow(slow_file: Path, opened: Opener) -> LlamaCppEngine:
    return opened(slow_file, context_length=4096, parallel_sequences=3)


def test_that_a_stop_ends_a_long_prompt_while_it_is_read(slow: LlamaCppEngine) -> None:
    began = time.perf_counter()
    answer(slow, raw("a" * LONG))
    whole = time.perf_counter() - began
    began, stopped = time.perf_counter(), list[float]()

    def is_stopped() -> bool:
        if not stopped and time.perf_counter() - began > whole / 4:
            stopped.append(time.perf_counter())
        return bool(stopped)

    completion = slow.stream(raw("b" * LONG), lambda _: None, is_stopped)
    late = time.perf_counter() - stopped[0]
    assert (completion.finish_reason, completion.text) == (FinishReason.CANCELLED, "")
    # 0.2 s on a machine that does nothing else; the rest of the prompt would take three quarters of `whole`.
    assert late < max(0.2, whole / 4), f"{late:.2f} s after the stop; the whole prompt takes {whole:.2f} s"


def test_that_a_long_prompt_lets_a_running_answer_go_on(slow: LlamaCppEngine) -> None:
    said: list[float] = []
    running, over = threading.Event(), threading.Event()

    def read(_text: str) -> None:
        said.append(time.perf_counter())
        running.set()

    reader = threading.Thread(target=lambda: slow.stream(raw("tell me", 3000), read, over.is_set))
    reader.start()
    assert running.wait(60)
    began = time.perf_counter()
    answer(slow, raw("c" * LONG))
    ended = time.perf_counter()
    over.set()
    reader.join(60)
    meanwhile = [moment for moment in said if began < moment < ended]
    pauses = [later - earlier for earlier, later in zip([began, *meanwhile], [*meanwhile, ended], strict=True)]
    assert len(meanwhile) >= 5, f"{len(meanwhile)} pieces in the {ended - began:.1f} s that the prompt took"
    assert max(pauses) < (ended - began) / 2, "never silent for most of the time"


def test_that_the_sequence_unused_for_longest_makes_room(tmp_path: Path, opened: Opener) -> None:
    engine = opened(write_tiny_gguf(tmp_path / "tiny.gguf", ends=False), parallel_sequences=2)
    first, second, third = (letter * 100 for letter in "abc")

    def cached(prompt: str) -> int:
        found: Completion = answer(engine, raw(prompt))
        return found.usage.cached_tokens

    assert [cached(first), cached(second)] == [0, 0]
    assert cached(first) > 90, "both are kept"
    assert cached(third) == 0  # takes the place of the second
    assert cached(first) > 90, "used after the second: still there"
    assert cached(second) == 0, "unused for longest: it made room"
