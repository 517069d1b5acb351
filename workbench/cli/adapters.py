"""`workbench adapters`: list, show, rename, notes, delete, restore, import, curves, evaluate; `workbench export`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import adapter_evaluating
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.finetune.evaluation.types import EvaluationReport
    from workbench.finetune.types import Adapter, StepMetrics

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_QUANTIZATION = "of a merged model; default: as the base"


def register(commands: "Commands") -> None:
    """Add `adapters` and `export`."""
    adapters = commands.add_parser("adapters", help="adapters that were trained here: list, test, rename, delete")
    actions = adapters.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="every adapter, newest first").set_defaults(run=list_adapters)
    show = actions.add_parser("show", help="one adapter: its card, and what it was made from and used for")
    show.add_argument("adapter", metavar="ADAPTER", help="name or folder")
    show.set_defaults(run=show_adapter)
    renaming = actions.add_parser("rename", help="call an adapter otherwise")
    renaming.add_argument("adapter", metavar="ADAPTER")
    renaming.add_argument("name", metavar="NAME")
    renaming.set_defaults(run=rename)
    noting = actions.add_parser("notes", help="what you want to remember about an adapter")
    noting.add_argument("adapter", metavar="ADAPTER")
    noting.add_argument("text", metavar="TEXT", nargs="?", help='new notes; "" empties them, none shows them')
    noting.set_defaults(run=notes)
    deleting = actions.add_parser("delete", help="delete an adapter; it can be restored for ten minutes")
    deleting.add_argument("adapter", metavar="ADAPTER")
    deleting.set_defaults(run=delete)
    restoring = actions.add_parser("restore", help="bring a deleted adapter back")
    restoring.add_argument("adapter", metavar="ADAPTER", help="its name")
    restoring.set_defaults(run=restore)
    curving = actions.add_parser("curves", help="losses of several trainings, and in what their settings differ")
    curving.add_argument("adapters", metavar="ADAPTER", nargs="+")
    curving.add_argument("--out", type=Path, metavar="FILE.csv", help="write every step of all of them")
    curving.set_defaults(run=show_curves)
    importing = actions.add_parser("import", help="take in a PEFT adapter (safetensors) from elsewhere")
    importing.add_argument("folder", metavar="FOLDER", type=Path)
    importing.add_argument("--model", metavar="M", help="the model that it was trained on; default: the one it names")
    importing.add_argument("--name", metavar="NAME", help="default: the folder's")
    importing.set_defaults(run=import_adapter)
    adapter_evaluating.register(actions)
    _register_export(commands)


def _register_export(commands: "Commands") -> None:
    export = commands.add_parser("export", help="write an adapter for another program")
    export.add_argument("adapter", metavar="ADAPTER", help="name or folder")
    export.add_argument("--format", required=True, choices=("peft", "gguf-lora", "gguf-merged", "ollama"))
    export.add_argument("--out", required=True, type=Path, metavar="PATH")
    export.add_argument("--quantization", choices=("f16", "q8_0", "q6_k", "q5_k_m", "q4_k_m"), help=_QUANTIZATION)
    export.set_defaults(run=export_adapter)


def list_adapters(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.finetune.history_store import AdapterHistory
    from workbench.finetune.store import AdapterStore

    adapters = AdapterStore(place.database).list_adapters()
    if output.json:
        output.object({"adapters": [adapter.model_dump(mode="json") for adapter in adapters]})
    elif not adapters:
        output.text("No adapter was trained yet. `workbench finetune` makes one.")
    else:
        newest = AdapterHistory(place.database).newest_evaluations()
        columns = ("name", "base", "rank", "rows", "steps", "loss", "created", "before / after")
        output.table(columns, [(*_row(adapter), _gain(newest.get(adapter.gguf_hash))) for adapter in adapters])


def show_adapter(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The card and the lineage."""
    from workbench.compare.store import ComparisonStore
    from workbench.finetune.evaluation.wording import headline
    from workbench.finetune.history_store import AdapterHistory
    from workbench.finetune.lineage import card_lines, trace
    from workbench.finetune.store import AdapterStore

    adapter = AdapterStore(place.database).get(arguments.adapter)
    comparisons = ComparisonStore(place.database).names_with_adapter(adapter.gguf_hash)
    lineage = trace(adapter, place.database, place.paths, comparisons)
    evaluations = AdapterHistory(place.database).evaluations_of(adapter.gguf_hash)
    if output.json:
        reports = [report.model_dump(mode="json") for _, report in evaluations]
        output.object(
            {"adapter": adapter.model_dump(mode="json"), **lineage.model_dump(mode="json"), "evaluations": reports}
        )
        return
    for title, text in card_lines(adapter):
        output.text(f"{title + ':':<14} {text}")
    output.text("")
    for title, text in lineage.lines():
        output.text(f"{title + ':':<14} {text}")
    for _, report in evaluations:
        output.text(f"{'Before / after:':<14} {headline(report)} ({report.created[:16].replace('T', ' ')})")


def rename(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.finetune.store import AdapterStore

    with place.writing(f"renaming {arguments.adapter}"):
        adapter = AdapterStore(place.database).rename(arguments.adapter, arguments.name)
    _say(output, adapter, f"“{arguments.adapter}” is called “{adapter.name}” now.")


def notes(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.finetune.store import AdapterStore

    store = AdapterStore(place.database)
    if arguments.text is None:
        adapter = store.get(arguments.adapter)
        _say(output, adapter, adapter.notes or f"There are no notes about “{adapter.name}”.")
        return
    with place.writing(f"notes about {arguments.adapter}"):
        adapter = store.save_notes(arguments.adapter, arguments.text)
    _say(output, adapter, f"The notes about “{adapter.name}” are saved.")


def delete(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Moved aside; `restore` brings it back for ten minutes."""
    from workbench.finetune.store import AdapterStore

    with place.writing(f"deleting {arguments.adapter}"):
        removed = AdapterStore(place.database).delete(arguments.adapter)
    if output.json:
        output.object(removed)
    else:
        output.text(f"“{removed.name}” was deleted. For ten minutes `workbench adapters restore` brings it back.")


def restore(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The last deleted one of that name."""
    from workbench.finetune.store import AdapterStore

    store = AdapterStore(place.database)
    removed = next((each for each in store.list_removed() if each.name == arguments.adapter), None)
    if removed is None:
        names = ", ".join(each.name for each in store.list_removed()) or "none"
        raise WorkbenchError(
            f"No adapter “{arguments.adapter}” was deleted in the last ten minutes.",
            hint=f"These can come back: {names}.",
            code="no_adapter",
        )
    with place.writing(f"restoring {arguments.adapter}"):
        adapter = store.restore(removed)
    _say(output, adapter, f"“{adapter.name}” is back.")


def import_adapter(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Checked, converted and proved in a worker; then it is one like the others."""
    from workbench.cli.choices import choose_model, listed_models
    from workbench.finetune.importing import ImportRequest, import_spec, likely_base, read_about
    from workbench.finetune.types import Adapter

    folder = arguments.folder.expanduser().absolute()
    about = read_about(folder)
    base = choose_model(place, arguments.model) if arguments.model else likely_base(about, listed_models(place))
    if base is None:
        raise WorkbenchError(
            f"It is not clear on which model {folder.name} was trained; it names “{about.base_name or 'none'}”.",
            hint="Name the model with --model; `workbench models list` shows what is here.",
            code="no_base",
        )
    request = ImportRequest(
        folder=str(folder), name=arguments.name or folder.name, base=base, adapters_folder=str(place.paths.adapters)
    )
    with place.writing(f"importing {request.name}"):
        adapter = Adapter.model_validate(place.run(import_spec(request)))
    _say(output, adapter, f"“{adapter.name}” is ready, an adapter of {adapter.base_name} with rank {adapter.rank}.")


def show_curves(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Last losses side by side, and the settings that differ."""
    from workbench.finetune.curves import as_csv, differences, read_curve
    from workbench.finetune.store import AdapterStore
    from workbench.playground.prompt_files import write_whole

    store, curves = AdapterStore(place.database), []
    for name in arguments.adapters:
        curve = read_curve(store.get(name), place.paths)
        if curve is None:
            raise WorkbenchError(
                f"The figures of the training of “{name}” are gone.", hint="Leave it out.", code="no_file"
            )
        curves.append(curve)
    if arguments.out is not None:
        write_whole(arguments.out, as_csv(curves))
    settings = differences(curves)
    if output.json:
        figures = [{"name": c.name, "steps": [step.model_dump(mode="json") for step in c.steps]} for c in curves]
        output.object({"curves": figures, "differences": {s.name: list(s.values) for s in settings}})
        return
    rows = [(c.name, str(len(c.steps)), f"{c.steps[-1].tokens:,}", *_last_losses(c.steps)) for c in curves]
    output.table(("training", "steps", "tokens", "loss", "held-out loss", "smallest held-out"), rows)
    if len(curves) > 1:
        output.text("")
        output.table(("setting", *(curve.name for curve in curves)), [(s.name, *s.values) for s in settings])


def export_adapter(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.finetune import running
    from workbench.finetune.evaluation.running import held_out_rows
    from workbench.finetune.export_wording import exported_in_words
    from workbench.finetune.store import AdapterStore
    from workbench.finetune.types import ExportFormat, ExportReport, ExportRequest, MergedQuantization

    adapter = AdapterStore(place.database).get(arguments.adapter)
    request = ExportRequest(
        adapter=adapter,
        format=ExportFormat(arguments.format),
        out=str(arguments.out.absolute()),
        quantization=MergedQuantization(arguments.quantization) if arguments.quantization else None,
        rows_path=str(held_out_rows(adapter, place.paths)),
    )
    with place.writing(f"exporting {adapter.name}"):
        result = place.run(running.export_spec(request))
    report = ExportReport.model_validate(result)
    if output.json:
        output.object(report)
        return
    for line in exported_in_words(report):
        output.text(line)


def _last_losses(steps: "Sequence[StepMetrics]") -> tuple[str, str, str]:
    held_out = [step.eval_loss for step in steps if step.eval_loss is not None]
    last = (f"{held_out[-1]:.3f}", f"{min(held_out):.3f}") if held_out else ("-", "-")
    return (f"{steps[-1].loss:.3f}", *last)


def _say(output: Output, adapter: "Adapter", text: str) -> None:
    if output.json:
        output.object(adapter)
    else:
        output.text(text)


def _gain(report: "EvaluationReport | None") -> str:
    from workbench.finetune.evaluation.wording import points

    if report is None or report.gain is None:
        return "-"
    return f"{points(report.gain.difference)} points"


def _row(adapter: "Adapter") -> tuple[str, ...]:
    loss = "-" if adapter.loss is None else f"{adapter.loss:.3f}"
    day = adapter.created[:16].replace("T", " ")
    return (adapter.name, adapter.base_name, str(adapter.rank), str(adapter.rows), str(adapter.steps), loss, day)
