"""`workbench runs`: long jobs that outlive the command that started them."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobState

if TYPE_CHECKING:
    from workbench.finetune.types import TrainRequest
    from workbench.jobs.durable import RunSummary

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_TRAININGS = frozenset({"workbench.finetune.tasks:train", "workbench.finetune.tasks:sweep"})
"""Tasks that listen while they run."""


def register(commands: "Commands") -> None:
    """Add `runs list | attach ID | stop ID [--save] | pause ID | resume ID`."""
    parser = commands.add_parser("runs", help="long jobs that go on in the background")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="every run and its state").set_defaults(run=list_runs)
    for name, sentence, function in (
        ("attach", "follow a run to its end", attach),
        ("stop", "end a run", stop),
        ("pause", "have a training save and stand still", pause),
        ("resume", "have a paused training go on", resume),
    ):
        action = actions.add_parser(name, help=sentence)
        action.add_argument("id", metavar="ID")
        if name == "stop":
            action.add_argument("--save", action="store_true", help="a training saves what it learned so far first")
        action.set_defaults(run=function)


def list_runs(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    runs = place.runner.durable_runs()
    if output.json:
        output.object({"runs": [{"id": r.id, "title": r.title, "state": str(r.state)} for r in runs]})
    elif not runs:
        output.text("No long job was started yet.")
    else:
        output.table(("id", "state", "what"), [(r.id, r.state, r.title) for r in runs])


def _find(place: Workplace, run_id: str) -> "RunSummary":
    matches = [run for run in place.runner.durable_runs() if run.id.startswith(run_id)]
    if len(matches) != 1:
        known = "No run" if not matches else "More than one run"
        raise WorkbenchError(f"{known} begins with {run_id!r}.", hint="`workbench runs list` shows them all.")
    return matches[0]


def check_not_training(place: Workplace, request: "TrainRequest") -> None:
    """Raises WorkbenchError with the way to a training of this name that goes on in the background."""
    for run in place.runner.durable_runs():
        if run.state is JobState.RUNNING and run.spec.task in _TRAININGS:
            training = run.spec.params.get("training", run.spec.params)
            if training.get("work_folder") == request.work_folder:
                raise WorkbenchError(
                    f"“{request.name}” is being trained right now, in the background.",
                    hint=f"`workbench runs attach {run.id}` follows it to its end, `workbench runs stop {run.id}` ends "
                    "it. Or choose another --name.",
                    code="run_busy",
                )


def attach(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Follow a run to its end and record what it made."""
    run = _find(place, arguments.id)
    with place.writing(f"workbench runs attach {run.id}"):
        result = place.attach(run.id)
    if output.json:
        output.object(result)
    else:
        output.text(f"{run.title}: finished and recorded.")


def stop(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Ask a run to end; it stops at its next safe point."""
    run = _find(place, arguments.id)
    if run.state not in (JobState.QUEUED, JobState.RUNNING):
        raise WorkbenchError(f"{run.title} has already ended ({run.state}).", code="already_over")
    if arguments.save:
        _check_hears(run)
        place.runner.send_command(run.id, "stop")
    else:
        place.runner.cancel(run.id)
    if output.json:
        output.object({"stopping": run.id})
    else:
        saving = " and save; the command that began it goes on from there" if arguments.save else ""
        output.text(f"{run.title} was asked to stop{saving}.")


def pause(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Have a training save and stand still until `resume`."""
    _ask(arguments, place, output, "pause", "pausing", "was asked to save and stand still")


def resume(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Have a training that was paused go on."""
    _ask(arguments, place, output, "resume", "resuming", "was asked to go on")


def _ask(arguments: argparse.Namespace, place: Workplace, output: Output, command: str, doing: str, said: str) -> None:
    run = _find(place, arguments.id)
    _check_hears(run)
    place.runner.send_command(run.id, command)
    if output.json:
        output.object({doing: run.id})
    else:
        output.text(f"{run.title} {said}.")


def _check_hears(run: "RunSummary") -> None:
    """Only a training that runs can be paused or stopped with what it learned."""
    if run.spec.task not in _TRAININGS:
        raise WorkbenchError(f"{run.title} is no training.", hint="`workbench runs stop` ends it.", code="usage")
    if run.state is not JobState.RUNNING:
        raise WorkbenchError(f"{run.title} does not run ({run.state}).", code="not_running")
