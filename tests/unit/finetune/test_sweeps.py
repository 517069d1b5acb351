"""Several trainings as one job: all combinations, the best by held-out loss, and on after a stop."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.finetune.conftest import RequestMaker
from workbench.errors import WorkbenchError
from workbench.finetune.running import sweep_request
from workbench.finetune.sweeps import SweepRequest, SweepTrial, TrialStep, combinations
from workbench.finetune.tasks import sweep
from workbench.jobs.context import RecordingContext


def test_that_every_combination_is_trained(make_request: RequestMaker) -> None:
    request = sweep_request(make_request(validation_share=0.2), {"rank": (2, 4), "learning_rate": (1e-3, 1e-2)})
    assert combinations(request) == [
        {"rank": 2, "learning_rate": 1e-3}, {"rank": 2, "learning_rate": 1e-2},
        {"rank": 4, "learning_rate": 1e-3}, {"rank": 4, "learning_rate": 1e-2},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("share", "values", "said"),
    [
        (0.0, {"rank": (2, 4)}, "none are held out"),
        (0.2, {"seed": (1, 2)}, "cannot vary seed"),
        (0.2, {"rank": (2, 0)}, "rank = 0 is impossible"),
        (0.2, {"rank": tuple(range(1, 99))}, "at most 64"),
    ],
)
def test_that_a_sweep_that_compares_nothing_is_refused(
    make_request: RequestMaker, share: float, values: dict[str, tuple[Any, ...]], said: str
) -> None:
    with pytest.raises(WorkbenchError, match=said):
        sweep_request(make_request(validation_share=share), values)


class Stopping(RecordingContext):
    """Stops the second training after its second step."""

    def produce(self, item: Any) -> None:
        super().produce(item)
        if isinstance(item, TrialStep) and (item.trial, item.metrics.step) == (2, 2):
            self.command("stop")


@pytest.mark.slow
def test_that_a_stopped_sweep_goes_on_and_the_best_gets_the_name(make_request: RequestMaker) -> None:
    training = make_request("colours", validation_share=0.2, epochs=4)
    request = sweep_request(training, {"learning_rate": (1e-6, 1e-2)})
    first = sweep(Stopping(), request)
    assert (first.finished, len(first.trials)) == (False, 1)
    context = RecordingContext()
    report = sweep(context, request)
    assert report.finished
    assert [(trial.number, trial.settings) for trial in report.trials] == [
        (1, {"learning_rate": 1e-6}), (2, {"learning_rate": 1e-2}),
    ]  # fmt: skip
    losses = [trial.eval_loss or 9.0 for trial in report.trials]
    assert losses[1] < losses[0]
    assert report.best == 2
    assert {item.trial for item in context.produced if isinstance(item, TrialStep)} == {2}, (
        "the first is not done again"
    )
    assert [item.number for item in context.produced if isinstance(item, SweepTrial)] == [1, 2]
    assert report.winner and report.winner.adapter
    assert Path(report.winner.adapter.gguf_path) == Path(training.adapters_folder) / "colours" / "adapter.gguf"
    assert Path(report.winner.adapter.gguf_path).is_file()
    assert report.winner.adapter.config.learning_rate == 1e-2
    assert sweep(RecordingContext(), request) == report
    with pytest.raises(WorkbenchError, match="sweep with other settings was begun"):
        sweep(RecordingContext(), sweep_request(training, {"rank": (2, 4)}))


@pytest.mark.slow
def test_that_a_training_that_diverges_does_not_end_the_others(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.finetune import sweeps, tasks

    honest = tasks.train

    def fragile(context: Any, request: Any) -> Any:
        if request.config.rank == 2:
            raise WorkbenchError("The loss is no longer a number.", code="loss_not_finite")
        return honest(context, request)

    request = SweepRequest(training=make_request(validation_share=0.2, epochs=1), values={"rank": (2, 4)})
    report = sweeps.run_sweep(RecordingContext(), request, fragile)
    assert [trial.error for trial in report.trials] == ["The loss is no longer a number.", ""]
    assert report.best == 2
