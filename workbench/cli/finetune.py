"""`workbench finetune`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from workbench.cli.output import Output, in_words
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.datasets.types import Dataset
    from workbench.finetune.types import TrainReport

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

SHOWN_PROBLEMS = 5


def register(commands: "Commands") -> None:
    """Add `finetune`."""
    _register_finetune(commands)


def _register_finetune(commands: "Commands") -> None:
    parser = commands.add_parser("finetune", help="train a LoRA adapter on rows of questions and answers")
    parser.add_argument("--model", required=True, metavar="M", help="base model: name or path")
    parser.add_argument(
        "--data", required=True, metavar="FILE", help="CSV, JSONL, JSON, XLSX, Parquet, or a saved data set"
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="name of the adapter")
    parser.add_argument("--system", metavar="S", default="", help="instruction before rows that have none of their own")
    parser.add_argument("--method", choices=("lora",), default="lora")
    parser.add_argument("--epochs", type=int, metavar="N", help="passes over the rows; default: as fits base and rows")
    parser.add_argument("--rank", type=int, metavar="R", help="width of the adapter; alpha becomes twice the rank")
    parser.add_argument("--learning-rate", type=float, metavar="X")
    parser.add_argument("--batch-size", type=int, metavar="N", help="rows per step")
    parser.add_argument("--max-length", type=int, metavar="N", help="longest row in tokens")
    parser.add_argument("--validation-share", type=float, metavar="X", help="share of rows that is only measured")
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed repeats the same training")
    parser.add_argument("--restart", action="store_true", help="forget an unfinished training of this name")
    parser.set_defaults(run=finetune)


def finetune(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Train, or go on with a training of this name that was interrupted."""
    from workbench.cli.choices import choose_model
    from workbench.finetune import running
    from workbench.finetune.defaults import suggested_config
    from workbench.finetune.store import AdapterStore
    from workbench.finetune.types import TrainReport

    typed = _typed(arguments)
    base = choose_model(place, arguments.model)
    if base.endpoint is not None:
        raise WorkbenchError(
            f"{base.name} is on a server; training needs the model on this computer.",
            hint="`workbench models list` shows what is here.",
            code="not_offered",
        )
    with place.writing(f"fine-tuning {arguments.name}"):
        AdapterStore(place.database).check_free(arguments.name)
        dataset = _dataset(arguments.data, arguments.system, place, output)
        config = suggested_config(base.parameters, dataset.row_count).model_copy(update=typed)
        request = running.train_request(
            place.paths, name=arguments.name, base=base, dataset=dataset, config=config, restart=arguments.restart
        )
        if running.can_resume(request) and not arguments.restart:
            output.note(f"An unfinished training of “{request.name}” goes on.")
        report = TrainReport.model_validate(place.run(running.train_spec(request)))
    _show_report(report, output)


def _typed(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that were typed; an impossible value is a sentence, not a traceback."""
    from workbench.finetune.types import TrainingConfig

    names = ("method", "epochs", "rank", "learning_rate", "batch_size", "max_length", "validation_share", "seed")
    typed = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    if "rank" in typed:
        typed["alpha"] = 2.0 * typed["rank"]
    if "batch_size" in typed:
        typed["gradient_accumulation"] = 1
    try:
        TrainingConfig(**typed)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else "The settings"
        raise WorkbenchError(f"{option} cannot be {first['input']}: {in_words(first)}.", code="bad_setting") from error
    return typed


def _dataset(data: str, system: str, place: Workplace, output: Output) -> "Dataset":
    """The rows of a file, or a saved data set of that name."""
    from workbench.datasets.mapping import describe
    from workbench.datasets.store import DatasetStore
    from workbench.datasets.tasks import PrepareReport, PrepareRequest
    from workbench.jobs.spec import JobSpec

    store = DatasetStore(place.database)
    path = Path(data).expanduser()
    if not path.exists() and (saved := store.find(data)):
        return saved
    request = PrepareRequest(name=path.name, path=str(path.absolute()), folder=str(store.folder), system_text=system)
    spec = JobSpec(
        task="workbench.datasets.tasks:prepare", params=request.model_dump(mode="json"), title=f"Read {path.name}"
    )
    report = PrepareReport.model_validate(place.run(spec))
    output.note(f"{path.name}: {report.dataset.row_count} rows ({describe(report.dataset.mapping)}).")
    for problem in report.problems[:SHOWN_PROBLEMS]:
        output.note(f"  {path.name}, {problem}")
    if len(report.problems) > SHOWN_PROBLEMS:
        output.note(f"  ... and {len(report.problems) - SHOWN_PROBLEMS} more problems.")
    for finding in report.findings:
        output.note(f"  {finding.message}")
    return store.record_new(report.dataset)


def _show_report(report: "TrainReport", output: Output) -> None:
    if output.json:
        output.object(report)
        return
    for note in report.notes:
        output.note(note.message)
    if report.adapter is None:
        output.text(
            f"Stopped and saved at step {report.steps} of {report.total_steps}; the same command goes on from there."
        )
        return
    loss = f", loss {report.loss:.3f}" if report.loss is not None else ""
    output.text(
        f"Trained “{report.adapter.name}” on {report.adapter.rows} rows: {report.steps} steps in "
        f"{report.seconds:.0f} s ({report.tokens_per_second:,.0f} tokens/s){loss}."
    )
    output.text(
        f"Use it with: workbench generate --model {report.adapter.base_name} --adapter {report.adapter.name} ..."
    )
