"""`workbench finetune`."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.adapter_evaluating import evaluate_new
from workbench.cli.choices import choose_local_model
from workbench.cli.columns import add_columns, check_none_named, named_columns
from workbench.cli.output import Output
from workbench.cli.packing import import_packed, pack_training, run_packed
from workbench.cli.remedies import told_in_options
from workbench.cli.runs import check_not_training
from workbench.cli.sweeping import run_sweep
from workbench.cli.texts import text_dataset
from workbench.cli.training_estimate import add_estimate_options, check_it_fits, show_estimate
from workbench.cli.training_options import add_settings, checked, read_sweep, typed_settings
from workbench.cli.training_rows import rows_of_file, saved_dataset
from workbench.cli.training_telling import Telling, show_report
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.finetune.training_config import Objective

if TYPE_CHECKING:
    from workbench.datasets.types import Dataset
    from workbench.finetune.types import RunNote, TrainRequest
    from workbench.llm.types import ModelRef

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `finetune`."""
    _register_finetune(commands)


def _register_finetune(commands: "Commands") -> None:
    parser = commands.add_parser("finetune", help="train an adapter, or a model, on rows or on raw text")
    parser.add_argument("--model", metavar="M", help="base model: name or path")
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument("--data", metavar="FILE", help="CSV, JSONL, JSON, XLSX, Parquet, or a saved data set")
    rows.add_argument(
        "--text", metavar="TEXT", help="raw text to go on with: a folder or file, a collection, or a saved data set"
    )
    parser.add_argument("--name", metavar="NAME", help="name of the adapter or model")
    add_columns(parser)
    parser.add_argument("--system", metavar="S", default="", help="instruction before rows that have none of their own")
    add_settings(parser)
    parser.add_argument(
        "--batch-parts", type=_parts, metavar="N", default=1, help="compute each batch in N parts, in less memory"
    )
    parser.add_argument("--restart", action="store_true", help="forget an unfinished training of this name")
    parser.add_argument(
        "--sweep", action="append", metavar="SETTING=A,B", help="train with each of these values; may be given often"
    )
    add_estimate_options(parser)
    parser.add_argument("--pack", type=Path, metavar="FOLDER", help="write the training into a folder, start nothing")
    parser.add_argument("--with-base", action="store_true", help="pack the base model too")
    parser.add_argument("--spec", type=Path, metavar="FILE", help="start a packed training, by its spec.json")
    parser.add_argument(
        "bring_back", nargs="*", metavar="import FOLDER", help="bring what was trained in a packed folder home"
    )
    parser.add_argument("--evaluate", action="store_true", help="then have base and adapter answer the same questions")
    parser.set_defaults(run=finetune)


def finetune(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Train, or go on with a training of this name that was interrupted."""
    from workbench.finetune import running
    from workbench.finetune.types import TrainReport

    if arguments.bring_back:
        import_packed(arguments.bring_back, place, output)
        return
    if arguments.spec is not None:
        report = run_packed(arguments.spec, arguments.model, place, Telling(output).hear)
        show_report(report, output)
        return
    _check_given(arguments)
    typed = typed_settings(arguments)
    sweep = read_sweep(arguments.sweep or [])
    base = choose_local_model(place, arguments.model)
    with place.writing(f"fine-tuning {arguments.name}"):
        request = _request(arguments, typed, base, place, output)
        if request.config.objective is Objective.TEXT and (warning := running.order_warning(base)):
            output.note(warning)
        if arguments.pack is not None:
            pack_training(request, arguments.pack, arguments.with_base, output)
            return
        planned = running.sweep_request(request, sweep) if sweep else None
        trainings = math.prod(len(values) for values in sweep.values())
        if arguments.estimate:
            show_estimate(request, place, output, trainings)
            return
        check_not_training(place, request)
        told: tuple[RunNote, ...] = ()
        if running.can_resume(request) and not arguments.restart:
            output.note(f"An unfinished training of “{request.name}” goes on.")
        else:
            told = check_it_fits(request, place, output, anyway=arguments.anyway, trainings=trainings)
        if planned is not None:
            run_sweep(planned, place, output)
            return
        with told_in_options(request):
            report = TrainReport.model_validate(place.run(running.train_spec(request), Telling(output).hear))
    show_report(report, output, told)
    if arguments.evaluate and report.adapter is not None:
        evaluate_new(report.adapter, place, output)


def _check_given(arguments: argparse.Namespace) -> None:
    missing = [option for option in ("model", "name") if not getattr(arguments, option)]
    if missing or not (arguments.data or arguments.text):
        needed = [f"--{option}" for option in missing] + (
            [] if arguments.data or arguments.text else ["--data or --text"]
        )
        raise WorkbenchError(
            f"A training needs {' and '.join(needed)} as well.",
            hint="workbench finetune --model M --data FILE --name NAME",
            code="usage",
        )


def _request(
    arguments: argparse.Namespace, typed: dict[str, Any], base: "ModelRef", place: Workplace, output: Output
) -> "TrainRequest":
    from workbench.finetune import running
    from workbench.finetune.defaults import FULL_RATE, suggested_config, suggested_text_config

    objective = Objective.TEXT if arguments.text else Objective.INSTRUCTIONS
    running.check_free_name(place.paths, arguments.name, checked(typed | {"objective": objective}))
    if arguments.text:
        check_none_named(arguments, "Raw text")
        dataset = text_dataset(arguments.text, place, output)
        suggested = suggested_text_config(base.parameters)
    else:
        dataset = _dataset(arguments, place, output)
        suggested = suggested_config(base.parameters, dataset.row_count)
    if typed.get("method") == "full" and "learning_rate" not in typed:
        suggested = suggested.model_copy(update={"learning_rate": suggested.learning_rate * FULL_RATE})
    request = running.train_request(
        place.paths,
        name=arguments.name,
        base=base,
        dataset=dataset,
        config=checked(suggested.model_dump() | typed),
        restart=arguments.restart,
    )
    return request.model_copy(update={"batch_parts": arguments.batch_parts})


def _parts(text: str) -> int:
    parts = int(text)
    if parts < 1:
        raise argparse.ArgumentTypeError(f"{text} is fewer than 1")
    return parts


def _dataset(arguments: argparse.Namespace, place: Workplace, output: Output) -> "Dataset":
    """The rows of a file, or a saved data set of that name."""
    from workbench.datasets.store import DatasetStore

    store = DatasetStore(place.database)
    if saved := saved_dataset(arguments.data, store):
        check_none_named(arguments, f"The saved data set “{saved.name}”")
        return saved
    named = named_columns(arguments)
    return store.record_new(rows_of_file(arguments.data, named, arguments.system, store.folder, place, output))
