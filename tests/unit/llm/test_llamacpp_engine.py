"""One answer of the engine: its text, its limits, its memory, its end."""

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.llm_models import VOCABULARY, write_saying_gguf, write_tiny_gguf
from tests.unit.llm.asking import SAID, Opener, answer, answers, ask
from workbench.errors import WorkbenchError
from workbench.llm.llamacpp_engine import LlamaCppEngine
from workbench.llm.too_long import LeaveOutTurns, too_long_of
from workbench.llm.types import ChatMessage, Completion, FinishReason, GenerationConfig, GenerationRequest, KvType, Role


def test_that_an_answer_arrives_in_whole_characters_and_ends_where_the_model_ends(saying: LlamaCppEngine) -> None:
    pieces: list[str] = []
    completion = saying.stream(ask(id="7"), pieces.append, lambda: False)
    assert "".join(pieces) == SAID and "\ufffd" not in "".join(pieces)
    assert (completion.text, completion.id, completion.finish_reason) == (SAID, "7", FinishReason.STOP)
    assert completion.usage.generated_tokens == len(SAID.encode())
    assert completion.final_prompt == "<|user|>hello<|end|><|assistant|>"
    assert completion.usage.prompt_tokens == 1 + 3 + len("hello") == saying.count_tokens(ask().messages)  # begin mark
    assert 0 < completion.seconds_to_first_token <= completion.seconds


def test_that_the_begin_mark_is_there_once_also_when_the_template_writes_it(tmp_path: Path, opened: Opener) -> None:
    engine = opened(write_tiny_gguf(tmp_path / "bos.gguf", template="{{ bos_token }}{{ messages[0].content }}"))
    assert engine.count_tokens(ask("abc").messages) == 1 + len("abc")
    assert engine.count_text_tokens("abc") == len("abc")


@pytest.mark.parametrize(("stop", "text"), [(["€ 😀"], "Hel"), (["x", "wö"], "Hel€ 😀"), (["H"], ""), (["zzz"], SAID)])
def test_that_the_text_ends_before_a_stop_string(saying: LlamaCppEngine, stop: list[str], text: str) -> None:
    pieces: list[str] = []
    completion = saying.stream(ask(stop=tuple(stop)), pieces.append, lambda: False)
    assert completion.text == "".join(pieces) == text
    assert completion.finish_reason is FinishReason.STOP


@pytest.mark.parametrize(("tokens", "text"), [(3, "Hel"), (4, "Hel"), (5, "Hel"), (6, "Hel€")])
def test_that_an_answer_cut_inside_a_character_drops_its_beginning(
    saying: LlamaCppEngine, tokens: int, text: str
) -> None:
    completion = answer(saying, ask(max_tokens=tokens))
    assert (completion.text, completion.finish_reason) == (text, FinishReason.LENGTH)


def test_that_the_likeliest_tokens_are_the_same_every_time(tiny: LlamaCppEngine) -> None:
    assert len({answer(tiny, ask()).text for _ in range(3)}) == 1


def test_that_the_seed_decides_a_sampled_answer(tiny: LlamaCppEngine) -> None:
    hot: dict[str, Any] = {"temperature": 1.5, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    by_seed = [answer(tiny, ask(seed=seed, **hot)).text for seed in (1, 2, 1)]
    assert by_seed[0] == by_seed[2] != by_seed[1]


def test_that_top_k_of_one_is_the_likeliest_token_at_any_temperature(tiny: LlamaCppEngine) -> None:
    assert answer(tiny, ask(temperature=2.0, top_k=1)).text == answer(tiny, ask()).text


def test_that_a_repeat_penalty_changes_a_repeating_answer(tmp_path: Path, opened: Opener) -> None:
    embedding = np.eye(261, 288, dtype=np.float32)
    stuttering = write_tiny_gguf(
        tmp_path / "stuttering.gguf",
        width=288,
        blocks=1,
        feed_forward=64,
        replace={
            "token_embd.weight": embedding,
            "output.weight": embedding,
            "blk.0.attn_output.weight": np.zeros((288, 288), np.float32),
            "blk.0.ffn_down.weight": np.zeros((288, 64), np.float32),
        },
    )
    engine = opened(stuttering)
    raw = GenerationRequest(prompt="a", config=GenerationConfig(max_tokens=6))
    assert answer(engine, raw).text == "aaaaaa"
    every: dict[str, Any] = {"max_tokens": 6, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    assert answer(engine, raw.model_copy(update={"config": GenerationConfig(**every)})).text == "aaaaaa"
    penalised = raw.model_copy(update={"config": GenerationConfig(repeat_penalty=5.0, **every)})
    assert answer(engine, penalised).text != "aaaaaa"


def test_that_a_model_of_invalid_numbers_is_refused_at_load(tmp_path: Path, opened: Opener) -> None:
    broken = {"blk.1.ffn_down.weight": np.full((64, 128), np.nan, np.float32)}
    with pytest.raises(WorkbenchError, match="nan produces invalid numbers"):
        opened(write_tiny_gguf(tmp_path / "nan.gguf", replace=broken))


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_that_invalid_numbers_that_only_some_texts_reach_are_said(
    tmp_path: Path, opened: Opener, temperature: float
) -> None:
    embedding = np.random.default_rng(0).normal(0, 1, (VOCABULARY, 64)).astype(np.float32)
    embedding[ord("z")] = np.nan
    path = write_tiny_gguf(tmp_path / "rare.gguf", replace={"token_embd.weight": embedding}, ends=False)
    engine = opened(path, context_length=512)
    assert answer(engine, ask("horse", temperature=temperature)).usage.generated_tokens == 24
    with pytest.raises(WorkbenchError, match="rare produces invalid numbers"):
        answer(engine, ask("zebra", temperature=temperature))
    named, fine = answers(engine, [ask("zebra", id="a"), ask("horse", id="b")])
    assert (named.finish_reason, named.text) == (FinishReason.ERROR, "")
    assert "invalid numbers" in named.problem and fine.id == "b"


def test_that_a_prompt_longer_than_the_context_is_refused_with_counts(tiny: LlamaCppEngine) -> None:
    with pytest.raises(WorkbenchError, match="The prompt has 304 tokens, but tiny sees 256 at once"):
        answer(tiny, ask("x" * 300))
    too_long, fine = answers(tiny, [ask("x" * 300, id="a"), ask(id="b")])
    assert (too_long.id, too_long.finish_reason) == ("a", FinishReason.ERROR)
    assert fine.finish_reason is FinishReason.LENGTH


def test_that_an_answer_ends_where_the_context_ends(tiny: LlamaCppEngine) -> None:
    completion = answer(tiny, ask("x" * 200, max_tokens=4000))
    assert completion.finish_reason is FinishReason.LENGTH
    assert completion.usage.prompt_tokens + completion.usage.generated_tokens == 256 + 1


def test_that_an_empty_prompt_is_refused(tiny: LlamaCppEngine) -> None:
    with pytest.raises(WorkbenchError, match="the prompt is empty"):
        answer(tiny, GenerationRequest())


def test_that_a_stop_keeps_the_text_and_comes_soon(tmp_path: Path, opened: Opener) -> None:
    engine = opened(write_tiny_gguf(tmp_path / "long.gguf", context=8192, ends=False), context_length=8192)
    stopped, pieces = threading.Event(), list[str]()

    def on_text(text: str) -> None:
        pieces.append(text)
        if len(pieces) == 3:
            stopped.set()

    completion = engine.stream(ask(max_tokens=8000), on_text, stopped.is_set)
    assert len(pieces) <= 3 + 3, "what was on its way, however busy the machine is"
    assert completion.finish_reason is FinishReason.CANCELLED
    assert completion.text == "".join(pieces) != ""
    assert answer(engine, ask()).finish_reason is FinishReason.LENGTH


def test_that_closing_ends_what_is_under_way(tmp_path: Path, opened: Opener) -> None:
    engine = opened(write_tiny_gguf(tmp_path / "long.gguf", context=8192, ends=False), context_length=8192)
    begun, ended = threading.Event(), list[Completion]()

    def asker() -> None:
        ended.append(engine.stream(ask(max_tokens=8000), lambda _: begun.set(), lambda: False))

    thread = threading.Thread(target=asker)
    thread.start()
    assert begun.wait(60)
    engine.close()
    thread.join(60)
    assert ended[0].finish_reason is FinishReason.CANCELLED and ended[0].text
    with pytest.raises(WorkbenchError, match="was unloaded"):
        answer(engine, ask())


def test_that_a_model_file_that_is_cut_while_loaded_ends_nothing(tiny: LlamaCppEngine) -> None:
    before = answer(tiny, ask()).text
    os.truncate(tiny.model.path, 1000)
    assert answer(tiny, ask()).text == before
    assert answers(tiny, [ask()])[0].text == before


def test_that_memory_names_weights_cache_and_buffers(tiny: LlamaCppEngine) -> None:
    memory = tiny.memory()
    assert memory.weights == 107456 * 4
    assert memory.kv_cache == 256 * 4 * 2 * 2 * 16 * 2 * 2  # tokens, answers, layers, kv heads, head, k and v, bytes
    assert memory.compute > 0


def test_that_a_file_without_one_of_its_tensors_says_which(tmp_path: Path, opened: Opener) -> None:
    path = write_tiny_gguf(tmp_path / "odd.gguf")
    path.write_bytes(path.read_bytes().replace(b"blk.1.ffn_norm.weight", b"blk.1.ffn_xorm.weight"))
    with pytest.raises(
        WorkbenchError, match=r"odd\.gguf cannot be loaded: tensor 'blk\.1\.ffn_norm\.weight' not found"
    ):
        opened(path)


def test_that_an_unknown_architecture_says_that_a_newer_engine_is_needed(tmp_path: Path, opened: Opener) -> None:
    path = write_tiny_gguf(tmp_path / "future.gguf")
    data = path.read_bytes().replace(b"llama", b"zlama")
    path.write_bytes(data)
    with pytest.raises(WorkbenchError, match="architecture 'zlama', which this version"):
        opened(path)


def test_that_a_model_that_needs_more_memory_than_there_is_is_refused_with_numbers(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.llm.fit.free_memory", lambda: 15_000_000)
    path = write_tiny_gguf(tmp_path / "big.gguf", context=1 << 20)
    with pytest.raises(
        WorkbenchError, match=r"needs about .* but 15 MB of memory are free\. A context of \d+ tokens fits"
    ):
        opened(path, context_length=1 << 20)


@pytest.mark.parametrize(
    "load",
    [{"flash_attention": False}, {"flash_attention": True}, {"batch": 32}, {"mmap": False}],
)
def test_that_a_model_answers_with_its_own_load_settings(tmp_path: Path, opened: Opener, load: dict[str, Any]) -> None:
    path = write_saying_gguf(tmp_path / "saying.gguf", SAID)
    assert answer(opened(path, **load), ask("a longer question than one batch of thirty-two tokens")).text == SAID


def test_that_a_cache_type_that_does_not_fit_is_refused_by_name(tmp_path: Path, opened: Opener) -> None:
    path = write_saying_gguf(tmp_path / "saying.gguf", SAID)  # heads of 72 numbers, no multiple of 32
    with pytest.raises(WorkbenchError, match="cannot keep its context as q8_0"):
        opened(path, kv_type=KvType.Q8_0)


def test_that_a_quantised_cache_answers(tmp_path: Path, opened: Opener) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", heads=2, ends=False)
    halves, bytes_ = opened(path), opened(path, kv_type=KvType.Q8_0)
    assert answer(bytes_, ask()).usage.generated_tokens == 24
    assert bytes_.memory().kv_cache < halves.memory().kv_cache


def test_that_a_prompt_that_is_too_long_says_the_counts_and_what_could_be_cut(tiny: LlamaCppEngine) -> None:
    messages = (
        ChatMessage(role=Role.SYSTEM, content="s" * 40),
        ChatMessage(role=Role.USER, content="u" * 100),
        ChatMessage(role=Role.ASSISTANT, content="a" * 100),
        ChatMessage(role=Role.USER, content="q" * 30),
    )
    with pytest.raises(WorkbenchError) as problem:
        answer(tiny, GenerationRequest(messages=messages))
    assert f"has {tiny.count_tokens(messages)} tokens" in problem.value.message
    assert "Earlier turns: 200 tokens, the system prompt: 40 tokens, the question: 30 tokens." in problem.value.hint
    found = too_long_of(problem.value)
    assert found is not None
    assert [offer.offer for offer in found.offers] == ["leave_out_turns", "raise_context"]
    assert found.offers[0] == LeaveOutTurns(turns=1, tokens=200)
    answer(tiny, GenerationRequest(messages=(messages[0], messages[-1])))  # what is offered does help
    with pytest.raises(WorkbenchError, match=r"The prompt has 301 tokens.*256"):
        answer(tiny, GenerationRequest(prompt="p" * 300))
