"""What a training does besides stepping: measures, stops early, samples, pauses, waits for space, finds no memory."""

import errno
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.finetune.conftest import RequestMaker, colour_rows
from tests.unit.finetune.test_training import StoppingContext, finish, losses
from workbench.errors import WorkbenchError
from workbench.finetune import disk_patience, loss, step_watch
from workbench.finetune.checkpoints import list_checkpoints
from workbench.finetune.disk_patience import DiskPatience
from workbench.finetune.out_of_memory import Remedy, gentler, slower
from workbench.finetune.tasks import train
from workbench.finetune.types import RunCondition, RunStatus, StepMetrics, TrainingSample, TrainRequest
from workbench.jobs.context import JobCancelled, RecordingContext

pytestmark = pytest.mark.slow


def measured(context: RecordingContext) -> dict[int, float]:
    return {m.step: m.eval_loss for m in context.produced if isinstance(m, StepMetrics) and m.eval_loss is not None}


def samples(context: RecordingContext) -> list[TrainingSample]:
    return [item for item in context.produced if isinstance(item, TrainingSample)]


def conditions(context: RecordingContext) -> list[RunCondition]:
    return [item.condition for item in context.produced if isinstance(item, RunStatus)]


# -- early stopping ---------------------------------------------------------------------------------------------------


def test_that_held_out_rows_are_measured_as_often_as_was_asked(make_request: RequestMaker) -> None:
    context = RecordingContext()
    report = train(context, make_request(validation_share=0.2, evaluate_every=4))
    assert list(measured(context)) == [4, 8, report.total_steps]


def overfitting(make_request: RequestMaker, name: str = "over", **settings: object) -> TrainRequest:
    """Random answers, learned with a high rate: the held-out loss soon gets worse."""
    rows = [
        row.model_copy(
            update={"messages": (row.messages[0], row.messages[1].model_copy(update={"content": "ab"[n % 2]}))}
        )
        for n, row in enumerate(colour_rows())
    ]
    wanted = {"validation_share": 0.25, "evaluate_every": 2, "patience": 2, "epochs": 12, "learning_rate": 5e-2}
    return make_request(name, rows=rows, **(wanted | settings))


def test_that_early_stopping_ends_and_keeps_the_best_state(make_request: RequestMaker) -> None:
    context = RecordingContext()
    report = train(context, overfitting(make_request))
    found = measured(context)
    best = min(found, key=lambda step: (found[step], step))
    assert report.finished
    assert report.steps < report.total_steps
    assert report.best_step == best < report.steps
    assert report.eval_loss == found[best]
    short = train(RecordingContext(), overfitting(make_request, "again", dropout=0.0))
    assert report.adapter and short.adapter
    assert report.adapter.peft_hash == short.adapter.peft_hash


def test_that_the_kept_weights_are_those_of_the_best_step(make_request: RequestMaker) -> None:
    report = train(RecordingContext(), overfitting(make_request))
    request = overfitting(make_request, "to the best", patience=0)
    train(StoppingContext(after_step=report.best_step - 1), request)
    folder = next(c.folder for c in list_checkpoints(Path(request.work_folder)) if c.step == report.best_step)
    import torch
    from safetensors.torch import load_file

    assert report.adapter
    kept = load_file(Path(report.adapter.folder) / "peft" / "adapter_model.safetensors")
    then = load_file(folder / "adapter_model.safetensors")
    assert all(torch.equal(kept[name], then[name]) for name in then)


def test_that_early_stopping_without_held_out_rows_is_refused(make_request: RequestMaker) -> None:
    with pytest.raises(WorkbenchError, match="Early stopping looks at held-out rows"):
        finish(make_request(patience=2))


# -- samples ----------------------------------------------------------------------------------------------------------


def test_that_samples_are_told_before_and_while_it_learns_and_change_nothing(make_request: RequestMaker) -> None:
    context = RecordingContext()
    asked = make_request("asked", samples_every=5, sample_prompts=("number 4",), sample_tokens=6, epochs=8, dropout=0.1)
    report = train(context, asked)
    told = samples(context)
    assert [sample.step for sample in told] == [*range(0, 46, 5), 48]
    assert {sample.prompt for sample in told} == {"number 4"}
    assert told[0].text != told[-1].text
    assert told[-1].text in ("red", "green", "blue")
    plain = finish(make_request("plain", epochs=8, dropout=0.1))
    assert report.adapter and plain.adapter
    assert report.adapter.peft_hash == plain.adapter.peft_hash


def test_that_rows_are_the_prompts_where_none_were_written(make_request: RequestMaker) -> None:
    context = RecordingContext()
    train(context, make_request(samples_every=100, validation_share=0.2, epochs=1))
    told = samples(context)
    assert len({sample.number for sample in told}) == 3
    assert all(sample.prompt.startswith("number") and sample.expected for sample in told)


def test_that_samples_are_told_again_after_a_resume_each_once(make_request: RequestMaker) -> None:
    request = make_request(samples_every=2, sample_prompts=("number 1",), sample_tokens=4)
    train(StoppingContext(after_step=5), request)
    context = RecordingContext()
    train(context, request)
    assert [sample.step for sample in samples(context)] == [0, 2, 4, 6, 8, 10, 12]


# -- pause ------------------------------------------------------------------------------------------------------------


def test_that_a_pause_saves_says_so_and_goes_on_exactly(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_watch, "_LISTEN_SECONDS", 0.01)
    whole = finish(make_request("whole", dropout=0.1))
    request = make_request("paused", dropout=0.1)

    class Pausing(RecordingContext):
        def produce(self, item: Any) -> None:
            super().produce(item)
            if isinstance(item, StepMetrics) and item.step == 3:
                self.command("pause")
            if isinstance(item, RunStatus) and item.condition is RunCondition.PAUSED:
                self.saved = [c.step for c in list_checkpoints(Path(request.work_folder))]
                self.command("resume")

    context = Pausing()
    report = train(context, request)
    assert conditions(context) == [RunCondition.PAUSED, RunCondition.TRAINING]
    assert context.saved == [4], "a reboot in the pause loses nothing"
    assert whole.adapter and report.adapter
    assert report.adapter.peft_hash == whole.adapter.peft_hash


# -- a full disk ------------------------------------------------------------------------------------------------------


def full_until(freed: threading.Event) -> Callable[[], str]:
    def write() -> str:
        if not freed.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        return "written"

    return write


def test_that_a_full_disk_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_patience, "LOOK_AGAIN_SECONDS", 0.0)
    freed = threading.Event()
    told: list[RunStatus] = []

    def hear(status: RunStatus) -> None:
        told.append(status)
        freed.set()

    assert DiskPatience(hear).write(full_until(freed)) == "written"
    assert [status.condition for status in told] == [RunCondition.DISK_FULL, RunCondition.TRAINING]
    assert told[0].message.endswith("it goes on by itself as soon as there is room.")


def test_that_stop_and_cancel_end_the_waiting_for_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_patience, "LOOK_AGAIN_SECONDS", 0.0)

    def cancelled() -> bool:
        raise JobCancelled

    with pytest.raises(OSError, match="No space"):
        DiskPatience(lambda status: None, lambda: True).write(full_until(threading.Event()))
    with pytest.raises(JobCancelled):
        DiskPatience(lambda status: None, cancelled).write(full_until(threading.Event()))


# -- memory -----------------------------------------------------------------------------------------------------------


def starving(monkeypatch: pytest.MonkeyPatch, at_call: int) -> None:
    """From that forward pass on, torch itself is asked for more memory than there is."""
    import torch

    honest = loss.summed_loss
    calls = 0

    def hungry(model: Any, inputs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= at_call:
            torch.empty(1 << 50)
        return honest(model, inputs)

    monkeypatch.setattr(loss, "summed_loss", hungry)


@pytest.mark.parametrize("step", [1, 7])
def test_that_memory_that_runs_out_names_the_setting_and_one_start_goes_on(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    whole = finish(make_request("whole", dropout=0.1))
    request = make_request(dropout=0.1, checkpoint_seconds=0)
    with monkeypatch.context() as patched:
        starving(patched, step)
        with pytest.raises(WorkbenchError, match=f"Memory ran out at step {step} of the training") as caught:
            finish(request)
    assert caught.value.code == "out_of_memory"
    assert caught.value.hint.startswith("Turn on gradient checkpointing")
    remedy = Remedy.model_validate(caught.value.facts["remedy"])
    report = finish(remedy.request)
    assert report.resumed_from == step - 1
    assert whole.adapter and report.adapter
    assert report.adapter.peft_hash == whole.adapter.peft_hash, "gradient checkpointing changes nothing"


def test_that_parts_of_a_batch_learn_the_same_up_to_rounding(make_request: RequestMaker) -> None:
    whole, parts = RecordingContext(), RecordingContext()
    settings = {"gradient_accumulation": 2, "precision": "float32"}
    train(whole, make_request("whole", **settings))
    train(parts, make_request("parts", **settings).model_copy(update={"batch_parts": 3}))
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-3)


def test_that_less_memory_is_found_step_by_step_until_nothing_is_left(make_request: RequestMaker) -> None:
    request: TrainRequest | None = make_request(max_length=128)
    actions = []
    while request is not None and (remedy := gentler(request)) is not None:
        actions.append(remedy.action)
        request = remedy.request
    assert actions == [
        "Go on with gradient checkpointing", "Go on with 2 at once", "Go on with 1 at once",
        "Start with rows of 64 tokens", "Go on with 2 at once", "Go on with 1 at once",
    ]  # fmt: skip
    assert request is not None and request.name == "colours 2", (
        "shorter rows are another training: no checkpoint is lost"
    )


def test_that_a_loss_that_is_no_number_offers_a_smaller_rate_beside_what_was_saved(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(loss, "summed_loss", lambda model, inputs: (torch.tensor(float("nan"), requires_grad=True), 1))
    request = make_request(learning_rate=8e-3)
    with pytest.raises(WorkbenchError, match="no longer a number") as caught:
        finish(request)
    remedy = Remedy.model_validate(caught.value.facts["remedy"])
    assert (remedy.request.name, remedy.request.config.learning_rate) == ("colours 2", 2e-3)


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({"learning_rate": 10.0}, 2e-3),
        ({"learning_rate": 10.0, "method": "full"}, 2e-4),
        ({"learning_rate": 10.0, "objective": "text"}, 1e-3),
        ({"learning_rate": 4e-4}, 1e-4),
    ],
)
def test_that_the_smaller_rate_is_one_that_fits_the_base(
    settings: dict[str, Any], rate: float, make_request: RequestMaker
) -> None:
    remedy = slower(make_request(**settings))
    assert remedy.request.config.learning_rate == pytest.approx(rate)
    assert f"such as {rate:g}" in remedy.advice
