"""`workbench data preview`: a row as a model gets it in a training, token by token; nothing is written."""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.choices import choose_local_model
from workbench.cli.columns import add_columns, check_none_named, named_columns
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.training_options import add_plain_settings, checked, given_settings
from workbench.cli.training_rows import rows_of_file, saved_dataset
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.datasets.types import Dataset
    from workbench.finetune.preview import PreviewReport
    from workbench.llm.types import ModelRef

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

TOKEN_SETTINGS = ("max_length", "trained_turns")
"""What changes a row's tokens."""


def register(data: "Commands") -> None:
    """Add `preview`."""
    parser = data.add_parser("preview", help="the exact tokens of a row, those that a training learns marked")
    parser.add_argument("data", metavar="DATA", help="CSV, JSONL, JSON, XLSX, Parquet, or a saved data set")
    parser.add_argument("--model", required=True, metavar="M", help="base model: name or path")
    parser.add_argument(
        "--row", type=whole_number, default=1, metavar="N", help="which of the rows that can be trained, from 1"
    )
    parser.add_argument("--system", metavar="S", default="", help="instruction before rows that have none of their own")
    add_columns(parser)
    add_plain_settings(parser, TOKEN_SETTINGS)
    parser.set_defaults(run=preview)


def preview(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """One row after chat template and cut."""
    from workbench.datasets.store import DatasetStore

    settings = given_settings(arguments, TOKEN_SETTINGS)
    checked(settings)
    base = choose_local_model(place, arguments.model)
    if saved := saved_dataset(arguments.data, DatasetStore(place.database)):
        check_none_named(arguments, f"The saved data set “{saved.name}”")
        _show(arguments.row, saved, base, settings, place, output)
        return
    with tempfile.TemporaryDirectory() as folder:
        named = named_columns(arguments)
        dataset = rows_of_file(arguments.data, named, arguments.system, Path(folder), place, output)
        _show(arguments.row, dataset, base, settings, place, output)


def _show(
    row: int, dataset: "Dataset", base: "ModelRef", settings: dict[str, Any], place: Workplace, output: Output
) -> None:
    from workbench.finetune.preview import PreviewReport, PreviewRequest, as_shown
    from workbench.finetune.running import preview_spec

    if not 1 <= row <= dataset.row_count:
        raise WorkbenchError(
            f"There is no row {row}: {dataset.name} has {dataset.row_count:,} rows that can be trained.",
            hint=f"Choose one from 1 to {dataset.row_count:,} with --row.",
            code="no_row",
        )
    request = PreviewRequest(
        base=base, rows_path=dataset.rows_path, rows_hash=dataset.content_hash, start=row - 1, count=1, **settings
    )
    report = PreviewReport.model_validate(place.run(preview_spec(request)))
    (shown,) = report.rows
    if output.json:
        output.object(_as_json(row, report))
        return
    asked = settings.get("max_length", 0)
    if asked > report.max_length:
        output.note(f"{base.name} sees {report.max_length:,} tokens; a training with rows of {asked:,} is refused.")
    in_file = f" (row {shown.number} of the file)" if shown.number not in (0, row) else ""
    output.text(f"Row {row} of {dataset.row_count:,}{in_file}: {shown.in_words}")
    output.marked([(as_shown(token.text), token.trained) for token in shown.tokens])


def _as_json(row: int, report: "PreviewReport") -> dict[str, Any]:
    (shown,) = report.rows
    return {
        "row": row,
        "number": shown.number,
        "tokens": [token.model_dump(mode="json") for token in shown.tokens],
        "trained_count": shown.trained_count,
        "is_left_out": not shown.learns,
        "cut": shown.cut,
        "max_length": report.max_length,
    }
