"""`workbench grid`: prompt versions x models x settings, each answering every row of a data set."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.prompting import choose_version, given_values
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.playground.grid.grid_store import GridStore
    from workbench.playground.grid.tasks import RowsRequest
    from workbench.playground.grid.types import Answerer, GridReport, GridRequest, GridRow, SettingsVariant

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN_PROBLEMS = 5


def register(commands: "Commands") -> None:
    """Add `grid [run | list | show ID | again ID]`."""
    parser = commands.add_parser("grid", help="run prompt versions, models and settings over a data set")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _register_run(actions)
    actions.add_parser("list", help="every grid and how far it is").set_defaults(run=list_grids)
    show = actions.add_parser("show", help="what a grid reached; also writes its answers")
    again = actions.add_parser("again", help="go on with a stopped grid, and make its failures again")
    for action, function in ((show, show_grid), (again, run_again)):
        action.add_argument("id", metavar="ID", type=whole_number)
        _add_files(action)
        action.set_defaults(run=function)


def _register_run(actions: "Commands") -> None:
    run = actions.add_parser("run", help="fill a grid")
    run.add_argument(
        "--prompt", action="append", required=True, metavar="NAME[@N]", help="a saved prompt; @N takes its version N"
    )
    run.add_argument("--model", action="append", default=[], metavar="NAME", help="a model (starter, if none is named)")
    run.add_argument(
        "--tuned",
        action="append",
        default=[],
        nargs="+",
        metavar=("MODEL", "ADAPTER"),
        help="a model with an adapter; a third word is its scale",
    )
    run.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="SETTING=A,B",
        help="one variant for each value, instead of the prompt's own settings",
    )
    rows = run.add_mutually_exclusive_group(required=True)
    rows.add_argument("--questions", type=Path, metavar="FILE", help="rows with questions and answers")
    rows.add_argument("--dataset", metavar="NAME", help="a saved data set")
    run.add_argument("--limit", type=whole_number, default=0, metavar="N", help="only the first N rows")
    run.add_argument("--metric", action="append", default=[], metavar="NAME", help="the first decides (exact_match)")
    run.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a variable with the same value for every row"
    )
    run.add_argument("--name", default="", help="what the grid is called")
    _add_files(run)
    run.set_defaults(run=run_grid)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every answer as CSV")
    parser.add_argument("--jsonl", type=Path, metavar="FILE", help="write every transcript as JSON lines")


def run_grid(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Fill a grid (or go on with the same one that was not finished), keep it in the history, print it."""
    from workbench.playground.grid.combining import combine
    from workbench.playground.grid.running import place_grid
    from workbench.playground.grid.types import GridRequest
    from workbench.scoring.types import MetricChoice

    if arguments.limit < 0:
        raise WorkbenchError("--limit must not be negative.", hint="Leave it out to take all rows.")
    versions = [choose_version(place, name) for name in arguments.prompt]
    combinations = combine(versions, _answerers(arguments, place), _variants(arguments.vary))
    metrics = [_metric(name) for name in arguments.metric or ["exact_match"]]
    with place.writing("filling a grid"):
        rows, source = _rows(arguments, place, output)
        request = GridRequest(
            name=arguments.name or Path(source).stem,
            source=source,
            rows=rows,
            combinations=combinations,
            metrics=tuple(MetricChoice(name=name) for name in metrics),
            values=given_values(arguments.set),
        )
        request = place_grid(request, place.paths)
        report = _run_to_the_end(request, place, output)
    _write_files(arguments, request, output)
    show(report, output)


def run_again(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """What is missing or failed is made; what is there stays."""
    with place.writing("filling a grid"):
        request = _store(place).get(arguments.id)
        report = _run_to_the_end(request, place, output)
    _write_files(arguments, request, output)
    show(report, output)


def list_grids(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    entries = _store(place).list_grids()
    if output.json:
        output.object({"grids": [entry.model_dump(mode="json") for entry in entries]})
    elif not entries:
        output.text("No grid was begun yet.")
    else:
        rows = [(e.id, e.name, e.created[:16].replace("T", " "), e.state, e.done, e.total, e.failed) for e in entries]
        output.table(("id", "name", "created", "state", "done", "of", "failed"), rows)


def show_grid(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The summary of the cells that there are."""
    from workbench.playground.grid.journal import read_outcomes
    from workbench.playground.grid.summing_up import summarize

    request = _store(place).get(arguments.id)
    _write_files(arguments, request, output)
    show(summarize(request, read_outcomes(Path(request.folder))), output)


def show(report: "GridReport", output: Output) -> None:
    """A table for people, the report for scripts."""
    from workbench.compare.report import summary_text

    if output.json:
        output.object(report)
        return
    output.text(f"{report.name}: {report.rows} rows, {report.done} cells; mean and 95 % interval\n")
    output.table(
        ("combination", *report.metrics, "tokens in", "out", "cut", "failed"),
        [
            (
                result.name,
                *(summary_text(result.metrics.get(metric)) for metric in report.metrics),
                _whole(result.prompt_tokens),
                _whole(result.generated_tokens),
                str(result.cut or "-"),
                str(result.failed or "-"),
            )
            for result in report.results
        ],
    )
    for result in report.results:
        if result.problem:
            output.text(f"  {result.name}: {result.problem}")


def _run_to_the_end(request: "GridRequest", place: Workplace, output: Output) -> "GridReport":
    """A process that is killed (out of memory, a crash in native code) costs one combination at most: start again."""
    from workbench.llm.json_schema import about_unheld
    from workbench.playground.grid.running import attempts_for, grid_job
    from workbench.playground.grid.types import GridReport

    local = [one for one in request.combinations if one.answerer.model.endpoint is None]
    for said in dict.fromkeys(about_unheld(combination.prompt.json_schema) for combination in local):
        if said:
            output.note(said)
    left = attempts_for(request)
    while True:
        try:
            return GridReport.model_validate(place.run(grid_job(request)))
        except WorkbenchError as problem:
            left -= 1
            if problem.code != "crashed" or left <= 0:
                raise
            output.note("The process stopped unexpectedly; the grid goes on with what is left.")


def _store(place: Workplace) -> "GridStore":
    from workbench.playground.grid.grid_store import GridStore

    return GridStore(place.database)


def _answerers(arguments: argparse.Namespace, place: Workplace) -> list["Answerer"]:
    wanted: list[tuple[str, str, float | None]] = [(name, "", None) for name in arguments.model]
    wanted += [_tuned(words) for words in arguments.tuned]
    return [_answerer(place, *one) for one in wanted or [("starter", "", None)]]


def _tuned(words: Sequence[str]) -> tuple[str, str, float | None]:
    """MODEL ADAPTER [SCALE]."""
    match words:
        case [model, adapter]:
            return model, adapter, None
        case [model, adapter, scale] if _is_number(scale):
            return model, adapter, float(scale)
    raise WorkbenchError(
        f"--tuned {' '.join(words)}: a model, its adapter and, if wished, a number are expected.",
        hint="Like --tuned starter house-style 0.5",
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _answerer(place: Workplace, model_name: str, adapter_name: str, scale: float | None) -> "Answerer":
    from workbench.cli.choices import choose_adapter, choose_model, load_config
    from workbench.llm.adapters import adapter_hash, check_adapter
    from workbench.playground.grid.types import Answerer

    model = choose_model(place, model_name)
    adapter = choose_adapter(place, adapter_name, scale)
    if adapter is None:
        return Answerer(model=model, load=load_config(place, model))
    if model.endpoint is not None:
        raise WorkbenchError(
            f"{model.name} is on a server, where the adapter “{adapter_name}” cannot be applied.",
            hint="Use the model on this computer for which it was trained.",
            code="not_offered",
        )
    path = Path(adapter.path)
    check_adapter(path, model)
    return Answerer(
        model=model,
        load=load_config(place, model),
        adapter=adapter,
        adapter_name=path.stem if path.name == Path(adapter_name).name else adapter_name,
        adapter_hash=adapter_hash(path),
    )


def _variants(wishes: Sequence[str]) -> list["SettingsVariant"]:
    from workbench.playground.grid.combining import AS_THE_PROMPT_SAYS, sweep

    variants: list[SettingsVariant] = []
    for wish in wishes:
        field, equals, values = wish.partition("=")
        if not equals:
            raise WorkbenchError(f"--vary {wish} is no setting with values.", hint="Like --vary temperature=0,0.7")
        variants += sweep(field.strip().replace("-", "_"), values.split(","))
    return variants or [AS_THE_PROMPT_SAYS]


def _metric(name: str) -> str:
    from workbench.playground.grid.metrics import find_grid_metric

    return find_grid_metric(name).name


def _rows(arguments: argparse.Namespace, place: Workplace, output: Output) -> tuple[tuple["GridRow", ...], str]:
    """The rows, read by a worker as from the window, and where they come from."""
    from workbench.jobs.spec import JobSpec
    from workbench.playground.grid.tasks import READ_ROWS, RowsReport

    request = _rows_request(arguments, place)
    spec = JobSpec(task=READ_ROWS, params=request.model_dump(mode="json"), title="Read the rows")
    report = RowsReport.model_validate(place.run(spec))
    source = request.data_set or Path(request.path).name
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        output.note(f"{source}: left out: {problem}")
    if len(report.problems) > _SHOWN_PROBLEMS:
        output.note(f"... and {len(report.problems) - _SHOWN_PROBLEMS} more rows.")
    return report.rows, source


def _rows_request(arguments: argparse.Namespace, place: Workplace) -> "RowsRequest":
    from workbench.playground.grid.tasks import RowsRequest

    if arguments.questions is not None:
        return RowsRequest(path=str(arguments.questions.expanduser().absolute()), limit=arguments.limit)
    from workbench.datasets.store import DatasetStore

    dataset = DatasetStore(place.database).get(arguments.dataset)
    return RowsRequest(
        path=dataset.rows_path, data_set=dataset.name, content_hash=dataset.content_hash, limit=arguments.limit
    )


def _write_files(arguments: argparse.Namespace, request: "GridRequest", output: Output) -> None:
    from workbench.playground.grid.export import Format, write_grid

    for path, form in ((arguments.csv, Format.CSV), (arguments.jsonl, Format.JSONL)):
        if path is not None:
            count = write_grid(request, path, form)
            output.note(f"Wrote {count} answers to {path}.")


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
