"""Rows that share a line: all of them, in few lines, and none sees another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.finetune.conftest import RequestMaker
from workbench.finetune.batching import collate, in_parts
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.loss import summed_loss
from workbench.finetune.packing import line_length, pack_rows, padded
from workbench.finetune.preflight import estimate
from workbench.finetune.prepared import few_steps, prepare
from workbench.finetune.tasks import train
from workbench.finetune.types import StepMetrics, TrainingConfig
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ModelRef

FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "phi3", "gemma2", "gemma3_text")


def row(*ids: int, number: int = 1) -> EncodedRow:
    return EncodedRow(ids, (False,) * (len(ids) - 2) + (True, True), number)


ROWS = [row(5, 6, 7, 8, number=1), row(9, 10, 11, number=2), row(12, 13, 14, 15, 16, number=3), row(1, 2, 3, number=4)]


def test_that_every_row_is_packed_once_and_lines_are_full() -> None:
    lines = pack_rows(ROWS, 8)
    assert sorted(token for line in lines for token in line.ids) == sorted(token for r in ROWS for token in r.ids)
    assert [len(line.ids) for line in lines] == [8, 7]
    assert [line.starts for line in lines] == [(0, 5), (0, 4)] or [line.starts for line in lines] == [(0, 3), (0, 4)]
    assert pack_rows(ROWS, 8) == lines


def test_that_a_line_is_never_shorter_than_a_row() -> None:
    assert line_length(ROWS, 0, 4096) == 1024
    assert line_length(ROWS, 0, 256) == 256
    assert line_length(ROWS, 3, 256) == 5


def test_that_the_first_token_of_a_packed_row_carries_no_loss() -> None:
    line = pack_rows([EncodedRow((5, 6), (True, True), 1), EncodedRow((7, 8), (True, True), 2)], 4)
    batch = collate(line)
    assert batch["labels"].tolist() == [[-100, 6, -100, 8]]
    assert batch["position_ids"].tolist() == [[0, 1, 0, 1]]


def test_that_lines_that_are_nearly_alike_make_batches_of_one_width() -> None:
    rows = [EncodedRow([5] * 300, [1] * 300, number) for number in range(2)]
    ends = [EncodedRow([7] * length, [1] * length, length) for length in (354, 359, 341)]
    batches = [collate(pack_rows([*rows, end], 1000)) for end in ends]
    assert all(set(batch) == {"input_ids", "labels", "position_ids"} for batch in batches)
    assert {tuple(values.shape) for batch in batches for values in batch.values()} == {(1, 960)}
    assert batches[0]["labels"][0, 954:].tolist() == [-100] * 6, "padding is not learned"
    for length in range(1, 3000):
        assert length <= padded(length) <= length * 17 / 16 + 1


def test_that_lines_without_company_are_as_before() -> None:
    assert set(collate(ROWS)) == {"input_ids", "labels"}


def tiny(family: str) -> Any:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = AutoConfig.for_model(
        family, vocab_size=64, num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, head_dim=8, **sizes
    )
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config)
    model.config.use_cache = False
    return model.eval()


def loss_of(model: Any, rows: list[EncodedRow]) -> tuple[float, int]:
    summed, tokens = summed_loss(model, collate(rows))
    return float(summed.detach()), tokens


@pytest.mark.parametrize("family", FAMILIES)
def test_that_packed_rows_do_not_see_each_other(family: str) -> None:
    model = tiny(family)
    alone = sum(loss_of(model, [r])[0] for r in ROWS)
    lines = pack_rows(ROWS, 8)
    packed, tokens = loss_of(model, lines)
    assert tokens == 8
    assert packed == pytest.approx(alone, rel=1e-4)
    seeing = [replace(line, starts=(0,)) for line in lines]
    assert loss_of(model, seeing)[0] != pytest.approx(alone, rel=1e-4)


def test_that_parts_of_a_batch_are_the_batch() -> None:
    parts = in_parts(collate(ROWS), 3)
    assert [len(part["input_ids"]) for part in parts] == [2, 2]
    assert [line for part in parts for line in part["labels"].tolist()] == collate(ROWS)["labels"].tolist()


def test_that_the_few_steps_of_a_small_packed_set_are_named(make_request: RequestMaker, base: ModelRef) -> None:
    request = make_request(packing=True, epochs=10, validation_share=0.25)
    with EngineProbe(Path(base.path)) as probe:
        prepared = prepare(request, probe)
    found = estimate(request, prepared.encoded, 1, prepared.held_out)
    assert (found.rows, found.held_out) == (18, 6)
    assert found.lines == len(prepared.rows) < 4
    warning = str(found.notes[-1])
    assert warning.startswith(f"Packing leaves {found.steps} steps where unpacked rows make 50;")


def test_that_packing_a_set_with_enough_steps_is_no_warning() -> None:
    config = TrainingConfig(packing=True, epochs=3, batch_size=4)
    assert few_steps(config, rows=10_000, lines=400, usual=500) == []
    assert few_steps(config, rows=16, lines=8, usual=500) == []
    assert few_steps(config, rows=80, lines=3, usual=500)


@pytest.mark.slow
def test_that_packing_learns_in_fewer_and_fuller_steps(make_request: RequestMaker) -> None:
    context = RecordingContext()
    report = train(context, make_request(packing=True, max_length=128, batch_size=1, epochs=8, learning_rate=3e-2))
    losses = [item.loss for item in context.produced if isinstance(item, StepMetrics)]
    assert report.total_steps < 8 * 24 / 3
    assert losses[-1] < 0.6 * losses[0]
    assert "24 rows share" in next(note.message for note in report.notes if note.message.startswith("Packed"))
