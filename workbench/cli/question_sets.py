"""`workbench retrieval testset ...`: questions with known sources."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.retrieving import collection_store
from workbench.cli.workplace import Workplace
from workbench.datasets.test_sets.types import Review
from workbench.errors import WorkbenchError
from workbench.naming import counted
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.member_store import Located

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.jobs.events import Produced
    from workbench.rag.evaluation.importing import DocumentFinder, Imported
    from workbench.rag.evaluation.set_store import QuestionSetStore
    from workbench.rag.store import CollectionStore

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(actions: "Commands") -> None:
    """Add `retrieval testset ACTION`."""
    parser = actions.add_parser("testset", help="questions with known sources")
    commands = parser.add_subparsers(metavar="ACTION", required=True)
    everything = commands.add_parser("list", help="the test sets of a collection")
    everything.add_argument("collection", metavar="COLLECTION")
    everything.set_defaults(run=list_sets)
    for name, text, function in (
        ("show", "the questions of a test set", show),
        ("delete", "forget a test set", delete),
    ):
        _with_set(commands, name, text).set_defaults(run=function)
    _register_add(commands)
    _register_import(commands)
    _register_generate(commands)
    for name, text, function in (
        ("accept", "let questions count", accept),
        ("reject", "keep questions, but do not count them", reject),
        ("remove", "remove questions", remove),
    ):
        action = _with_set(commands, name, text)
        action.add_argument("ids", nargs="+", metavar="ID", help='numbers from "show", or "waiting" for all that wait')
        action.set_defaults(run=function)
    unpack = commands.add_parser("unpack", help="write the documents of a BEIR folder as text files, to index them")
    unpack.add_argument("beir", metavar="FOLDER")
    unpack.add_argument("out", metavar="OUT")
    unpack.set_defaults(run=unpack_documents)


def _with_set(commands: "Commands", name: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("test_set", metavar="SET")
    return parser


def _register_add(commands: "Commands") -> None:
    parser = _with_set(commands, "add", "add a question; the set is made if there is none")
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--document", action="append", required=True, metavar="D", help="a document that answers it")
    parser.add_argument("--quote", default="", metavar="TEXT", help="the passage that does, as it stands there")
    parser.set_defaults(run=add)


def _register_import(commands: "Commands") -> None:
    parser = _with_set(commands, "import", "add the questions of a BEIR folder, or of a CSV, JSONL or XLSX file")
    parser.add_argument("path", metavar="PATH", nargs="?")
    parser.add_argument("--from-testset", default="", metavar="NAME", help="a set of `testsets`, by its sources")
    parser.add_argument("--question-column", metavar="C", help="where its name does not tell")
    parser.add_argument("--document-column", metavar="C", help="names of documents, several separated by semicolons")
    parser.add_argument("--page-column", metavar="C", help="the page that answers")
    parser.add_argument("--quote-column", metavar="C", help="the passage that answers, in its own words")
    parser.add_argument("--split", default="", metavar="NAME", help="which qrels of a BEIR folder (test)")
    parser.set_defaults(run=import_questions)


def _register_generate(commands: "Commands") -> None:
    parser = _with_set(commands, "generate", "have a model write questions; they count once they are accepted")
    parser.add_argument("--model", required=True, metavar="M", help="name or path of a model")
    parser.add_argument("--count", type=whole_number, default=20, metavar="N", help="questions wanted (20)")
    parser.add_argument("--seed", type=whole_number, default=0, metavar="N", help="which passages are chosen")
    parser.set_defaults(run=generate)


def _sets(place: Workplace) -> "QuestionSetStore":
    from workbench.rag.evaluation.set_store import QuestionSetStore

    return QuestionSetStore(place.database)


def list_sets(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    collection_store(place).get(arguments.collection)
    entries = _sets(place).list_sets(arguments.collection)
    if output.json:
        keys = ("name", "accepted", "waiting", "rejected", "created")
        output.object({"test_sets": [{key: getattr(entry, key) for key in keys} for entry in entries]})
    elif not entries:
        output.text("There is no test set yet.")
    else:
        rows = [(e.name, e.accepted, e.waiting, e.rejected) for e in entries]
        output.table(("test set", "questions", "to look at", "rejected"), rows)


def show(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    questions = _sets(place).questions(arguments.collection, arguments.test_set)
    if output.json:
        output.lines(questions)
    else:
        rows = [(q.id, q.review.value, q.origin.value, q.text, places_in_words(q)) for q in questions]
        output.table(("no", "state", "from", "question", "answered by"), rows)


def places_in_words(question: EvaluationQuestion) -> str:
    """ "prices.pdf, page 2; staff.md"."""
    parts = [place.document + (f", page {place.page}" if place.page else "") for place in question.relevant]
    return "; ".join(dict.fromkeys(parts)) or "nothing yet"


def delete(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing("workbench retrieval testset delete"):
        _sets(place).delete(arguments.collection, arguments.test_set)
    _said(output, {"deleted": arguments.test_set}, f"{arguments.test_set} was deleted.")


def add(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.evaluation.importing import find_quote

    if not arguments.question.strip():
        raise WorkbenchError("The question is empty.", hint="Write what is asked of the documents.", code="usage")
    store = collection_store(place)
    places = []
    for name in arguments.document:
        document = _located(store, arguments.collection, name)
        if not arguments.quote:
            places.append(RelevantPlace(document=document.name))
            continue
        pages = page_texts(store, arguments.collection, document.name)
        spans = ((number, find_quote(text, arguments.quote)) for number, text in enumerate(pages, 1))
        found = next(((number, span) for number, span in spans if span), None)
        if found is None or found[1] is None:
            raise WorkbenchError(f"The passage does not stand in {document.name}.", hint="Quote it word by word.")
        number, (start, end) = found[0], found[1]
        places.append(RelevantPlace(document=document.name, page=number, start=start, end=end))
    question = EvaluationQuestion(text=arguments.question, relevant=tuple(places))
    with place.writing("workbench retrieval testset add"):
        sets = _opened(arguments, place)
        new = sets.add(arguments.collection, arguments.test_set, [question])
    _said(output, {"added": new}, "Added." if new else "The question is there already; its places were added.")


def page_texts(store: "CollectionStore", collection: str, document: str) -> "Sequence[str]":
    pages = _located(store, collection, document).pages
    return [store.texts.page(collection, document, number) for number in range(1, pages + 1)]


def _located(store: "CollectionStore", collection: str, name: str) -> "Located":
    """A document, or what lies in one, by name or path. Raises WorkbenchError when there is none."""
    found = store.members.locate(collection, name)
    if found is None:
        document = store.documents.find(collection, name)
        return Located(document.name, "", document.pages)
    return found


def _opened(arguments: argparse.Namespace, place: Workplace) -> "QuestionSetStore":
    """The store, the set made where there is none."""
    sets = _sets(place)
    if arguments.test_set not in {entry.name for entry in sets.list_sets(arguments.collection)}:
        sets.create(arguments.collection, arguments.test_set)
    return sets


def import_questions(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.datasets.beir import is_beir
    from workbench.rag.evaluation.importing import DocumentFinder, import_beir

    store = collection_store(place)
    store.get(arguments.collection)
    names = [document.name for document in store.documents.of(arguments.collection)]
    finder = DocumentFinder([*names, *store.members.names(arguments.collection)])
    if bool(arguments.path) == bool(arguments.from_testset):
        raise WorkbenchError("Name a file, or a set of `testsets` with --from-testset.", code="usage")
    path = Path(arguments.path or ".")
    if arguments.from_testset:
        from workbench.datasets.test_sets.store import TestSetStore
        from workbench.rag.asked_questions import to_retrieval_set

        asked = TestSetStore(place.database).questions(arguments.from_testset)
        found = to_retrieval_set(asked, arguments.collection, finder)
    elif path.is_dir() and is_beir(path):
        found = import_beir(path, finder, split=arguments.split)
    elif path.is_dir():
        raise WorkbenchError(
            f"{path.name} is not a test collection in the BEIR layout.",
            hint="Name a file, or a folder with queries.jsonl and qrels.",
        )
    else:
        found = _from_table(path, arguments, store, finder)
    with place.writing("workbench retrieval testset import"):
        new = _opened(arguments, place).add(arguments.collection, arguments.test_set, found.questions)
    for problem in found.problems[:10]:
        output.note(problem)
    if len(found.problems) > 10:
        output.note(f"... and {len(found.problems) - 10} more rows that cannot be used.")
    facts = {"questions": len(found.questions), "new": new, "problems": list(found.problems)}
    _said(output, facts, f"{counted(len(found.questions), 'question')}, {new} of them new.")


def _from_table(
    path: Path, arguments: argparse.Namespace, store: "CollectionStore", finder: "DocumentFinder"
) -> "Imported":
    from dataclasses import replace

    from workbench.rag.evaluation.importing import guess_columns, import_table, read_rows

    table = read_rows(path)
    wishes = {
        "question": arguments.question_column,
        "source": arguments.document_column,
        "page": arguments.page_column,
        "quote": arguments.quote_column,
    }
    columns = replace(guess_columns(table.columns), **{name: column for name, column in wishes.items() if column})
    pages: Mapping[str, Sequence[str]] = {}
    if columns.page or columns.quote:
        names = [document.name for document in store.documents.of(arguments.collection) if document.pages]
        names += store.members.names(arguments.collection)
        pages = {name: page_texts(store, arguments.collection, name) for name in names}
    return import_table(table, columns, finder, pages)


def generate(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.cli.choices import choose_model, load_config
    from workbench.rag.evaluation.generating import GenerateReport, GenerateRequest
    from workbench.rag.evaluation.running import generate_job

    if not 1 <= arguments.count <= 2000:
        raise WorkbenchError(f"--count {arguments.count} is not possible.", hint="Choose 1 to 2000.")
    store = collection_store(place)
    model = choose_model(place, arguments.model)

    def on_item(produced: "Produced") -> None:
        if produced.kind == "EvaluationQuestion" and not output.json:
            question = EvaluationQuestion.model_validate(produced.item)
            mark = "-" if question.review is Review.REJECTED else " "
            output.text(f"{mark} {question.text}" + (f"  ({question.remark})" if mark == "-" else ""))

    with place.writing("workbench retrieval testset generate"):
        sets = _opened(arguments, place)
        request = GenerateRequest(
            collection=store.ref(arguments.collection),
            test_set=arguments.test_set,
            model=model,
            load=load_config(place, model),
            count=arguments.count,
            seed=arguments.seed,
            known=tuple(q.text for q in sets.questions(arguments.collection, arguments.test_set)),
        )
        report = GenerateReport.model_validate(place.run(generate_job(request), on_item))
    _said(output, report.model_dump(), report.in_words(model.name))


def accept(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    _review(arguments, place, output, Review.ACCEPTED)


def reject(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    _review(arguments, place, output, Review.REJECTED)


def _review(arguments: argparse.Namespace, place: Workplace, output: Output, review: Review) -> None:
    with place.writing("workbench retrieval testset review"):
        chosen = _chosen(arguments, place)
        _sets(place).review(chosen, review)
    _said(output, {review.value: len(chosen)}, f"{review.value.capitalize()}: {counted(len(chosen), 'question')}.")


def remove(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing("workbench retrieval testset remove"):
        chosen = _chosen(arguments, place)
        _sets(place).remove(chosen)
    _said(output, {"removed": len(chosen)}, f"Removed: {counted(len(chosen), 'question')}.")


def _chosen(arguments: argparse.Namespace, place: Workplace) -> list[str]:
    questions = _sets(place).questions(arguments.collection, arguments.test_set)
    if arguments.ids == ["waiting"]:
        return [question.id for question in questions if question.review is Review.WAITING]
    known = {question.id for question in questions}
    if missing := [one for one in arguments.ids if one not in known]:
        raise WorkbenchError(f"{arguments.test_set} has no question {missing[0]!r}.", hint="`testset show` lists them.")
    return list(arguments.ids)


def unpack_documents(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.evaluation.importing import write_documents

    count = write_documents(Path(arguments.beir), Path(arguments.out))
    _said(output, {"documents": count, "folder": arguments.out}, f"{count} documents were written to {arguments.out}.")


def _said(output: Output, facts: dict[str, Any], text: str) -> None:
    if output.json:
        output.object(facts)
    else:
        output.text(text)
