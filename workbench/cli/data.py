"""`workbench data`: what is wrong with a file of rows, and data sets made of it."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import data_preview
from workbench.cli.choices import choose_local_model
from workbench.cli.columns import add_columns, named_columns
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.training_options import add_plain_settings, checked, given_settings
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.naming import row_numbers

if TYPE_CHECKING:
    from workbench.datasets.types import Finding, FindingKind
    from workbench.finetune.row_checks import BaseChoice

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

SHOWN_PROBLEMS = 12
TOKEN_SETTINGS = data_preview.TOKEN_SETTINGS


def register(commands: "Commands") -> None:
    """Add `data check | save | list | delete | from-collection | preview`."""
    data = commands.add_parser("data", help="rows for training: problems, data sets").add_subparsers(
        metavar="WHAT", required=True
    )
    check = data.add_parser("check", help="what is wrong with the rows of a file, with row numbers")
    _add_file(check)
    check.set_defaults(run=check_file)
    save = data.add_parser("save", help="make a data set of a file; the file is not changed")
    _add_file(save)
    save.add_argument("--name", required=True, metavar="NAME")
    save.add_argument("--leave-out", metavar="KINDS", default="", help="kinds of findings whose rows are left out")
    save.add_argument("--mend", metavar="KINDS", default="", help="kinds of findings whose rows are mended by rule")
    save.set_defaults(run=save_file)
    making = data.add_parser("from-collection", help="rows with retrieved passages, misleading ones among them")
    making.add_argument("collection", metavar="COLLECTION")
    making.add_argument("--name", required=True, metavar="NAME", help="of the new data set")
    making.add_argument("--data", metavar="DATASET", help="a saved data set with questions and answers")
    making.add_argument("--model", metavar="M", help="or a model that writes them from the passages")
    making.add_argument("--count", type=whole_number, default=20, metavar="N", help="rows that the model shall write")
    making.add_argument(
        "--passages", type=whole_number, default=4, metavar="N", help="per row; all but one are misleading"
    )
    making.add_argument("--without-answer", type=float, default=0.0, metavar="X", help="share of rows that lack it")
    making.add_argument("--free", action="store_true", help="documents only guide the answers: leave out no row")
    making.set_defaults(run=from_collection)
    data_preview.register(data)
    data.add_parser("list", help="the saved data sets").set_defaults(run=list_datasets)
    delete = data.add_parser("delete", help="forget a data set")
    delete.add_argument("name", metavar="NAME")
    delete.set_defaults(run=delete_dataset)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    add_columns(parser)
    parser.add_argument("--model", metavar="M", help="a base: also find rows that are too long for it")
    add_plain_settings(parser, TOKEN_SETTINGS)


def check_file(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The findings, errors first."""
    from workbench.datasets.tasks import InspectReport, InspectRequest
    from workbench.finetune.running import inspect_spec

    request = InspectRequest(
        path=str(arguments.file.absolute()),
        named=named_columns(arguments),
        shown_rows=0,
        test_questions=_test_questions(place),
    )
    spec = inspect_spec(request, _base_choice(arguments, place))
    report = InspectReport.model_validate(place.run(spec))
    if output.json:
        output.object(report)
        return
    output.text(f"{arguments.file.name}: {report.training_row_count} of {report.row_count} rows can be trained.")
    for problem in report.problems:
        output.text(f"  {problem}")
    for finding in report.findings:
        output.text(_in_words(finding))
    if not report.training_row_count and not report.problems:
        named = ", ".join(report.columns[:12])
        output.text(f"Say which columns to use: --question-column, --answer-column, ... The file has: {named}.")
    elif not report.problems and not report.findings:
        output.text("Nothing wrong was found in these rows.")


def save_file(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.datasets.store import DatasetStore
    from workbench.datasets.tasks import PrepareReport, PrepareRequest
    from workbench.finetune.row_checks import OF_A_BASE
    from workbench.finetune.running import prepare_spec

    leave_out, mend = _kinds(arguments.leave_out, "--leave-out"), _kinds(arguments.mend, "--mend")
    choice = _base_choice(arguments, place)
    if choice is None and (unknown := [kind for kind in leave_out if kind in OF_A_BASE]):
        raise WorkbenchError(
            f"Which rows are {unknown[0]} depends on the base.", hint="Name it with --model.", code="usage"
        )
    with place.writing(f"saving {arguments.name}"):
        store = DatasetStore(place.database)
        request = PrepareRequest(
            name=store.free_name(arguments.name),
            path=str(arguments.file.absolute()),
            folder=str(store.folder),
            named=named_columns(arguments),
            drop=leave_out,
            mend=mend,
            test_questions=_test_questions(place),
        )
        report = PrepareReport.model_validate(place.run(prepare_spec(request, choice)))
        store.record(report.dataset)
    if output.json:
        output.object(report)
        return
    left = report.dataset.problem_count + report.dropped
    output.text(
        f"Saved “{report.dataset.name}” with {report.dataset.row_count} rows ({left} left out, {report.mended} mended)."
    )


def from_collection(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Questions from a data set or written by a model; each gets passages, and is kept where one holds the answer."""
    from workbench.cli.choices import choose_model
    from workbench.datasets.store import DatasetStore
    from workbench.datasets.tasks import PrepareReport, PrepareRequest
    from workbench.datasets.types import ColumnMapping, Layout
    from workbench.rag.row_writing import WriteRowsReport, WriteRowsRequest, write_rows_spec
    from workbench.rag.search_types import RetrievalConfig
    from workbench.rag.store import CollectionStore
    from workbench.rag.training_row_types import FactRow, GroundReport, GroundRequest

    if bool(arguments.data) == bool(arguments.model):
        raise WorkbenchError("Name a data set with --data, or a model that writes with --model.", code="usage")
    _check_making(arguments)
    datasets = DatasetStore(place.database)
    name = datasets.free_name(arguments.name)
    collection = CollectionStore(place.database, place.paths).ref(arguments.collection)
    with place.writing(f"making {arguments.name}"):
        if arguments.model:
            asked = WriteRowsRequest(
                collection=collection, model=choose_model(place, arguments.model), count=arguments.count
            )
            written = WriteRowsReport.model_validate(place.run(write_rows_spec(asked)))
            output.note(f"{arguments.model} wrote {len(written.rows)} rows; {written.rejected} were of no use.")
            if not written.rows:
                raise WorkbenchError(
                    f"{arguments.model} wrote no row of use from {written.read} passages.",
                    hint="Choose a larger model, or write the questions yourself.",
                    code="nothing_written",
                )
            facts = tuple(row.fact(number) for number, row in enumerate(written.rows, 1))
        else:
            rows = datasets.rows(datasets.get(arguments.data))
            facts = tuple(
                FactRow(question=r.question, answer=r.answer, source=r.document, number=r.number) for r in rows
            )
        made = datasets.folder / f"with-passages-{os.getpid()}.jsonl"
        datasets.folder.mkdir(parents=True, exist_ok=True)
        request = GroundRequest(
            collection=collection,
            rows=facts,
            out=str(made),
            retrieval=RetrievalConfig(top_k=arguments.passages),
            answers_are_quoted=not arguments.free,
            without_answer=arguments.without_answer,
        )
        try:
            params = request.model_dump(mode="json")
            title = f"Put passages to {arguments.name}"
            job = JobSpec(task="workbench.rag.tasks:ground_rows", params=params, title=title)
            grounded = GroundReport.model_validate(place.run(job))
            for problem in grounded.problems[:SHOWN_PROBLEMS]:
                output.note(f"  {problem}")
            if not grounded.rows:
                raise WorkbenchError(
                    f"No answer was found in the collection “{collection.name}”, so no row was made.",
                    hint="Choose the collection that the answers come from, or use --free.",
                    code="no_rows",
                )
            mapping = ColumnMapping(layout=Layout.MESSAGES, messages="messages")
            prepare = PrepareRequest(name=name, path=str(made), mapping=mapping, folder=str(datasets.folder))
            params = prepare.model_dump(mode="json")
            job = JobSpec(task="workbench.datasets.tasks:prepare", params=params, title=f"Save {arguments.name}")
            report = PrepareReport.model_validate(place.run(job))
        finally:
            made.unlink(missing_ok=True)
        origin = f"{arguments.data or 'written by ' + arguments.model}, with passages of {collection.name}"
        dataset = datasets.record(report.dataset.model_copy(update={"origin": origin, "source_path": ""}))
    if output.json:
        output.object({"dataset": dataset.model_dump(mode="json"), "without_answer": grounded.without_answer})
        return
    left = f" {len(grounded.problems)} were left out." if grounded.problems else ""
    output.text(
        f"Saved “{dataset.name}” with {dataset.row_count} rows, {grounded.without_answer} of them without the "
        f"answer.{left}"
    )


def _check_making(arguments: argparse.Namespace) -> None:
    for option, value, least, most in (
        ("--count", arguments.count, 1, 2000),
        ("--passages", arguments.passages, 1, 1000),
        ("--without-answer", arguments.without_answer, 0, 0.9),
    ):
        if not least <= value <= most:
            raise WorkbenchError(f"{option} {value} is not possible.", hint=f"Choose {least} to {most}.", code="usage")


def list_datasets(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.datasets.store import DatasetStore

    found = DatasetStore(place.database).list_datasets()
    if output.json:
        output.object({"datasets": [dataset.model_dump(mode="json") for dataset in found]})
    elif not found:
        output.text("No data set was saved yet. `workbench data save` makes one.")
    else:
        rows = [(d.name, str(d.row_count), d.content_hash[:12], d.created, d.origin or d.source_path) for d in found]
        output.table(("name", "rows", "content", "created", "made from"), rows)


def delete_dataset(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.datasets.store import DatasetStore

    with place.writing(f"deleting {arguments.name}"):
        DatasetStore(place.database).delete(arguments.name)
    if output.json:
        output.object({"deleted": arguments.name})
    else:
        output.text(f"Deleted “{arguments.name}”.")


def _test_questions(place: Workplace) -> tuple[str, ...]:
    """Those of all test sets: rows that ask one of them are a finding."""
    from workbench.datasets.test_sets.store import TestSetStore

    return TestSetStore(place.database).asked_anywhere()


def _base_choice(arguments: argparse.Namespace, place: Workplace) -> "BaseChoice | None":
    """The base for which the rows are checked too; None where none was named."""
    from workbench.finetune.row_checks import BaseChoice

    settings = given_settings(arguments, TOKEN_SETTINGS)
    if arguments.model:
        checked(settings)
        return BaseChoice(base=choose_local_model(place, arguments.model), **settings)
    if settings:
        raise WorkbenchError(
            "How many tokens a row has depends on the base.", hint="Name it with --model.", code="usage"
        )
    return None


def _kinds(text: str, option: str) -> "tuple[FindingKind, ...]":
    from workbench.datasets.types import FindingKind

    words = [word.strip() for word in text.split(",") if word.strip()]
    known = {kind.value for kind in FindingKind}
    if unknown := [word for word in words if word not in known]:
        raise WorkbenchError(
            f"{option} does not know {', '.join(unknown)}.",
            hint=f"It takes some of {', '.join(sorted(known))}, separated by commas.",
            code="bad_option",
        )
    return tuple(FindingKind(word) for word in words)


def _in_words(finding: "Finding") -> str:
    rows = f" ({row_numbers(finding.rows)})" if finding.rows else ""
    remedy = f"--leave-out {finding.kind}" + (f" or --mend {finding.kind}" if finding.can_fix else "")
    hint = " ".join(part for part in (finding.hint, f"[{remedy}]" if finding.rows else "") if part)
    return f"{finding.severity}: {finding.message}{rows}" + (f"\n    {hint}" if hint else "")
