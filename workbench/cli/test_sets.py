"""`workbench testsets`: questions with right answers under a name, for comparisons."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.test_set_review import review_set, right_of, said, sets_of, shortened
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.datasets.test_sets.store import Added
    from workbench.datasets.test_sets.types import ImportedQuestions, SetQuestion
    from workbench.jobs.events import Produced

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN_PROBLEMS = 10
_COLUMNS = ("question", "answer", "source", "tag", "id")


def register(commands: "Commands") -> None:
    """Add `testsets ACTION`."""
    parser = commands.add_parser("testsets", help="questions with right answers under a name, for comparisons")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="the test sets").set_defaults(run=list_sets)
    show = _with_name(actions, "show", "the questions of a set")
    show.add_argument("--version", default="", metavar="HASH", help="as a comparison used them")
    show.set_defaults(run=show_set)
    _with_name(actions, "versions", "the versions of a set that comparisons used").set_defaults(run=show_versions)
    _register_import(actions)
    export = _with_name(actions, "export", "write a set as JSON lines, or as CSV")
    export.add_argument("out", type=Path, metavar="OUT", help="a file whose name ends in .jsonl or .csv")
    export.add_argument("--version", default="", metavar="HASH", help="as a comparison used them")
    export.set_defaults(run=export_set)
    _with_name(actions, "delete", "forget a set; what comparisons used stays").set_defaults(run=delete_set)
    _register_generate(actions)
    review = _with_name(actions, "review", "look through the questions that wait, one by one")
    review.add_argument("--accept", nargs="+", default=[], metavar="ID", help='let these count; "waiting" for all')
    review.add_argument("--reject", nargs="+", default=[], metavar="ID", help='do not count these; "waiting" for all')
    review.set_defaults(run=review_set)


def _with_name(actions: "Commands", name: str, text: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text)
    parser.add_argument("test_set", metavar="SET")
    return parser


def _register_import(actions: "Commands") -> None:
    parser = _with_name(actions, "import", "add the questions of a file; the set is made if there is none")
    parser.add_argument(
        "path", type=Path, nargs="?", metavar="PATH",
        help="CSV, TSV, XLSX, JSON lines, JSON, promptfoo, SQuAD, or a BEIR folder",
    )  # fmt: skip
    parser.add_argument(
        "--retrieval-set", nargs=2, default=None, metavar=("COLLECTION", "NAME"), help="a set of `retrieval testset`"
    )
    for name in _COLUMNS:
        parser.add_argument(f"--{name}-column", default="", metavar="C", help="where its name does not tell")
    parser.add_argument("--split", default="", metavar="NAME", help="which qrels of a BEIR folder (test)")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="a tag for all of them")
    parser.set_defaults(run=import_set)


def _register_generate(actions: "Commands") -> None:
    parser = _with_name(actions, "generate", "have a model write questions with answers from the documents")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("--model", required=True, metavar="M")
    parser.add_argument("--count", type=whole_number, default=20, metavar="N", help="questions wanted (20)")
    parser.add_argument("--seed", type=whole_number, default=0, metavar="N", help="which passages are read")
    parser.set_defaults(run=generate)


def list_sets(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    entries = sets_of(place).list_sets()
    if output.json:
        keys = ("name", "accepted", "waiting", "rejected", "changed")
        output.object({"test_sets": [{key: getattr(entry, key) for key in keys} for entry in entries]})
    elif not entries:
        output.text("There is no test set yet.")
    else:
        rows = [(e.name, e.accepted, e.waiting, e.rejected, e.changed[:16].replace("T", " ")) for e in entries]
        output.table(("test set", "questions", "to look at", "rejected", "changed"), rows)


def _questions(arguments: argparse.Namespace, place: Workplace) -> "Sequence[SetQuestion]":
    store = sets_of(place)
    if arguments.version:
        return store.version_questions(arguments.test_set, arguments.version)
    return store.questions(arguments.test_set)


def show_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    questions = _questions(arguments, place)
    if output.json:
        output.lines(questions)
        return
    rows = [
        (q.id, q.review.value, q.origin.value, shortened(q.question, 70), right_of(q), ", ".join(q.tags))
        for q in questions
    ]
    output.table(("id", "state", "from", "question", "right answer", "tags"), rows)


def show_versions(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.compare.store import ComparisonStore

    used: dict[str, list[str]] = {}
    for entry in ComparisonStore(place.database).list_comparisons():
        used.setdefault(entry.questions_hash, []).append(entry.name)
    versions = sets_of(place).versions(arguments.test_set)
    if output.json:
        keys = ("name", "content_hash", "used", "questions")
        facts = [{**{k: getattr(v, k) for k in keys}, "comparisons": used.get(v.content_hash, [])} for v in versions]
        output.object({"versions": facts})
    elif not versions:
        output.text("No comparison has used this set yet.")
    else:
        rows = [
            (v.content_hash[:12], v.used[:16].replace("T", " "), v.questions, ", ".join(used.get(v.content_hash, [])))
            for v in versions
        ]
        output.table(("version", "first used", "questions", "comparisons"), rows)


def import_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    if bool(arguments.path) == bool(arguments.retrieval_set):
        raise WorkbenchError("Name a file, or a set of `retrieval testset` with --retrieval-set.", code="usage")
    found: ImportedQuestions | None = None
    if arguments.retrieval_set:
        questions: Sequence[SetQuestion] = _of_retrieval_set(arguments.retrieval_set, place)
    else:
        found = _read(arguments, place)
        questions = found.questions
    tagged = [q.model_copy(update={"tags": tuple(dict.fromkeys((*q.tags, *arguments.tag)))}) for q in questions]
    with place.writing(f"importing into {arguments.test_set}"):
        added = sets_of(place).add(arguments.test_set, tagged)
    problems = found.problems if found else ()
    for problem in problems[:_SHOWN_PROBLEMS]:
        output.note(f"Left out: {problem}")
    if len(problems) > _SHOWN_PROBLEMS:
        output.note(f"... and {len(problems) - _SHOWN_PROBLEMS} more rows.")
    for note in found.notes if found else ():
        output.note(note)
    _tell_added(arguments.test_set, added, found, output)


def _tell_added(name: str, added: "Added", found: "ImportedQuestions | None", output: Output) -> None:
    if output.json:
        output.object(
            {
                "test_set": name,
                "added": len(added.new),
                "known": added.known,
                "format": found.file_format if found else "retrieval set",
                "metric": found.metric if found else "",
                "problems": [str(problem) for problem in found.problems] if found else [],
                "notes": list(found.notes) if found else [],
            }
        )
    else:
        there = f" {added.known} were there already." if added.known else ""
        were = "was" if len(added.new) == 1 else "were"
        output.text(f"{counted(len(added.new), 'question')} {were} added to “{name}”.{there}")


def _read(arguments: argparse.Namespace, place: Workplace) -> "ImportedQuestions":
    from workbench.datasets.questions import ColumnChoice
    from workbench.datasets.test_sets.tasks import READ_QUESTIONS, ReadQuestionsReport, ReadQuestionsRequest
    from workbench.jobs.spec import JobSpec

    wishes = {name: getattr(arguments, f"{name}_column") for name in _COLUMNS}
    names = {"answer": "answers", "source": "sources", "tag": "tags"}
    columns = ColumnChoice.model_validate({names.get(name, name): column for name, column in wishes.items()})
    request = ReadQuestionsRequest(path=str(arguments.path.absolute()), columns=columns, split=arguments.split)
    job = JobSpec(task=READ_QUESTIONS, params=request.model_dump(mode="json"), title=f"Read {arguments.path.name}")
    report = ReadQuestionsReport.model_validate(place.run(job))
    if report.found is None:
        raise WorkbenchError(
            report.problem,
            hint=f"Say which it is: --question-column, --answer-column, ... It has: {', '.join(report.columns[:12])}.",
            code="no_column",
        )
    return report.found


def _of_retrieval_set(wanted: "Sequence[str]", place: Workplace) -> "Sequence[SetQuestion]":
    from functools import partial

    from workbench.rag.asked_questions import from_retrieval_set
    from workbench.rag.evaluation.set_store import QuestionSetStore
    from workbench.rag.store import CollectionStore

    collection, name = wanted
    collections = CollectionStore(place.database, place.paths)
    asked = QuestionSetStore(place.database).questions(collection, name)
    return from_retrieval_set(asked, collection, partial(collections.texts.page, collection))


def export_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.datasets.test_sets.exporting import write_questions

    questions = [question for question in _questions(arguments, place) if question.counts]
    if not questions:
        raise WorkbenchError(f"No question of “{arguments.test_set}” counts.", hint="Accept those that wait.")
    try:
        write_questions(questions, arguments.out)
    except OSError as problem:
        raise WorkbenchError(
            f"{arguments.out} cannot be written.", hint="Choose another place.", details=str(problem)
        ) from problem
    facts = {"questions": len(questions), "file": str(arguments.out)}
    said(output, facts, f"To {arguments.out} went {counted(len(questions), 'question')}.")


def delete_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing(f"deleting {arguments.test_set}"):
        removed = sets_of(place).delete(arguments.test_set)
    said(output, {"deleted": removed.name, "questions": len(removed.questions)}, f"“{removed.name}” was deleted.")


def generate(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.cli.choices import choose_model, load_config
    from workbench.datasets.test_sets.types import Review, SetQuestion
    from workbench.rag.asked_questions import WriteQuestionsRequest, write_questions_job
    from workbench.rag.evaluation.generating import GenerateReport
    from workbench.rag.store import CollectionStore

    if not 1 <= arguments.count <= 2000:
        raise WorkbenchError(f"--count {arguments.count} is not possible.", hint="Choose 1 to 2000.")
    model = choose_model(place, arguments.model)
    collection = CollectionStore(place.database, place.paths).ref(arguments.collection)

    def on_item(produced: "Produced") -> None:
        if produced.kind == "SetQuestion" and not output.json:
            question = SetQuestion.model_validate(produced.item)
            is_bad = question.review is Review.REJECTED
            output.text(f"{'-' if is_bad else ' '} {question.question} {right_of(question)}")
            if is_bad:
                output.text(f"    {question.remark}")

    with place.writing(f"writing questions into {arguments.test_set}"):
        store = sets_of(place)
        if arguments.test_set not in {entry.name for entry in store.list_sets()}:
            store.create(arguments.test_set)
        request = WriteQuestionsRequest(
            collection=collection,
            test_set=arguments.test_set,
            model=model,
            load=load_config(place, model),
            count=arguments.count,
            seed=arguments.seed,
            known=tuple(question.question for question in store.questions(arguments.test_set)),
        )
        report = GenerateReport.model_validate(place.run(write_questions_job(request), on_item))
    said(output, report.model_dump(), report.in_words(model.name))
