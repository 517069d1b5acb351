"""Looking through the questions of a test set at a terminal, and showing them."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.datasets.test_sets.store import TestSetStore
    from workbench.datasets.test_sets.types import SetQuestion


def sets_of(place: Workplace) -> "TestSetStore":
    """The sets of the data folder."""
    from workbench.datasets.test_sets.store import TestSetStore

    return TestSetStore(place.database)


def review_set(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """By ids, or one by one where somebody sits at a terminal; else those that wait are listed."""
    from workbench.datasets.test_sets.types import Review

    store = sets_of(place)
    if arguments.accept or arguments.reject:
        with place.writing(f"reviewing {arguments.test_set}"):
            questions = store.questions(arguments.test_set)
            accepted, rejected = _chosen(questions, arguments.accept), _chosen(questions, arguments.reject)
            store.review(arguments.test_set, accepted, Review.ACCEPTED)
            store.review(arguments.test_set, rejected, Review.REJECTED)
        facts = {"accepted": len(accepted), "rejected": len(rejected)}
        said(output, facts, f"Accepted: {counted(len(accepted), 'question')}; rejected: {len(rejected)}.")
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
        answer = _asked()
        if answer == "q":
            return
        if answer in reviews:
            store.review(name, [question.number], reviews[answer])


def _asked() -> str:
    """a, r, s or q; the end of the input is q: what was looked through is kept already."""
    answer = ""
    while answer not in ("a", "r", "s", "q"):
        try:
            answer = input("[a]ccept, [r]eject, [s]kip, [q]uit? ").strip().casefold()[:1]
        except EOFError:
            return "q"
    return answer


def _show_whole(question: "SetQuestion", output: Output) -> None:
    output.text(f"{question.id}: {question.question}")
    output.text(f"  right: {' | '.join(question.answers) or right_of(question)}")
    if where := question.where.in_words():
        output.text(f"  from:  {where}")
    if question.where.passage:
        output.text(f"  “{' '.join(question.where.passage.split())}”")
    if question.remark:
        output.text(f"  {question.remark}")


def right_of(question: "SetQuestion") -> str:
    if question.answers_unknown:
        return "(not known)"
    more = f" (+{len(question.answers) - 1})" if len(question.answers) > 1 else ""
    return shortened(question.answers[0], 40) + more if question.answers else "(none: refuse)"


def shortened(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def said(output: Output, facts: dict[str, Any], text: str) -> None:
    if output.json:
        output.object(facts)
    else:
        output.text(text)
