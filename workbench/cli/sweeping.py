"""`workbench finetune --sweep SETTING=A,B`: several trainings as one job, and their table."""

from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace

if TYPE_CHECKING:
    from workbench.finetune.sweeps import SweepReport, SweepRequest


def run_sweep(sweep: "SweepRequest", place: Workplace, output: Output) -> None:
    """Train every combination and show which is best on the held-out rows."""
    from workbench.finetune import running
    from workbench.finetune.sweeps import SweepReport

    report = SweepReport.model_validate(place.run(running.sweep_spec(sweep)))
    if output.json:
        output.object(report)
        return
    if not report.finished:
        output.text(
            f"Stopped after {len(report.trials)} of {report.total} trainings; the same command goes on from there."
        )
        return
    names = list(sweep.values)
    output.table(("run", *names, "held-out loss", "loss", "steps", "seconds", ""), _rows(report, names))
    output.text(f"Run {report.best} is the best on the held-out rows; it is “{sweep.training.name}”.")


def _rows(report: "SweepReport", names: list[str]) -> list[tuple[str, ...]]:
    return [
        (
            str(trial.number),
            *(str(trial.settings[name]) for name in names),
            _number(trial.eval_loss),
            _number(trial.loss),
            str(trial.steps),
            f"{trial.seconds:.0f}",
            "best" if trial.number == report.best else trial.error,
        )
        for trial in report.trials
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
