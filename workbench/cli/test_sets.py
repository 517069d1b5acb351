"""`workbench testsets`: questions with right answers under a name, for comparisons."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.datasets.test_sets.store import Added, TestSetStore
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
    parser.add_argument("--count", type=int, default=20, metavar="N", help="questions wanted (20)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which passages are read")
    parser.set_defaults(run=generate)


def _store(place: Workplace) -> "TestSetStore":
    from workbench.datasets.test_sets.store import TestSetStore

    return TestSetStore(place.database)


def list_sets(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    entries = _store(place).list_sets()
    if output.json:
        keys = ("name", "accepted", "waiting", "rejected", "changed")
        output.object({"test_sets": [{key: getattr(entry, key) for key in keys} for entry in entries]})
    elif not entries:
        output.text("There is no test set yet.")
    else:
        rows = [(e.name, e.accepted, e.waiting, e.rejected, e.changed[:16].replace("T", " ")) for e in entries]
        output.table(("test set", "questions", "to look at", "rejected", "changed"), rows)


def _questions(arguments: argparse.Namespace, place: Workplace) -> "Sequence[SetQuestion]":
    store = _store(place)
    if arguments.version:
        return store.version_questions(arguments.test_set, arguments.version)
    return store.questions(arguments.test_set)


def show_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    questions = _questions(arguments, place)
    if output.json:
        output.lines(questions)
        return
    rows = [
        (q.id, q.review.value, q.origin.value, _short(q.question, 70), _right(q), ", ".join(q.tags)) for q in questions
    ]
    output.table(("id", "state", "from", "question", "right answer", "tags"), rows)


def _right(question: "SetQuestion") -> str:
    if question.answers_unknown:
        return "(not known)"
    more = f" (+{len(question.answers) - 1})" if len(question.answers) > 1 else ""
    return _short(question.answers[0], 40) + more if question.answers else "(none: refuse)"


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def show_versions(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.compare.store import ComparisonStore

    used: dict[str, list[str]] = {}
    for entry in ComparisonStore(place.database).list_comparisons():
        used.setdefault(entry.questions_hash, []).append(entry.name)
    versions = _store(place).versions(arguments.test_set)
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
        added = _store(place).add(arguments.test_set, tagged)
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
        output.text(f"{len(added.new)} questions were added to “{name}”.{there}")


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
    return from_retrieval_set(asked, collection, partial(collections.page_text, collection))


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
    _said(output, facts, f"{len(questions)} questions were written to {arguments.out}.")


def delete_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing(f"deleting {arguments.test_set}"):
        removed = _store(place).delete(arguments.test_set)
    _said(output, {"deleted": removed.name, "questions": len(removed.questions)}, f"“{removed.name}” was deleted.")


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
            output.text(f"{'-' if is_bad else ' '} {question.question} {_right(question)}")
            if is_bad:
                output.text(f"    {question.remark}")

    with place.writing(f"writing questions into {arguments.test_set}"):
        store = _store(place)
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
    _said(output, report.model_dump(), report.in_words(model.name))


def review_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """By ids, or one by one where somebody sits at a terminal; else those that wait are listed."""
    from workbench.datasets.test_sets.types import Review

    store = _store(place)
    if arguments.accept or arguments.reject:
        with place.writing(f"reviewing {arguments.test_set}"):
            questions = store.questions(arguments.test_set)
            accepted, rejected = _chosen(questions, arguments.accept), _chosen(questions, arguments.reject)
            store.review(arguments.test_set, accepted, Review.ACCEPTED)
            store.review(arguments.test_set, rejected, Review.REJECTED)
        facts = {"accepted": len(accepted), "rejected": len(rejected)}
        _said(output, facts, f"{len(accepted)} questions count now, {len(rejected)} do not.")
        return
    waiting = [q for q in store.questions(arguments.test_set) if q.review is Review.WAITING]
    if output.json:
        output.lines(waiting)
    elif not waiting:
        output.text("No question waits.")
    elif sys.stdin.isatty():
        with place.writing(f"reviewing {arguments.test_set}"):
            _one_by_one(store, arguments.test_set, waiting, output)
    else:
        for question in waiting:
            _show_whole(question, output)


def _chosen(questions: "Sequence[SetQuestion]", ids: "Sequence[str]") -> list[int]:
    from workbench.datasets.test_sets.types import Review

    if list(ids) == ["waiting"]:
        return [question.number for question in questions if question.review is Review.WAITING]
    numbers = {question.id: question.number for question in questions}
    if missing := [one for one in ids if one not in numbers]:
        raise WorkbenchError(f"The set has no question {missing[0]!r}.", hint="`testsets show` lists them.")
    return [numbers[one] for one in ids]


def _one_by_one(store: "TestSetStore", name: str, waiting: "Sequence[SetQuestion]", output: Output) -> None:
    from workbench.datasets.test_sets.types import Review

    reviews = {"a": Review.ACCEPTED, "r": Review.REJECTED}
    for place, question in enumerate(waiting, 1):
        output.text(f"\n{place} of {len(waiting)}")
        _show_whole(question, output)
        answer = ""
        while answer not in ("a", "r", "s", "q"):
            answer = input("[a]ccept, [r]eject, [s]kip, [q]uit? ").strip().casefold()[:1]
        if answer == "q":
            return
        if answer in reviews:
            store.review(name, [question.number], reviews[answer])


def _show_whole(question: "SetQuestion", output: Output) -> None:
    output.text(f"{question.id}: {question.question}")
    output.text(f"  right: {' | '.join(question.answers) or _right(question)}")
    if where := question.where.in_words():
        output.text(f"  from:  {where}")
    if question.where.passage:
        output.text(f"  “{' '.join(question.where.passage.split())}”")
    if question.remark:
        output.text(f"  {question.remark}")


def _said(output: Output, facts: dict[str, Any], text: str) -> None:
    if output.json:
        output.object(facts)
    else:
        output.text(text)
