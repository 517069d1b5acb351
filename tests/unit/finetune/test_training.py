"""Real trainings of a tiny model: what they learn, that they repeat, and that they go on exactly."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_tiny_gguf
from tests.unit.finetune.conftest import RequestMaker, colour_rows
from workbench.errors import WorkbenchError
from workbench.finetune import loss, preflight, training_run
from workbench.finetune.adapter_folder import read_card
from workbench.finetune.base_model import compare_logits
from workbench.finetune.checkpoints import list_checkpoints, newest_good
from workbench.finetune.encoding import nothing_trained
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.preflight import EstimateRequest, ModelSize, training_seconds
from workbench.finetune.preview import PreviewRequest
from workbench.finetune.running import can_resume
from workbench.finetune.tasks import estimate, preview, train
from workbench.finetune.types import StepMetrics, TrainingConfig, TrainReport, TrainRequest
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.adapters import check_adapter
from workbench.llm.types import IdleMemory, ModelRef

pytestmark = pytest.mark.slow


class StoppingContext(RecordingContext):
    """Sends "stop" (save and end) after some steps, as the window would."""

    def __init__(self, after_step: int, command: str = "stop") -> None:
        super().__init__()
        self._after, self._command = after_step, command

    def produce(self, item: Any) -> None:
        super().produce(item)
        if isinstance(item, StepMetrics) and item.step == self._after:
            if self._command != "cancel":
                self.command(self._command)
            if self._command != "stop":
                self.cancelled.set()


def losses(context: RecordingContext) -> list[float]:
    return [item.loss for item in context.produced if isinstance(item, StepMetrics)]


def finish(request: TrainRequest) -> TrainReport:
    return train(RecordingContext(), request)


def test_that_the_loss_falls_and_every_step_is_told(make_request: RequestMaker) -> None:
    context = RecordingContext()
    report = train(context, make_request(epochs=6, validation_share=0.2))
    told = [item for item in context.produced if isinstance(item, StepMetrics)]
    assert [item.step for item in told] == list(range(1, report.total_steps + 1))
    assert losses(context)[-1] < 0.5 * losses(context)[0]
    assert report.finished
    assert report.adapter
    assert report.eval_loss is not None
    assert [item.step for item in told if item.eval_loss is not None] == [5, 10, 15, 20, 25, 30]
    assert told[3].tokens_per_second > 0
    assert told[-1].eta_seconds == 0
    assert context.progressed[-1][2].startswith("Checking that llama.cpp")


def test_that_the_same_seed_gives_the_same_bytes_and_another_seed_others(make_request: RequestMaker) -> None:
    first, again, other = (
        finish(make_request(name, seed=seed, dropout=0.1)) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first.adapter and again.adapter and other.adapter
    assert first.adapter.peft_hash == again.adapter.peft_hash
    assert first.adapter.peft_hash != other.adapter.peft_hash


def test_that_stop_saves_and_the_same_request_goes_on_to_the_same_adapter(make_request: RequestMaker) -> None:
    whole = finish(make_request("whole", dropout=0.1, gradient_accumulation=2))
    request = make_request("stopped", dropout=0.1, gradient_accumulation=2)
    stopped = train(StoppingContext(after_step=3), request)
    assert (stopped.finished, stopped.steps, stopped.adapter) == (False, 4, None)
    context = RecordingContext()
    resumed = train(context, request)
    assert resumed.resumed_from == 4
    assert whole.adapter and resumed.adapter
    assert resumed.adapter.peft_hash == whole.adapter.peft_hash
    assert [item.step for item in context.produced] == list(range(1, 7)), "the curve has a hole or a double step"


def test_that_cancel_ends_without_an_adapter(make_request: RequestMaker) -> None:
    request = make_request()
    with pytest.raises(JobCancelled):
        train(StoppingContext(after_step=2, command="cancel"), request)
    assert list(Path(request.adapters_folder).iterdir()) == []


def test_that_the_end_of_the_session_saves_before_the_cancel_takes_effect(make_request: RequestMaker) -> None:
    request = make_request()
    with pytest.raises(JobCancelled):
        train(StoppingContext(after_step=2, command="terminate"), request)
    assert finish(request).resumed_from == 3


def test_that_a_checkpoint_without_its_optimizer_is_refused_and_the_one_before_used(make_request: RequestMaker) -> None:
    whole = finish(make_request("whole"))
    request = make_request("damaged", checkpoint_seconds=0)
    train(StoppingContext(after_step=5), request)
    newest, older = list_checkpoints(Path(request.work_folder))[:2]
    (newest.folder / "optimizer.pt").unlink()
    report = finish(request)
    assert report.resumed_from == older.step
    assert f"step {newest.step} was not used: optimizer.pt is missing" in report.notes[0].message
    assert whole.adapter and report.adapter
    assert report.adapter.peft_hash == whole.adapter.peft_hash


@pytest.mark.parametrize("damage", ["flip", "empty", "manifest"])
def test_that_a_damaged_checkpoint_is_never_loaded(make_request: RequestMaker, damage: str) -> None:
    request = make_request()
    train(StoppingContext(after_step=2), request)
    root = Path(request.work_folder)
    checkpoint, _ = newest_good(root)
    assert checkpoint
    for path in checkpoint.folder.iterdir():
        content = path.read_bytes()
        if damage == "manifest" and path.name != "manifest.json":
            continue
        path.write_bytes(b"" if damage != "flip" else bytes([content[0] ^ 1]) + content[1:])
        assert newest_good(root)[0] is None, f"{path.name} was damaged and not noticed"
        path.write_bytes(content)
    assert newest_good(root)[0] == checkpoint


def test_that_a_finished_training_is_not_trained_further(make_request: RequestMaker) -> None:
    request = make_request()
    first = finish(request)
    context = RecordingContext()
    assert train(context, request) == first
    assert context.produced == []


def test_that_a_training_killed_after_its_adapter_appeared_counts_as_finished(make_request: RequestMaker) -> None:
    request = make_request()
    first = finish(request)
    (Path(request.work_folder) / "finished.json").unlink()
    again = finish(request)
    assert again.adapter == first.adapter
    assert first.adapter
    assert read_card(Path(first.adapter.folder)) == first.adapter


def test_that_a_training_whose_adapter_was_deleted_is_done_again(make_request: RequestMaker) -> None:
    request = make_request()
    first = finish(request)
    assert first.adapter
    shutil.rmtree(first.adapter.folder)
    context = RecordingContext()
    again = train(context, request)
    assert again.adapter and Path(again.adapter.gguf_path).is_file()
    assert len(losses(context)) == again.total_steps


def test_that_other_settings_are_another_training(make_request: RequestMaker) -> None:
    request = make_request()
    train(StoppingContext(after_step=2), request)
    changed = request.model_copy(update={"config": request.config.model_copy(update={"learning_rate": 1e-3})})
    with pytest.raises(WorkbenchError, match=r"other settings \(learning rate\)"):
        finish(changed)
    assert finish(changed.model_copy(update={"restart": True})).finished


def test_that_rows_edited_since_are_refused(make_request: RequestMaker) -> None:
    request = make_request()
    path = Path(request.rows_path)
    path.write_text(path.read_text(encoding="utf-8").replace("green", "grean"), encoding="utf-8")
    with pytest.raises(WorkbenchError, match="was changed since"):
        finish(request)


def test_that_a_taken_name_is_refused_before_anything_starts(make_request: RequestMaker) -> None:
    request = make_request()
    finish(request)
    with pytest.raises(WorkbenchError, match="already an adapter “colours”"):
        make_request("colours")
    with pytest.raises(WorkbenchError, match="already an adapter"):
        finish(request.model_copy(update={"work_folder": request.work_folder + "-2"}))


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "con", "x" * 90, "trailing "])
def test_that_a_name_that_is_no_folder_is_refused(make_request: RequestMaker, name: str) -> None:
    with pytest.raises(WorkbenchError, match="cannot be the name"):
        make_request(name)


def test_that_a_loss_that_is_no_number_stops_with_a_sentence(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = loss.summed_loss
    calls = 0

    def overflowing(model: Any, inputs: Any) -> Any:
        nonlocal calls
        calls += 1
        summed, tokens = honest(model, inputs)
        return (summed * float("inf") if calls == 4 else summed), tokens

    monkeypatch.setattr(loss, "summed_loss", overflowing)
    request = make_request(checkpoint_seconds=0)
    with pytest.raises(WorkbenchError, match="step 4: the loss is no longer a number") as caught:
        finish(request)
    assert "smaller learning rate" in caught.value.hint
    assert list(Path(request.adapters_folder).glob("[!.]*")) == []
    assert [checkpoint.step for checkpoint in list_checkpoints(Path(request.work_folder))] == [3, 2]


def test_that_two_processes_cannot_train_in_one_folder(make_request: RequestMaker) -> None:
    request = make_request()

    class Second(RecordingContext):
        def produce(self, item: Any) -> None:
            if isinstance(item, StepMetrics) and item.step == 1:
                with pytest.raises(WorkbenchError, match="Another process is training"):
                    finish(request)

    train(Second(), request)


def test_that_the_gguf_adapter_fits_its_base_and_answers_like_the_trained_one(
    make_request: RequestMaker, base: ModelRef
) -> None:
    report = finish(make_request(epochs=8))
    assert report.adapter
    adapter = Path(report.adapter.gguf_path)
    check_adapter(adapter, base)
    proof = json.loads((Path(report.adapter.folder) / "verification.json").read_text(encoding="utf-8"))
    assert proof["rms_difference"] < 0.05 * proof["effect"], "the adapter's own effect must be far above the rounding"
    with EngineProbe(Path(base.path)) as probe:
        ids = probe.tokenize(probe.prompt(colour_rows()[4].messages[:-1]))
        answered: list[int] = []
        for _ in range(8):
            answered.append(int(probe.logits([*ids, *answered], adapter)[-1].argmax()))
            if probe.ends(answered[-1]):
                break
        said = b"".join(probe.piece(token) for token in answered).decode("utf-8", "replace")
    assert said.removesuffix("<|end|>") in ("red", "green", "blue"), "llama.cpp says what was trained, and stops"


def test_that_a_base_of_which_the_engines_disagree_is_refused_by_name(
    make_request: RequestMaker, tmp_path: Path
) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path / "hf"
    config = LlamaConfig(
        vocab_size=261, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    write_tiny_gguf(folder / "twin.gguf", context=256)
    other = ModelRef(name="impostor", path=str(folder), file_format="transformers")
    request = make_request().model_copy(update={"base": other})
    with pytest.raises(WorkbenchError, match="impostor gives different numbers"):
        finish(request)


def test_that_the_estimate_counts_steps_and_tokens_and_says_what_is_cut(make_request: RequestMaker) -> None:
    request = make_request(epochs=3, max_length=17)
    answer = estimate(RecordingContext(), EstimateRequest(training=request))
    assert answer.steps == 18
    assert answer.rows == 24
    assert answer.longest == 17
    # bos, user mark, "number 10", end, assistant mark, "green", end: one token each byte and each mark
    lengths = {row.number: 5 + len(row.question) + len(row.answer) for row in colour_rows()}
    assert answer.notes[0].rows == tuple(number for number, length in lengths.items() if length > 17)
    assert answer.fits
    assert answer.advice == ""


def test_that_memory_of_idle_models_counts_as_free(make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    training = make_request()
    monkeypatch.setattr(preflight, "free_for_training", lambda: 10_000_000)
    assert not estimate(RecordingContext(), EstimateRequest(training=training)).fits
    idle = IdleMemory(memory_bytes=2_000_000_000, card_bytes=7)
    answer = estimate(RecordingContext(), EstimateRequest(training=training, idle=idle))
    assert answer.fits
    assert (answer.free_memory_bytes, answer.idle_bytes) == (2_010_000_000, 2_000_000_000)


def test_that_the_estimate_trains_only_the_rows_that_are_not_held_out(make_request: RequestMaker) -> None:
    request = make_request(epochs=3, validation_share=0.25)
    both = (EstimateRequest(training=one) for one in (request, make_request(epochs=3)))
    answer, without = (estimate(RecordingContext(), one) for one in both)
    assert (answer.rows, answer.held_out) == (18, 6)
    assert (without.rows, without.held_out) == (24, 0)
    assert answer.tokens < without.tokens and answer.trained_tokens < without.trained_tokens
    report = finish(request)
    assert report.total_steps == answer.steps == 15
    assert report.adapter is not None and report.adapter.rows == answer.rows


def test_that_measuring_a_row_takes_half_the_arithmetic_of_training_it() -> None:
    size = ModelSize(parameters=10**9, layers=1, width=8, inner=8, vocabulary=8, key_width=8)
    nothing, trained, measured = (
        training_seconds(size, TrainingConfig(epochs=2), lengths, 0, 1, held_out)
        for lengths, held_out in (([], []), ([500], []), ([], [500]))
    )
    assert measured - nothing == pytest.approx((trained - nothing) / 2)


def test_that_rows_longer_than_the_base_can_see_are_refused(make_request: RequestMaker) -> None:
    with pytest.raises(WorkbenchError, match="sees 256 tokens"):
        estimate(RecordingContext(), EstimateRequest(training=make_request(max_length=300)))


def test_that_rows_of_which_nothing_would_be_learned_are_refused_and_leave_nothing_behind(
    make_request: RequestMaker,
) -> None:
    request = make_request(max_length=1)  # only the last token of each answer is left, with nothing that predicts it
    for refused in (lambda: estimate(RecordingContext(), EstimateRequest(training=request)), lambda: finish(request)):
        with pytest.raises(WorkbenchError, match="No token of these rows would be trained"):
            refused()
    assert not can_resume(request)


def test_that_a_training_that_saved_something_is_not_forgotten_when_it_is_refused(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request(epochs=4)
    train(StoppingContext(after_step=3), request)

    def refuse(*_: Any) -> None:
        raise nothing_trained()

    monkeypatch.setattr(training_run, "prepare", refuse)  # as another version of the program might
    with pytest.raises(WorkbenchError, match="No token"):
        finish(request)
    assert can_resume(request) and list_checkpoints(Path(request.work_folder))


def test_that_the_preview_colours_exactly_what_is_trained(make_request: RequestMaker, base: ModelRef) -> None:
    request = make_request()
    shown = preview(
        RecordingContext(),
        PreviewRequest(base=base, rows_path=request.rows_path, rows_hash=request.rows_hash, start=1, count=2),
    )
    assert [row.number for row in shown.rows] == [2, 3]
    assert [(span.text, span.trained) for span in shown.rows[0].spans] == [
        ("<|bos|><|user|>number 1<|end|><|assistant|>", False),
        ("green<|end|>", True),
    ]


def test_that_a_character_of_several_tokens_is_shown_with_the_last_of_them(base: ModelRef) -> None:
    row = colour_rows(1)[0]
    row = row.model_copy(update={"messages": (row.messages[0], row.messages[1].model_copy(update={"content": "é"}))})
    (shown,) = preview(RecordingContext(), PreviewRequest(base=base, rows=(row,))).rows
    assert [token.text for token in shown.tokens if token.trained] == ["", "é", "<|end|>"]


def test_that_logits_of_equal_arrays_agree() -> None:
    import numpy as np

    values = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    same = compare_logits(values, values)
    assert (same.same_argmax, same.max_difference, same.relative) == (1.0, 0.0, 0.0)
    assert compare_logits(values, values[:, ::-1]).relative > 0.5
