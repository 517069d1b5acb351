"""`workbench exhaust`: a question to every passage of a collection."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.choices import add_adapter_options
from workbench.cli.output import Output
from workbench.cli.retrieving import add_document_options, collection_store, document_filter, run_with_lock
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.events import Produced
from workbench.jobs.spec import JobSpec

if TYPE_CHECKING:
    from workbench.rag.exhaustive import ExhaustiveReport, Finding
    from workbench.rag.exhaustive_filter import PassageFilter

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `exhaust`."""
    parser = commands.add_parser("exhaust", help="ask a question of every passage, and count the answers")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--model", required=True, metavar="M", help="name or path of a model")
    add_adapter_options(parser)
    parser.add_argument("--everything", action="store_true", help="no filter: the model reads every passage")
    parser.add_argument("--words", default="", metavar="WORDS", help="look for these instead of the question's words")
    parser.add_argument("--words-only", action="store_true", help="read only passages that hold one of the words")
    parser.add_argument("--likeness", type=float, metavar="X", help="0 to 1: enough likeness to the question; 0.25")
    parser.add_argument("--out", metavar="FILE", help="write what was found to a .csv or .md file")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a document, or a folder with / at its end"
    )
    add_document_options(parser)
    parser.set_defaults(run=exhaust)


def exhaust(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Ask every passage; what it found so far is shown as it comes."""
    from workbench.cli.choices import choose_adapter, choose_model, load_config
    from workbench.rag.document_filter import no_such_names
    from workbench.rag.exhaustive import ExhaustiveReport, ExhaustiveRequest, Finding
    from workbench.rag.indexing import run_healed
    from workbench.rag.tasks import EXHAUST

    if not arguments.question.strip():
        raise WorkbenchError("The question is empty.", hint="Write what every passage shall be asked.", code="usage")
    store = collection_store(place)
    store.get(arguments.collection)
    if missing := store.filters.missing(arguments.collection, arguments.only):
        raise no_such_names(missing, (arguments.collection,))
    model = choose_model(place, arguments.model)
    adapter = choose_adapter(place, arguments.adapter, arguments.adapter_scale)
    passes, wanted, out = _passes(arguments), document_filter(arguments, arguments.only), _out(arguments)
    findings: list[Finding] = []

    def on_item(produced: Produced) -> None:
        if produced.kind == "Finding":
            found = Finding.model_validate(produced.item)
            findings.append(found)
            if not output.json:
                cited = found.citation
                output.text(f"[{cited.number}] {found.answer}  ({cited.document}, page {cited.page})")

    def make_spec() -> JobSpec:
        request = ExhaustiveRequest(
            collection=store.asked_refs(arguments.collection, (), wanted)[0],
            question=arguments.question,
            model=model,
            load=load_config(place, model),
            adapter=adapter,
            passes=passes,
        )
        return JobSpec(task=EXHAUST, params=request.model_dump(mode="json"), title="Read everything", worker="llm")

    result = run_healed(store, arguments.collection, make_spec, run_with_lock(place, on_item))
    report = ExhaustiveReport.model_validate(result)
    if out is not None:
        _write(out, arguments.question, findings, report)
    _show(output, report)


def _show(output: Output, report: "ExhaustiveReport") -> None:
    if output.json:
        output.object(report)
        return
    output.text(f"\n{len(report.groups)} different answers in {report.documents} documents; {_read(report)}.")
    for group in report.groups:
        output.text(f"  {len(group.citations)} x {group.answer}")
    if report.problems:
        output.note(f"{report.problems} passages were too long for the model and were not read.")


def _read(report: "ExhaustiveReport") -> str:
    return f"read {report.read} of {report.chunks} passages, the filter passed over the others"


def _passes(arguments: argparse.Namespace) -> "PassageFilter":
    from workbench.rag.exhaustive_filter import LIKELY, FilterKind, PassageFilter

    likeness = LIKELY if arguments.likeness is None else arguments.likeness
    if not 0 <= likeness <= 1:
        raise WorkbenchError(f"--likeness {likeness} is not possible.", hint="Choose 0 to 1.")
    if arguments.everything and (arguments.words or arguments.words_only or arguments.likeness is not None):
        raise WorkbenchError("--everything reads every passage, so nothing is looked for.", hint="Leave one out.")
    kind = FilterKind.WORDS if arguments.words_only else FilterKind.WORDS_OR_MEANING
    kind = FilterKind.NONE if arguments.everything else kind
    return PassageFilter(kind=kind, words=arguments.words, likeness=likeness)


def _out(arguments: argparse.Namespace) -> Path | None:
    if not arguments.out:
        return None
    path = Path(arguments.out).expanduser().absolute()
    if path.suffix.lower() not in {".csv", ".md"}:
        raise WorkbenchError(f"{path.name} is neither .csv nor .md.", hint="Name the file by what it shall be.")
    if not path.parent.is_dir():
        raise WorkbenchError(f"There is no folder {path.parent}.", hint="Make it first, or name another.")
    return path


def _write(path: Path, question: str, findings: "list[Finding]", report: "ExhaustiveReport") -> None:
    from workbench.playground.prompt_files import write_whole
    from workbench.rag.exhaustive_export import findings_as_csv, findings_as_markdown

    is_table = path.suffix.lower() == ".csv"
    remark = f"{len(findings)} findings; {_read(report)}."
    write_whole(path, findings_as_csv(findings) if is_table else findings_as_markdown(question, findings, remark))
