"""Several trainings as one job: every combination of some settings, compared by the loss on the same held-out rows."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.finetune.adapter_folder import read_card
from workbench.finetune.made_model import read_made
from workbench.finetune.training_config import TrainingConfig
from workbench.finetune.types import RunStatus, StepMetrics, TrainReport, TrainRequest
from workbench.jobs.context import JobContext, StepContext
from workbench.jobs.journal_file import append_record, read_records, write_whole

SWEEP = "workbench.finetune.tasks:sweep"
MOST_TRIALS = 64
_JOURNAL = "trials.jsonl"
_BEGUN = "sweep.json"
_OWN_FAILURES = ("loss_not_finite", "out_of_memory")
"""What one training may run into because of its settings: the others go on."""
_NOT_COMPARABLE = {
    "objective": "what is learned",
    "validation_share": "the held-out rows",
    "seed": "the held-out rows",
    "trained_turns": "the held-out answers",
    "max_length": "the length of the held-out rows",
}


class SweepRequest(Boundary):
    training: TrainRequest
    """What all trainings share; its name is that of the best one's adapter or model."""
    values: dict[str, tuple[Any, ...]] = Field(min_length=1)
    """Setting -> its values; every combination is trained."""

    @property
    def folder(self) -> Path:
        return Path(self.training.work_folder)


class SweepTrial(Boundary):
    """One training of a sweep that came to its end."""

    number: int
    """From 1, in the order of the combinations."""
    settings: dict[str, Any]
    eval_loss: float | None = None
    loss: float | None = None
    steps: int = 0
    seconds: float = 0.0
    error: str = ""
    """Why this one failed; the others went on."""


class TrialStep(Boundary):
    """A step of one of the trainings."""

    trial: int
    trials: int
    metrics: StepMetrics


class SweepReport(Boundary):
    finished: bool
    """False after "stop and save": run it again to go on."""
    trials: tuple[SweepTrial, ...]
    total: int
    best: int = 0
    """The number of the trial with the smallest held-out loss; 0: none has one."""
    winner: TrainReport | None = None
    """What the best training made, under the sweep's name."""


def combinations(request: SweepRequest) -> list[dict[str, Any]]:
    """Every combination of the values, the last setting changing fastest."""
    names = list(request.values)
    return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*request.values.values())]


def check_sweep(request: SweepRequest) -> None:
    """Raise WorkbenchError: no held-out rows, settings that make the losses incomparable, too many, impossible ones."""
    if not request.training.config.validation_share:
        raise WorkbenchError(
            "A sweep compares the loss on held-out rows, but none are held out.",
            hint="Set the share of held-out rows above 0.",
            code="bad_setting",
        )
    for name in request.values:
        if name in _NOT_COMPARABLE:
            raise WorkbenchError(
                f"A sweep cannot vary {name.replace('_', ' ')}: {_NOT_COMPARABLE[name]} would differ, and losses on "
                "different rows cannot be compared.",
                code="bad_setting",
            )
    found = combinations(request)
    if len(found) > MOST_TRIALS:
        raise WorkbenchError(
            f"These are {len(found)} trainings; a sweep has at most {MOST_TRIALS}.",
            hint="Give fewer values.",
            code="bad_setting",
        )
    for chosen in found:
        _config(request, chosen)


def run_sweep(
    context: JobContext, request: SweepRequest, train: Callable[[JobContext, TrainRequest], TrainReport]
) -> SweepReport:
    """Train them one after the other; those that are done are not done again. "stop" saves and ends."""
    check_sweep(request)
    _take_folder(request)
    journal = request.folder / _JOURNAL
    found = combinations(request)
    done = {trial.number: trial for trial in read_records(journal, SweepTrial)}
    for ended in done.values():
        context.produce(ended)
    for number, chosen in enumerate(found, 1):
        if number in done:
            continue
        trial = _run_trial(_TrialContext(context, number, len(found)), request, number, chosen, train)
        if trial is None:
            return SweepReport(finished=False, trials=tuple(done.values()), total=len(found))
        append_record(journal, trial)
        done[number] = trial
        context.produce(trial)
    trials = tuple(done[number] for number in sorted(done))
    measured = [trial for trial in trials if trial.eval_loss is not None]
    best = min(measured, key=lambda trial: (trial.eval_loss, trial.number), default=None)
    if best is None:
        raise WorkbenchError("None of the trainings came to an end.", hint=trials[0].error, code=_OWN_FAILURES[0])
    winner = _publish(request, best)
    return SweepReport(finished=True, trials=trials, total=len(found), best=best.number, winner=winner)


def trial_request(request: SweepRequest, number: int, chosen: dict[str, Any]) -> TrainRequest:
    """One training of the sweep: in folders of its own, so that only the best becomes visible."""
    made = request.folder / f"made-{number}"
    return request.training.model_copy(
        update={
            "config": _config(request, chosen),
            "adapters_folder": str(made),
            "models_folder": str(made),
            "work_folder": str(request.folder / f"run-{number}"),
            "restart": False,
        }
    )


def _take_folder(request: SweepRequest) -> None:
    """The folder of this sweep, and of no other. Raises WorkbenchError when another one was begun there."""
    folder = request.folder
    training = request.training.model_copy(update={"restart": False, "batch_parts": 1})
    wanted = request.model_copy(update={"training": training})
    begun = folder / _BEGUN
    if begun.exists():
        try:
            is_same = SweepRequest.model_validate_json(begun.read_text(encoding="utf-8")) == wanted
        except ValidationError:
            is_same = False
        if request.training.restart:
            shutil.rmtree(folder)
        elif not is_same:
            raise WorkbenchError(
                f"A sweep with other settings was begun as “{request.training.name}”.",
                hint="Give this one another name, or begin anew (--restart).",
                code="other_run",
            )
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(begun, wanted.model_dump_json(indent=1))


def _run_trial(
    context: JobContext,
    request: SweepRequest,
    number: int,
    chosen: dict[str, Any],
    train: Callable[[JobContext, TrainRequest], TrainReport],
) -> SweepTrial | None:
    """How it ended; None when it was stopped before its end."""
    try:
        report = train(context, trial_request(request, number, chosen))
    except WorkbenchError as error:
        if error.code not in _OWN_FAILURES:
            raise
        return SweepTrial(number=number, settings=chosen, error=error.message)
    if not report.finished:
        return None
    return SweepTrial(
        number=number,
        settings=chosen,
        eval_loss=report.eval_loss,
        loss=report.loss,
        steps=report.steps,
        seconds=report.seconds,
    )


def _publish(request: SweepRequest, best: SweepTrial) -> TrainReport:
    """Put what the best training made where it is used; a killed sweep finds it there already."""
    training = request.training
    is_adapter = training.config.makes_adapter
    home = Path(training.adapters_folder if is_adapter else training.models_folder)
    final, made = home / training.name, request.folder / f"made-{best.number}" / training.name
    if made.exists():
        if final.exists():
            raise WorkbenchError(
                f"There is already something called “{training.name}”.",
                hint="Rename or delete it, and start the sweep again: its trainings are kept.",
                code="name_taken",
            )
        home.mkdir(parents=True, exist_ok=True)
        made.rename(final)
    return TrainReport(
        finished=True,
        adapter=read_card(final) if is_adapter else None,
        made=None if is_adapter else read_made(final),
        steps=best.steps,
        total_steps=best.steps,
        loss=best.loss,
        eval_loss=best.eval_loss,
        seconds=best.seconds,
    )


def _config(request: SweepRequest, chosen: dict[str, Any]) -> TrainingConfig:
    try:
        return TrainingConfig.model_validate(request.training.config.model_dump() | chosen)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        raise WorkbenchError(f"A sweep with {where} = {first['input']} is impossible: {first['msg']}.") from error


class _TrialContext(StepContext):
    """What one of the trainings says is told with its number."""

    def __init__(self, context: JobContext, number: int, total: int) -> None:
        super().__init__(context)
        self._number, self._total = number, total

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        share = done / total if total else 0.0
        self._job.progress(self._number - 1 + share, self._total, f"Run {self._number} of {self._total}: {label}")

    def produce(self, item: BaseModel) -> None:
        match item:
            case StepMetrics():
                self._job.produce(TrialStep(trial=self._number, trials=self._total, metrics=item))
            case RunStatus():
                self._job.produce(item)
            case _:
                pass  # samples and memory claims of single trainings are not shown
