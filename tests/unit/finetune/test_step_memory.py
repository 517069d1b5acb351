"""Memory and time before the start: what the parts are made of, what is lowered, how a time is measured."""

import pytest

from workbench.finetune.batching import Schedule
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.lowering import lowered
from workbench.finetune.model_size import ModelSize
from workbench.finetune.preflight import disk_needed, training_seconds
from workbench.finetune.step_memory import Hardware, step_memory
from workbench.finetune.timing import BatchTime, between, whole_seconds
from workbench.finetune.training_config import Method, Objective, TrainingConfig

SIZE = ModelSize(
    parameters=116_417_280,
    layers=16,
    width=768,
    inner=2048,
    vocabulary=2048,
    key_width=768,
    query_width=768,
    file_bytes=123_835_968,
)
PROCESSOR, IN_BFLOAT16 = Hardware(is_cuda=False, bfloat16=False), Hardware(is_cuda=False, bfloat16=True)
ORDERLY = Hardware(is_cuda=False, bfloat16=False, is_orderly=True)
ORDERLY_IN_BFLOAT16 = Hardware(is_cuda=False, bfloat16=True, is_orderly=True)
CARD = Hardware(is_cuda=True, bfloat16=True)
QUERY_AND_VALUE = ("q_proj", "v_proj")


@pytest.mark.parametrize(
    ("config", "longest", "hardware", "measured"),
    [
        (TrainingConfig(batch_size=4, rank=8), 16, IN_BFLOAT16, 992e6),
        (TrainingConfig(batch_size=4, rank=8), 256, IN_BFLOAT16, 2160e6),
        (TrainingConfig(batch_size=4, rank=64), 256, IN_BFLOAT16, 2286e6),
        (TrainingConfig(batch_size=4, targets=QUERY_AND_VALUE), 256, IN_BFLOAT16, 1652e6),
        (TrainingConfig(batch_size=8, dropout=0.1), 128, IN_BFLOAT16, 2631e6),
        (TrainingConfig(batch_size=4, rank=8), 64, PROCESSOR, 1206e6),
        (TrainingConfig(batch_size=4, rank=64), 256, PROCESSOR, 3088e6),
        (TrainingConfig(batch_size=4, targets=QUERY_AND_VALUE), 256, PROCESSOR, 2057e6),
        (TrainingConfig(batch_size=8, dropout=0.1), 128, PROCESSOR, 3596e6),
        (TrainingConfig(batch_size=4, rank=8), 256, ORDERLY_IN_BFLOAT16, 1807e6),
        (TrainingConfig(batch_size=4, rank=32), 256, ORDERLY, 1766e6),
        (TrainingConfig(batch_size=4, rank=64), 256, CARD, 1692e6),
        (TrainingConfig(batch_size=16, dropout=0.1), 512, CARD, 6937e6),
        (TrainingConfig(batch_size=16), 512, CARD, 6044e6),
        (TrainingConfig(batch_size=8), 1024, Hardware(is_cuda=True, bfloat16=False), 8364e6),
    ],
)
def test_that_the_estimate_is_near_what_was_measured_on_a_real_machine(
    config: TrainingConfig, longest: int, hardware: Hardware, measured: float
) -> None:
    assert 0.95 <= step_memory(SIZE, config, longest, hardware).total / measured <= 1.15


def test_that_every_parameter_of_full_tuning_has_two_moments_and_a_gradient() -> None:
    memory = step_memory(SIZE, TrainingConfig(method=Method.FULL, batch_size=1), 16, PROCESSOR)
    assert memory.weights == 4 * SIZE.parameters
    assert memory.trained == 8 * SIZE.parameters
    assert memory.gradients + memory.activations + memory.logits == 4 * SIZE.parameters


def test_that_gradient_checkpointing_keeps_one_layer_and_the_inputs_of_the_others() -> None:
    config = TrainingConfig(batch_size=4)
    whole = step_memory(SIZE, config, 256, PROCESSOR)
    again = step_memory(SIZE, config.model_copy(update={"gradient_checkpointing": True}), 256, PROCESSOR)
    layer = whole.activations // SIZE.layers
    assert again.activations == layer + 4 * 256 * SIZE.layers * 4 * SIZE.width
    assert again.total < 0.6 * whole.total


def test_that_a_base_in_4_bits_takes_about_an_eighth() -> None:
    lora, qlora = (step_memory(SIZE, TrainingConfig(method=method), 64, CARD) for method in (Method.LORA, Method.QLORA))
    assert qlora.weights < 0.2 * lora.weights
    assert qlora.casts < 0.1 * lora.casts


def _limit(limit: float, hardware: Hardware = PROCESSOR, size: ModelSize = SIZE):  # type: ignore[no-untyped-def]
    return lambda config, longest: step_memory(size, config, longest, hardware).total <= limit


def test_that_smaller_batches_learn_from_as_many_rows_a_step() -> None:
    config = TrainingConfig(batch_size=8, gradient_accumulation=2)
    found = lowered(config, 256, _limit(3.2e9))
    assert found.config is not None
    assert (found.config.batch_size, found.config.gradient_accumulation) == (4, 4)
    assert found.advice == "Set the batch size to 4 and accumulation to 4: the same learning in less memory."


def test_that_gradient_checkpointing_comes_before_shorter_rows() -> None:
    found = lowered(TrainingConfig(batch_size=2), 1024, _limit(1.7e9))
    assert found.config is not None and found.config.gradient_checkpointing
    assert found.advice.startswith("Turn on gradient checkpointing")


def test_that_shorter_rows_are_advised_with_the_length_that_fits() -> None:
    limit = _limit(1.2e9)
    found = lowered(TrainingConfig(batch_size=2), 8192, limit)
    assert found.config is None
    length = int(found.advice.split("longest row to ")[1].split()[0])
    smallest = TrainingConfig(batch_size=1, gradient_checkpointing=True)
    assert limit(smallest, length) and not limit(smallest, 2 * length)


def test_that_lora_is_advised_where_full_tuning_can_never_fit() -> None:
    found = lowered(TrainingConfig(method=Method.FULL), 64, _limit(1.2e9))
    assert found.advice.startswith("Choose the method LoRA")
    assert lowered(TrainingConfig(), 64, _limit(1e8)).advice.startswith("Choose a smaller base model")


def test_that_the_disk_holds_the_checkpoints_and_what_comes_out() -> None:
    adapter = disk_needed(SIZE, TrainingConfig(rank=8))
    assert adapter == 5_000_000 + 44 * SIZE.adapter_parameters(TrainingConfig(rank=8))
    full = disk_needed(SIZE, TrainingConfig(method=Method.FULL))
    assert full == 5_000_000 + (36 + 6) * SIZE.parameters
    merged = disk_needed(SIZE, TrainingConfig(objective=Objective.TEXT, rank=8))
    assert merged > 6 * SIZE.parameters


def test_that_two_batches_give_the_time_of_all() -> None:
    line = between((100, 1.1), (300, 3.1))
    assert [line.base, line.per_token] == pytest.approx([0.1, 0.01])
    near = between((100, 1.0), (101, 3.0))  # too close to tell a slope
    assert [near.base, near.per_token] == pytest.approx([0.0, 4.0 / 201])
    rows = [EncodedRow((1,) * length, (True,) * length, 1) for length in (10, 20, 30)]
    schedule = Schedule(((0, 1), (2,), ()), 1, 3)
    assert whole_seconds(BatchTime(1.0, 0.1), rows, schedule, rows[:1], 2) == pytest.approx(2 + 4 + 3 + 2 / 3)


def test_that_full_tuning_and_gradient_checkpointing_take_half_as_much_time_again() -> None:
    size = ModelSize(parameters=10**9, layers=1, width=8, inner=8, vocabulary=8, key_width=8)
    start, lora, full, again = (
        training_seconds(size, config, lengths, 0, 1)
        for config, lengths in (
            (TrainingConfig(), []),
            (TrainingConfig(), [500]),
            (TrainingConfig(method=Method.FULL), [500]),
            (TrainingConfig(gradient_checkpointing=True), [500]),
        )
    )
    assert full - start == again - start == pytest.approx(1.5 * (lora - start))
