"""`workbench comparisons`: the history of what was compared."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.laying_over import lay_over
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.compare.history import ComparisonEntry
    from workbench.compare.store import ComparisonStore
    from workbench.compare.types import ComparisonReport

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_NUMBER = "as `comparisons list` shows it"


def register(commands: "Commands") -> None:
    """Add `comparisons list | show | rename | note | delete | restore | export | overlay`."""
    parser = commands.add_parser("comparisons", help="comparisons that were made: name, export, lay over")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all of them, newest first")
    listing.add_argument("--search", default="", metavar="TEXT", help="in name, note, arms and outcome")
    listing.set_defaults(run=show_list)
    _with_number(actions, "show", "the table and the verdict of one").set_defaults(run=show)
    renaming = _with_number(actions, "rename", "call it something else")
    renaming.add_argument("name", metavar="NAME")
    renaming.set_defaults(run=rename)
    noting = _with_number(actions, "note", "keep a note with it; an empty one takes it away")
    noting.add_argument("note", metavar="TEXT")
    noting.set_defaults(run=annotate)
    deleting = actions.add_parser("delete", help="delete comparisons; they can be restored for a week")
    deleting.add_argument("number", metavar="NUMBER", type=whole_number, nargs="+", help=_NUMBER)
    deleting.add_argument("--forever", action="store_true", help="at once, with their answers on the disk")
    deleting.set_defaults(run=delete)
    _with_number(actions, "restore", "bring a deleted one back").set_defaults(run=restore)
    _register_export(actions)
    laying = actions.add_parser("overlay", help="two over each other: what changed in answers, scores and set-up")
    laying.add_argument("before", metavar="BEFORE", type=whole_number, help=_NUMBER)
    laying.add_argument("after", metavar="AFTER", type=whole_number, help=_NUMBER)
    laying.add_argument("--html", type=Path, metavar="FILE", help="write it as one HTML file")
    laying.set_defaults(run=lay_over)


def _with_number(actions: "Commands", name: str, what: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what)
    parser.add_argument("number", metavar="NUMBER", type=whole_number, help=_NUMBER)
    return parser


def _register_export(actions: "Commands") -> None:
    exporting = _with_number(actions, "export", "write a report, tables, or a folder that runs it again")
    exporting.add_argument("--html", type=Path, metavar="FILE", help="the report as one HTML file")
    exporting.add_argument("--csv", type=Path, metavar="FILE", help="every answer as CSV")
    exporting.add_argument("--jsonl", type=Path, metavar="FILE", help="everything as JSON lines")
    exporting.add_argument("--folder", type=Path, metavar="DIR", help="a folder that `workbench compare` runs again")
    exporting.add_argument("--zip", type=Path, metavar="FILE", help="that folder as one file")
    exporting.set_defaults(run=export)


def show_list(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The history without trials."""
    from workbench.compare.history import matches
    from workbench.compare.store import ComparisonStore

    entries = [
        entry for entry in ComparisonStore(place.database).list_comparisons() if matches(entry, arguments.search)
    ]
    if output.json:
        output.object({"comparisons": [entry.model_dump(mode="json") for entry in entries]})
        return
    if not entries:
        output.text("There is no comparison yet. `workbench compare SPEC.yaml` makes one.")
        return
    output.table(("number", "name", "made (UTC)", "questions", "metric", "outcome", "arms", "note"), map(_row, entries))


def _row(entry: "ComparisonEntry") -> tuple[object, ...]:
    made = entry.created[:16].replace("T", " ")
    note = f"again of {entry.again_of}. {entry.note}".strip() if entry.again_of else entry.note
    return (
        entry.id, entry.name, made, entry.questions, entry.metric, entry.outcome, ", ".join(entry.arms),
        " ".join(note.split())[:60],
    )  # fmt: skip


def show(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """What `compare` prints at its end."""
    from workbench.cli import compare

    report = _store(place).get(arguments.number)
    if output.json:
        output.object(report)
    else:
        compare.show(report, output)


def rename(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing("renaming a comparison"):
        _tell(_store(place).rename(arguments.number, arguments.name), output)


def annotate(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing("noting something about a comparison"):
        _tell(_store(place).annotate(arguments.number, arguments.note), output)


def delete(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """All or, where one of them is not there, none."""
    from workbench.compare.purging import KEPT_DAYS, purge_all, purge_old

    store = _store(place)
    with place.writing("deleting comparisons"):
        entries = [store.entry(number) for number in dict.fromkeys(arguments.number)]
        if arguments.forever:
            purge_all(store, place.paths, entries)
        else:
            for entry in entries:
                store.set_aside(entry.id)
        purge_old(store, place.paths)
    if output.json:
        output.object({"deleted": [entry.id for entry in entries], "forever": arguments.forever})
        return
    for entry in entries:
        back = "" if arguments.forever else f" `workbench comparisons restore {entry.id}` brings it back."
        output.text(f"Deleted {entry.id} ({entry.name}).{back}")
    if not arguments.forever:
        output.note(f"What was deleted is forgotten after {KEPT_DAYS} days.")


def restore(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing("restoring a comparison"):
        _tell(_store(place).bring_back(arguments.number), output)


def export(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Every file that was asked for."""
    from workbench.compare.again.run_folder import write_run_folder, write_zip
    from workbench.compare.export import write_csv, write_jsonl
    from workbench.compare.report import write_html

    writers: tuple[tuple[Path | None, Callable[[ComparisonReport, Path], object]], ...] = (
        (arguments.html, write_html),
        (arguments.csv, write_csv),
        (arguments.jsonl, write_jsonl),
        (arguments.folder, write_run_folder),
        (arguments.zip, write_zip),
    )
    wanted = [(path, write) for path, write in writers if path is not None]
    if not wanted:
        raise WorkbenchError("Nothing was asked for.", hint="Give --html FILE, --csv, --jsonl, --folder or --zip.")
    report = _store(place).get(arguments.number)
    for path, write in wanted:
        write(report, path)
    written = [str(path) for path, _ in wanted]
    if output.json:
        output.object({"written": written})
    else:
        output.text("\n".join(f"Wrote {path}." for path in written))


def _store(place: Workplace) -> "ComparisonStore":
    from workbench.compare.store import ComparisonStore

    return ComparisonStore(place.database)


def _tell(entry: "ComparisonEntry", output: Output) -> None:
    if output.json:
        output.object(entry)
    else:
        note = f": {entry.note}" if entry.note else ""
        output.text(f"{entry.id} {entry.name} ({entry.outcome}){note}")
