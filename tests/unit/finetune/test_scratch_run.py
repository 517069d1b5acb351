"""A model from scratch as a job: what it learns, samples, exact resume, the file, and the estimate."""

from pathlib import Path

import pytest

from tests.unit.finetune.conftest import RequestMaker
from tests.unit.finetune.test_texts import SEA, document
from tests.unit.finetune.test_training import StoppingContext, finish, losses
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.running import can_resume
from workbench.finetune.scratch.model import build_model
from workbench.finetune.scratch.sizes import SHAPES, ScratchSettings, Size, big_models, parameters_of
from workbench.finetune.tasks import estimate_from_scratch, train
from workbench.finetune.types import TrainingSample, TrainRequest
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ChatMessage, ModelRef, Role


def scratch(make_request: RequestMaker, name: str = "small", **settings: object) -> TrainRequest:
    rows = [document(SEA + f"Day {n} is over. ", n) for n in range(1, 41)]
    wanted: dict[str, object] = {
        "objective": "text", "method": "full", "validation_share": 0.1, "learning_rate": 5e-3, "sample_tokens": 8,
    }  # fmt: skip
    request = make_request(name, rows=rows, **(wanted | settings))
    sizes = ScratchSettings(size=Size.TINY, vocabulary=512, tokens=256 * 12, batch_tokens=256)
    return request.model_copy(update={"scratch": sizes, "base": ModelRef(name="", path="")})


@pytest.mark.parametrize("size", [Size.TINY, Size.SMALL])
def test_that_the_weights_are_counted_right(size: Size) -> None:
    model = build_model(SHAPES[size], 0)
    assert parameters_of(SHAPES[size]) == sum(weights.numel() for weights in model.parameters())


def test_that_shapes_can_be_stored_in_blocks_of_32() -> None:
    for shape in SHAPES.values():
        assert shape.width % 32 == shape.inner % 32 == 0
        assert shape.width % shape.heads == 0


def test_that_a_big_model_takes_six_operations_a_weight_and_token() -> None:
    (found,) = big_models(1e12, [1_000_000_000])
    assert found.tokens == 20_000_000_000
    assert found.seconds_here == pytest.approx(6 * 1e9 * 2e10 / 1e12)
    assert found.memory_bytes == 16_000_000_000


@pytest.mark.slow
def test_that_a_model_is_made_from_nothing_and_llama_cpp_reads_it(make_request: RequestMaker) -> None:
    context = RecordingContext()
    request = scratch(make_request, samples_every=6)
    report = train(context, request)
    assert report.finished and report.made
    assert losses(context)[-1] < 0.8 * losses(context)[0]
    assert report.eval_loss is not None
    steps = sorted({item.step for item in context.produced if isinstance(item, TrainingSample)})
    assert steps == [0, 6, 12]
    with EngineProbe(Path(report.made.gguf_path)) as probe:
        assert probe.vocabulary_size == 512
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(report.made.folder)
    with EngineProbe(Path(report.made.gguf_path)) as probe:
        assert tokenizer("The sea is cold.")["input_ids"] == probe.tokenize("The sea is cold.")
    assert train(RecordingContext(), request) == report


@pytest.mark.slow
def test_that_a_stopped_model_from_scratch_goes_on_to_the_same_bytes(make_request: RequestMaker) -> None:
    whole = finish(scratch(make_request, "whole"))
    request = scratch(make_request, "stopped")
    stopped = train(StoppingContext(after_step=4), request)
    assert (stopped.finished, stopped.steps) == (False, 4)
    resumed = finish(request)
    assert resumed.resumed_from == 4
    assert whole.made and resumed.made
    weights = [Path(made.folder, "model.safetensors").read_bytes() for made in (whole.made, resumed.made)]
    assert weights[0] == weights[1]


def test_that_without_text_neither_estimate_nor_training_begins(make_request: RequestMaker) -> None:
    silent = TrainingRow(messages=(ChatMessage(role=Role.USER, content=" "),), number=1)
    request = scratch(make_request)
    without = make_request(rows=[silent], objective="text", method="full")
    request = request.model_copy(update={"rows_path": without.rows_path, "rows_hash": without.rows_hash})
    for begin in (estimate_from_scratch, train):
        with pytest.raises(WorkbenchError, match="There is no text to learn from"):
            begin(RecordingContext(), request)
    assert not can_resume(request)


@pytest.mark.slow
def test_that_time_is_measured_before_the_start(make_request: RequestMaker) -> None:
    found = estimate_from_scratch(RecordingContext(), scratch(make_request))
    assert found.parameters == ScratchSettings(size=Size.TINY, vocabulary=512).parameters
    assert found.seconds == pytest.approx(found.tokens / found.tokens_per_second)
    assert found.operations_per_second > 1e8
    assert [big.parameters for big in found.big] == sorted(big.parameters for big in found.big)
