import re
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.llm import fit
from workbench.llm.fit import (
    BATCH_WITHOUT_FLASH,
    MOST_SCORES_BYTES,
    Fit,
    check_fits,
    context_for,
    estimate,
    kv_bytes_per_token,
    uses_flash_attention,
    verdict,
)
from workbench.llm.library import describe_gguf
from workbench.llm.types import KvType, LoadConfig, ModelRef

MODEL = ModelRef(
    name="m", path="/m.gguf", size_bytes=4_000_000_000, context_length=8192, embedding_length=4096, block_count=32,
    head_count=32, head_count_kv=8,
)  # fmt: skip
ONE = LoadConfig(context_length=4096, parallel_sequences=1)


def test_that_the_parts_add_up_to_what_is_needed() -> None:
    use = estimate(MODEL, ONE)
    assert use.kv_cache == 32 * 8 * 128 * 2 * 2 * 4096  # blocks, heads, width, keys and values, bytes, tokens
    assert verdict(MODEL, ONE, 10**11).needed_bytes == use.weights + use.kv_cache + use.compute == use.total


@pytest.mark.parametrize(("kv_type", "share"), [(KvType.F16, 1.0), (KvType.Q8_0, 34 / 64), (KvType.Q4_0, 18 / 64)])
def test_that_a_quantized_cache_needs_less(kv_type: KvType, share: float) -> None:
    assert kv_bytes_per_token(MODEL, kv_type) == pytest.approx(share * kv_bytes_per_token(MODEL))


def test_that_the_buffers_are_those_of_the_batch_that_is_used() -> None:
    small = MODEL.model_copy(update={"key_length": 32})
    wished = ONE.model_copy(update={"batch": 2048})
    used = ONE.model_copy(update={"batch": BATCH_WITHOUT_FLASH})
    assert estimate(small, wished).compute == estimate(small, used).compute
    assert estimate(small, wished, on_gpu=True).compute > estimate(small, used).compute
    assert verdict(small, wished, 10**11).rows_per_call == BATCH_WITHOUT_FLASH
    assert verdict(MODEL, wished, 10**11).rows_per_call == 2048


def test_that_a_smaller_batch_needs_smaller_buffers() -> None:
    big, small = (estimate(MODEL, ONE.model_copy(update={"batch": batch})).compute for batch in (2048, 128))
    assert small < big / 8


@pytest.mark.parametrize(("free", "expected"), [(2.0, Fit.FITS), (1.1, Fit.TIGHT), (0.9, Fit.WONT)])
def test_that_the_verdict_follows_the_free_memory(free: float, expected: Fit) -> None:
    needed = estimate(MODEL, ONE).total
    assert verdict(MODEL, ONE, int(free * needed)).fit is expected


@pytest.mark.parametrize("answers", [1, 4, 8])
@pytest.mark.parametrize("total", [2_000_000_000, 8_000_000_000, 64_000_000_000])
def test_that_the_longest_context_that_fits_does_fit_and_no_longer_one_does(
    monkeypatch: pytest.MonkeyPatch, answers: int, total: int
) -> None:
    monkeypatch.setattr(fit, "total_memory", lambda: total)
    free = MODEL.size_bytes + 600_000_000
    load = ONE.model_copy(update={"parallel_sequences": answers})

    def fits(context: int) -> bool:
        return verdict(MODEL, load.model_copy(update={"context_length": context}), free).fit is not Fit.WONT

    longest = verdict(MODEL, load, free).longest_context
    assert 256 < longest < 8192
    assert fits(longest)
    assert not any(fits(context) for context in range(longest + 1, 8193, 7))


def test_that_no_more_context_is_counted_than_the_model_was_trained_for() -> None:
    assert context_for(MODEL, ONE.model_copy(update={"context_length": 100_000})) == 8192


def test_that_too_big_a_model_is_refused_with_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "free_memory", lambda: MODEL.size_bytes + 600_000_000)
    with pytest.raises(WorkbenchError, match=r"needs about 8\.4 GB, but 4\.6 GB of memory are free") as caught:
        check_fits(MODEL, LoadConfig(context_length=8192, parallel_sequences=4))
    assert re.search(r"A context of \d+ tokens fits", caught.value.hint)
    assert verdict(MODEL, ONE, 1).longest_context == 0


@pytest.mark.parametrize(("kv_type", "blocks"), [*((each, 2) for each in KvType), (KvType.F16, 40)])
def test_that_the_estimate_of_the_cache_is_what_llama_cpp_allocates(
    tmp_path: Path, kv_type: KvType, blocks: int
) -> None:
    from workbench.llm.engines import open_engine

    model = describe_gguf(write_tiny_gguf(tmp_path / "tiny.gguf", width=256, heads=4, heads_kv=2, blocks=blocks))
    load = LoadConfig(context_length=512, parallel_sequences=2, threads=1, kv_type=kv_type)
    engine = open_engine(model, load)
    try:
        # llama.cpp reports it in hundredths of a megabyte
        assert engine.memory().kv_cache == pytest.approx(estimate(model, load).kv_cache, abs=11_000)
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("head", "load", "on_gpu", "expected"),
    [
        (32, LoadConfig(), False, False),
        (64, LoadConfig(), False, False),
        (128, LoadConfig(), False, None),
        (64, LoadConfig(context_length=100_000), False, None),  # of so many tokens, the scores alone take too much
        (64, LoadConfig(), True, None),
        (32, LoadConfig(), True, None),
        (32, LoadConfig(flash_attention=True), False, True),
        (64, LoadConfig(flash_attention=False), False, False),
        (32, LoadConfig(kv_type=KvType.Q8_0), False, None),
    ],
)
def test_that_small_heads_on_a_processor_do_without_flash_attention(
    head: int, load: LoadConfig, on_gpu: bool, expected: bool | None
) -> None:
    model = MODEL.model_copy(update={"key_length": head, "context_length": 131_072})
    assert uses_flash_attention(model, load, on_gpu=on_gpu) is expected


def test_that_scores_for_the_whole_context_are_counted_without_flash_attention() -> None:
    small = MODEL.model_copy(update={"key_length": 32})
    long, short = (estimate(small, ONE.model_copy(update={"context_length": n})).compute for n in (8192, 4096))
    assert long - short == 4096 * BATCH_WITHOUT_FLASH * MODEL.head_count * 4
    free = MODEL.size_bytes + 400_000_000
    longest = verdict(small, ONE, free).longest_context
    fitting = ONE.model_copy(update={"context_length": longest})
    assert 256 < longest < 8192 and verdict(small, fitting, free).fit is not Fit.WONT


def test_that_the_longest_context_is_found_behind_the_one_where_scores_become_too_many() -> None:
    """From there on flash attention is used, which needs no scores: more tokens may fit than a few less."""
    model = MODEL.model_copy(update={"key_length": 64, "context_length": 131_072})
    last = MOST_SCORES_BYTES // (BATCH_WITHOUT_FLASH * MODEL.head_count * 4)
    for megabytes in range(2_000, 2_600, 50):
        free = MODEL.size_bytes + megabytes * 1_000_000
        longest = verdict(model, ONE, free).longest_context

        def fits(context: int, free: int = free) -> bool:
            return verdict(model, ONE.model_copy(update={"context_length": context}), free).fit is not Fit.WONT

        assert fits(longest)
        assert not any(fits(longest + more) for more in (1, 100, 1_000, 5_000))
        assert longest > last or not fits(last + 1)
