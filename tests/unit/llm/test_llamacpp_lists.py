"""Many answers at once: lists, several contexts, several askers, and who waits for whom."""

import itertools
import threading
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from tests.unit.llm.asking import Opener, answer, answers, ask
from workbench.llm import llamacpp_engine
from workbench.llm.decoding import Ask, Decoding
from workbench.llm.lane import Lane
from workbench.llm.lane_config import WORTH_SHARING, LaneConfig
from workbench.llm.llama_native import Weights
from workbench.llm.llamacpp_engine import LlamaCppEngine
from workbench.llm.scheduler import Batch, Scheduler
from workbench.llm.token_batch import TokenBatch
from workbench.llm.types import Completion, FinishReason, GenerationConfig, GenerationRequest


def test_that_a_fixed_list_gives_the_same_texts_again(tiny: LlamaCppEngine) -> None:
    requests = [ask("question " * (n % 5) + str(n), id=str(n), temperature=0.9, seed=n) for n in range(12)]
    first = answers(tiny, requests)
    assert [completion.id for completion in first] == [str(n) for n in range(12)]
    noise = threading.Thread(target=lambda: answer(tiny, ask("meanwhile", max_tokens=100)))
    noise.start()
    again = answers(tiny, requests)
    noise.join()
    assert [completion.text for completion in again] == [completion.text for completion in first]


def test_that_a_shared_beginning_is_computed_once_and_changes_no_answer(tiny: LlamaCppEngine) -> None:
    beginning = "The same long beginning of every question. " * 2
    requests = [ask(beginning + str(n), id=str(n)) for n in range(6)]
    alone = [answers(tiny, [request])[0] for request in requests]
    together = answers(tiny, requests)
    assert [completion.text for completion in together] == [completion.text for completion in alone]
    assert all(completion.usage.cached_tokens == 0 for completion in alone)
    assert sum(completion.usage.cached_tokens >= len(beginning) for completion in together) >= 5


@pytest.mark.parametrize(("flash", "summed", "in_common"), [(True, 16, True), (False, 16, False), (False, 64, True)])
def test_that_the_cells_of_a_list_suffice_for_each_of_its_answers(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch, flash: bool, summed: int, in_common: bool
) -> None:
    """Where a processor sums more numbers at once than a head has, a row alone is slow: then all share a buffer."""
    monkeypatch.setattr(llamacpp_engine, "summed_at_once", lambda: summed)
    engine = opened(write_tiny_gguf(tmp_path / "tiny.gguf", ends=False), batch=32, flash_attention=flash)
    requests = [ask("s" * 180 + f"{n} " * (n % 3), id=str(n), max_tokens=16 + n % 5) for n in range(40)]
    completions = answers(engine, requests)
    assert [c.problem for c in completions] == [""] * 40
    assert [c.usage.generated_tokens for c in completions] == [16 + n % 5 for n in range(40)]
    least = 180 if in_common else 180 - WORTH_SHARING  # in buffers of their own nobody waits for the last few
    assert sum(c.usage.cached_tokens >= least for c in completions) == 39, "the beginning was computed once for all"
    exact = engine.complete_all(requests, lambda _: None, lambda: False, exact=True)
    assert sum(a.text == b.text for a, b in zip(completions, exact, strict=True)) >= 38


@pytest.fixture
def shared_out(tmp_path: Path, opened: Opener) -> LlamaCppEngine:
    """Its lists are decoded by two threads, each with a context of its own."""
    return opened(write_tiny_gguf(tmp_path / "shared.gguf", ends=False), threads=2)


def test_that_a_list_in_two_contexts_gives_each_its_answer_and_repeats(shared_out: LlamaCppEngine) -> None:
    beginning = "The same long beginning of every question. " * 2
    requests = [ask(beginning + str(n), id=str(n), max_tokens=20 + n) for n in range(16)]
    together = answers(shared_out, requests)
    assert [c.id for c in together] == [str(n) for n in range(16)]
    assert [c.usage.generated_tokens for c in together] == [20 + n for n in range(16)]
    assert sum(c.usage.cached_tokens < len(beginning) for c in together) == 2, "each context computes the beginning"
    assert [c.text for c in answers(shared_out, requests)] == [c.text for c in together]
    exact = shared_out.complete_all(requests, lambda _: None, lambda: False, exact=True)
    assert sum(a.text == b.text for a, b in zip(together, exact, strict=True)) >= 15


def test_that_a_list_in_two_contexts_stops_and_lets_others_ask(shared_out: LlamaCppEngine) -> None:
    done: list[Completion] = []
    stopped = threading.Event()

    def all_of_it() -> None:
        requests = [ask(f"{n}", id=str(n), max_tokens=200) for n in range(200)]
        done.extend(shared_out.complete_all(requests, lambda _: None, stopped.is_set))

    listed = threading.Thread(target=all_of_it)
    listed.start()
    assert answer(shared_out, ask("meanwhile", max_tokens=20)).usage.generated_tokens == 20
    assert listed.is_alive(), "the asker did not wait for the list"
    stopped.set()
    listed.join(60)
    assert len(done) == 200 and done[-1].finish_reason is FinishReason.CANCELLED
    assert answer(shared_out, ask("afterwards", max_tokens=8)).usage.generated_tokens == 8


def test_that_a_mistake_in_one_of_two_contexts_leaves_nobody_waiting(
    shared_out: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    steps, step = itertools.count(), Lane.step

    def mistaken(lane: Lane, *, alone: bool = False) -> None:
        if next(steps) == 5:
            raise ZeroDivisionError
        step(lane, alone=alone)

    monkeypatch.setattr("workbench.llm.lane.Lane.step", mistaken)
    completions = answers(shared_out, [ask(f"{n}", id=str(n)) for n in range(16)])
    reasons = [completion.finish_reason for completion in completions]
    assert len(reasons) == 16 and FinishReason.CANCELLED in reasons, "each has its last word"


def test_that_a_list_leaves_an_asker_its_answer(tiny: LlamaCppEngine) -> None:
    alone = answer(tiny, ask("meanwhile", max_tokens=60)).text
    listed = threading.Thread(target=lambda: answers(tiny, [ask(f"{n}", max_tokens=200) for n in range(60)]))
    listed.start()
    assert answer(tiny, ask("meanwhile", max_tokens=60)).text == alone
    assert listed.is_alive(), "the asker did not wait for the list"
    listed.join()


def test_that_a_mistake_in_the_engine_leaves_nobody_waiting(
    tiny: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    monkeypatch.setattr("workbench.llm.lane.Lane.step", lambda _: 1 / 0)
    assert answer(tiny, ask()).finish_reason is FinishReason.CANCELLED


def test_that_the_next_turn_of_a_conversation_reuses_the_one_before(tiny: LlamaCppEngine) -> None:
    first = answer(tiny, GenerationRequest(prompt="once upon a time", config=GenerationConfig(max_tokens=1)))
    longer = GenerationRequest(prompt="once upon a time there was", config=GenerationConfig(max_tokens=8))
    second = answer(tiny, longer)
    assert second.usage.cached_tokens == first.usage.prompt_tokens
    assert second.text == answers(tiny, [longer])[0].text


def test_that_many_askers_get_the_answers_that_they_get_alone(tiny: LlamaCppEngine) -> None:
    questions = [f"{n} is a number" for n in range(9)]
    alone = [answers(tiny, [ask(question)])[0].text for question in questions]
    together: dict[str, str] = {}

    def asker(question: str) -> None:
        together[question] = answer(tiny, ask(question)).text

    threads = [threading.Thread(target=asker, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[question] for question in questions] == alone


def test_that_a_stopped_list_gives_every_answer_a_last_word(tiny: LlamaCppEngine) -> None:
    done: list[Completion] = []
    completions = tiny.complete_all(
        [ask(str(n), max_tokens=200 if n else 3) for n in range(20)], done.append, lambda: len(done) > 0
    )
    assert completions[0].finish_reason is FinishReason.LENGTH
    assert len(done) == 20
    assert {completion.finish_reason for completion in completions[8:]} == {FinishReason.CANCELLED}


def test_that_an_exact_answer_does_not_depend_on_its_neighbours(tiny: LlamaCppEngine) -> None:
    asked = [ask(f"question {n} {'pad ' * n}", id=str(n), max_tokens=30) for n in range(5)]
    alone = [tiny.complete_all([one], lambda _: None, lambda: False, exact=True)[0] for one in asked]
    together = tiny.complete_all(asked[::-1], lambda _: None, lambda: False, exact=True)[::-1]
    assert [c.text for c in together] == [c.text for c in alone]
    assert all(c.usage.cached_tokens == 0 for c in (*alone, *together))


def test_that_an_interrupted_call_loses_nothing(tmp_path: Path) -> None:
    weights = Weights(write_tiny_gguf(tmp_path / "tiny.gguf", ends=False), "tiny", 0)
    config = LaneConfig(context_length=256, sequences=2, threads=1)

    def decoded(interruptions: set[int]) -> list[str]:
        lane = Lane(weights, config)
        calls, decode = itertools.count(), lane._context.decode

        def interrupted(batch: TokenBatch) -> bool:
            if next(calls) in interruptions:
                lane._context.interrupt()
            return decode(batch)

        lane._context.decode = interrupted  # type: ignore[method-assign]
        asks = [Ask("", tuple(range(40, 70 + n)), "", GenerationConfig(max_tokens=6)) for n in range(2)]
        decodings = [Decoding.streaming(ask) for ask in asks]
        for decoding in decodings:
            lane.submit(decoding)
        while not lane.is_idle:
            lane.step()
        lane.close()
        assert next(calls) >= len(interruptions) + 6
        return [decoding.assembler.text for decoding in decodings]

    undisturbed = decoded(set())
    assert decoded({0, 1, 3, 5}) == undisturbed and all(undisturbed)
    weights.free()


def test_that_a_wish_to_stop_ends_the_call_that_runs(tmp_path: Path) -> None:
    weights = Weights(write_tiny_gguf(tmp_path / "tiny.gguf", ends=False), "tiny", 0)
    lane = Lane(weights, LaneConfig(context_length=256, sequences=1, threads=1))
    decoding = Decoding.streaming(Ask("", tuple(range(40, 80)), "", GenerationConfig(max_tokens=6)))
    lane.submit(decoding)
    decode, ended = lane._context.decode, list[bool]()

    def cancelled_meanwhile(batch: TokenBatch) -> bool:
        decoding.cancel()
        ended.append(not decode(batch))
        return not ended[-1]

    lane._context.decode = cancelled_meanwhile  # type: ignore[method-assign]
    lane.step()
    lane.step()
    assert ended == [True] and lane.is_idle, "the call came back before it was done, and the answer has its last word"
    lane.close()
    weights.free()


def test_that_those_who_read_along_get_as_much_time_as_a_list(
    tiny: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, step_batch = itertools.count(), Scheduler._step_batch
    reading, far = threading.Event(), threading.Event()

    def slow(scheduler: Scheduler, batch: Batch) -> bool:
        next(steps)
        reading.wait(60)
        far.wait(0.5)  # a long call of a list
        return step_batch(scheduler, batch)

    monkeypatch.setattr(Scheduler, "_step_batch", slow)
    listed = threading.Thread(target=answers, args=(tiny, [ask("a long list")]))
    listed.start()
    said: list[str] = []

    def read(text: str) -> None:
        said.append(text)

    reading.set()
    tiny.stream(ask(max_tokens=20), read, lambda: False)
    used = next(steps)
    far.set()
    listed.join()
    assert said and used < 10, f"twenty tokens took {used} steps of the list"
