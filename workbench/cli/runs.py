"""`workbench runs`: long jobs that outlive the command that started them."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `runs [list | attach ID | stop ID]`."""
    parser = commands.add_parser("runs", help="long jobs that go on in the background")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="every run and its state").set_defaults(run=list_runs)
    for name, sentence, function in (("attach", "follow a run to its end", attach), ("stop", "end a run", stop)):
        action = actions.add_parser(name, help=sentence)
        action.add_argument("id", metavar="ID")
        action.set_defaults(run=function)


def list_runs(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    runs = place.runner.durable_runs()
    if output.json:
        output.object({"runs": [{"id": r.id, "title": r.title, "state": str(r.state)} for r in runs]})
    elif not runs:
        output.text("No long job was started yet.")
    else:
        output.table(("id", "state", "what"), [(r.id, r.state, r.title) for r in runs])


def _find(place: Workplace, run_id: str) -> str:
    matches = [run.id for run in place.runner.durable_runs() if run.id.startswith(run_id)]
    if len(matches) != 1:
        known = "No run" if not matches else "More than one run"
        raise WorkbenchError(f"{known} begins with {run_id!r}.", hint="`workbench runs list` shows them all.")
    return matches[0]


def attach(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    raise NotImplementedError(_find(place, arguments.id))


def stop(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    raise NotImplementedError(_find(place, arguments.id))
