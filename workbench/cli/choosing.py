"""`workbench choose`: the guide "Which one do I choose?", by options or asked one by one."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.compare.guide.answers import Answers
    from workbench.compare.guide.interview import InterviewQuestion, Suggested
    from workbench.compare.guide.making import Plan
    from workbench.compare.guide.proposing import Advice, Proposal
    from workbench.compare.stock import Stock
    from workbench.llm.computer import Computer

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_LARGEST = {"examples": 1_000_000_000, "words": 10**15}


def register(commands: "Commands") -> None:
    """Add `choose`."""
    parser = commands.add_parser("choose", help="which ways of answering to try, and why")
    add = parser.add_argument
    add(
        "--goal", choices=["facts", "form", "both"], help="what must be right: facts, form (format, tone, labels), both"
    )
    add("--documents", choices=["none", "some", "alike"], help="whether the answers stand in documents")
    add("--citations", action=argparse.BooleanOptionalAction, default=None, help="answers must say where they stand")
    add("--examples", type=_count("examples"), metavar="N", help="labelled examples to learn from")
    add("--changes", choices=["never", "monthly", "daily"], help="how often what is right changes")
    add("--own-language", action=argparse.BooleanOptionalAction, default=None, help="the field has words of its own")
    add("--words", type=_count("words"), metavar="N", help="words of raw text of the field")
    add("--patience", choices=["minutes", "hours", "days", "weeks"], help="how long making it may take")
    add("--servers", action=argparse.BooleanOptionalAction, default=None, help="the text may go to a server")
    add(
        "--questions",
        metavar="FILE",
        help="the test questions (a file, or set:NAME): arms search what holds their sources",
    )
    add("--collection", metavar="NAME", help="the collection that the arms shall search")
    add("--out", type=Path, metavar="FILE.yaml", help="write the arms that can be made now as a comparison")
    parser.set_defaults(run=choose)


def _count(key: str) -> Callable[[str], int]:
    def count(text: str) -> int:
        value = int(text.replace(",", "").replace("_", ""))
        if not 0 <= value <= _LARGEST[key]:
            raise ValueError(text)
        return value

    return count


def choose(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Ask, apply the rules, print what to try and what to make first."""
    from workbench.cli.asked_questions import overlaps_with, read_questions, sources_held, wanted_collection
    from workbench.compare.guide.interview import suggested
    from workbench.compare.guide.making import plan
    from workbench.compare.guide.outlook import situation_of
    from workbench.compare.guide.proposing import propose
    from workbench.compare.standard_arms import best_collection, shared_prompt
    from workbench.llm.computer import read_computer

    if arguments.out is not None and arguments.questions is None:
        raise WorkbenchError("--out needs test questions.", hint="Name them with --questions FILE.")
    stock, computer = _stock(place), read_computer(place.paths.home)
    known = suggested(stock)
    answers = _answers(arguments, known, output)
    proposal = propose(situation_of(answers, stock, computer))
    questions, examples = read_questions(arguments.questions or "", place)
    held = sources_held(examples, stock, place)
    wanted = wanted_collection(arguments.collection or "", stock)
    searched, _ = best_collection(stock, held, wanted)
    shared = shared_prompt(stock, searched.name if searched is not None else "")
    made = plan(
        proposal,
        stock,
        questions=questions,
        system=shared.written if shared is not None else "",
        fits=computer.fits,
        overlaps=overlaps_with(examples, stock),
        held=held,
        collection=wanted,
    )
    if arguments.out is not None:
        _write(arguments.out, questions, made)
    if output.json:
        output.object(_as_json(answers, proposal, made))
    else:
        _show(answers, known, proposal, made, output, computer)


def _stock(place: Workplace) -> "Stock":
    from workbench.cli.choices import listed_models
    from workbench.compare.catalogue import Catalogue, read_catalogue
    from workbench.compare.stock import stock_of
    from workbench.llm.types import ModelKind

    usable = [model for model in listed_models(place) if model.kind is ModelKind.CHAT and not model.problem]
    answering = [model for model in usable if model.file_format in ("gguf", "endpoint")]
    if not place.paths.database.exists():
        return stock_of(Catalogue(), answering)
    return stock_of(read_catalogue(place.database, place.paths, place.own_model_folders), answering)


def _answers(arguments: argparse.Namespace, known: "Suggested", output: Output) -> "Answers":
    from workbench.compare.guide.answers import Answers
    from workbench.compare.guide.interview import INTERVIEW

    given = {q.key: value for q in INTERVIEW if (value := getattr(arguments, q.key)) is not None}
    answers = Answers.model_validate({**known.answers.model_dump(), **given})
    if given or output.json or not sys.stdin.isatty():
        return answers
    for question in INTERVIEW:
        answers = _ask(question, answers, known.why.get(question.key, ""), output)
    return answers


def _ask(question: "InterviewQuestion", answers: "Answers", why: str, output: Output) -> "Answers":
    """One question on the terminal; Enter takes what is suggested."""
    from workbench.compare.guide.answers import Answers

    output.text(f"\n{question.title}\n  {question.help}")
    for number, option in enumerate(question.options, 1):
        output.text(f"  {number}  {option.label}{f' ({option.hint})' if option.hint else ''}")
    suggestion = f"{question.words_of(answers)}{f', because of {why}' if why else ''}"
    while True:
        try:
            typed = input(f"  [{suggestion}] > ").strip()
        except EOFError:
            return answers
        if not typed:
            return answers
        value = _read(question, typed)
        if value is not None:
            return Answers.model_validate({**answers.model_dump(), question.key: value})
        output.text("  Type one of the numbers, or only Enter." if question.options else "  Type a number.")


def _read(question: "InterviewQuestion", typed: str) -> Any:
    """The answer that was typed; None for anything else."""
    if question.options:
        words = [option.word for option in question.options]
        if typed.casefold() in words:
            return question.options[words.index(typed.casefold())].value
        number = int(typed) if typed.isdecimal() and len(typed) < 3 else 0
        return question.options[number - 1].value if 1 <= number <= len(question.options) else None
    try:
        return _count(question.key)(typed)
    except ValueError:
        return None


def _write(path: Path, questions: str, made: "Plan") -> None:
    from workbench.compare.guide.making import between
    from workbench.compare.spec import ComparisonSpec, save_spec

    if not made.arms:
        raise WorkbenchError(
            "There is no arm that could be made now.", hint="`workbench models list` shows the models."
        )
    spec = ComparisonSpec(
        name=path.stem,
        questions=questions,
        arms=made.arms,
        expectations=between(made.expectations, {arm.name for arm in made.arms}),
    )
    try:
        save_spec(spec, path)
    except OSError as error:
        raise WorkbenchError(f"{path} cannot be written.", hint="Choose another place.", details=str(error)) from error


def _as_json(answers: "Answers", proposal: "Proposal", made: "Plan") -> dict[str, Any]:
    ready = {arm.name for arm in made.arms}
    return {
        "answers": answers.model_dump(mode="json"),
        "techniques": [
            {
                "name": one.technique.value,
                "standing": one.standing.name.lower(),
                "reasons": one.reasons,
                "others": one.others,
                "can_be_made": one.technique.value in ready,
            }
            for one in proposal.advice
        ],
        "arms": [arm.model_dump(mode="json", by_alias=True, exclude_defaults=True) for arm in made.arms],
        "why": made.why,
        "make_first": [
            {"sentence": one.sentence, "for": one.technique.value if one.technique else "", "tab": one.tab}
            for one in made.to_make
        ],
        "expectations": [one.model_dump(mode="json") for one in proposal.expectations],
        "remarks": proposal.remarks,
    }


_HEADS = {"FIRST": "Try first", "TRY": "Try too", "LATER": "Only if these do not do", "NO": "Not for this"}


def _show(
    answers: "Answers", known: "Suggested", proposal: "Proposal", made: "Plan", output: Output, computer: "Computer"
) -> None:
    from workbench.compare.guide.interview import INTERVIEW

    output.text("Told:")
    for question in INTERVIEW:
        same = getattr(answers, question.key) == getattr(known.answers, question.key)
        why = known.why.get(question.key, "") if same else ""
        output.text(f"  {question.title} {question.words_of(answers)}{f' ({why})' if why else ''}")
    card = computer.graphics.name if computer.graphics else "no graphics card"
    output.text(f"  This computer: {computer.memory_free_bytes / 1e9:.1f} GB free, {computer.cores} cores, {card}")
    for name, head in _HEADS.items():
        if found := [one for one in proposal.advice if one.standing.name == name]:
            output.text(f"\n{head}:")
            for one in found:
                _show_advice(one, output)
    for remark in proposal.remarks:
        output.text(f"\n{remark}")
    _show_plan(made, output)


def _show_advice(one: "Advice", output: Output) -> None:
    from workbench.compare.guide.techniques import TRADE_OFFS

    output.text(f"  {one.technique.value}: {TRADE_OFFS[one.technique].title}")
    for reason in one.reasons:
        output.text(f"      {reason}")


def _show_plan(made: "Plan", output: Output) -> None:
    output.text("\nCan be made now:")
    for arm in made.arms:
        output.text(f"  {arm.name}: {'; '.join(made.why.get(arm.name, ())) or arm.model}")
    if made.to_make:
        output.text("\nMake first, in this order:")
        for number, step in enumerate(made.to_make, 1):
            wanted = f" (for {step.technique.value})" if step.technique else ""
            output.text(f"  {number}. {step.sentence}{wanted}")
    if made.expectations:
        output.text("\nExpected, and held against the measurement:")
        for one in made.expectations:
            output.text(f"  {one.sentence()}: {one.because}.")
