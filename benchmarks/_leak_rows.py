"""Test questions, 5,000 rows that are none of them, and the dresses in which a test question can stand among them.

The questions are those of the sample projects and the general rows. The rows are the samples' training rows, and
questions of the same patterns about other things: the test questions with another product, person, place or number in
them, a third with the very answer of the original. Paraphrases are written by hand (`_leak_paraphrases.jsonl`).
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from workbench import resources
from workbench.compare.seen import SeenRow
from workbench.datasets.questions import read_questions
from workbench.datasets.types import Example, TrainingRow
from workbench.playground.few_shot import read_shots

ROWS = 5000
_PRODUCTS = ("Alder", "Cedar", "Maple", "Elm", "Juniper", "Birch", "Larch", "Dogwood", "Hazel", "Rowan")
_OTHER_PRODUCTS = "Oak Pine Willow Aspen Linden Spruce Poplar Beech Walnut Chestnut Acacia Cypress Yew Holly".split()
_DEVICES = ("kettle", "toaster", "blender", "coffee grinder", "kitchen scale", "desk lamp", "radio", "fan", "heater")
_OTHER_DEVICES = ("freezer", "hair dryer", "juicer", "air cleaner", "printer", "doorbell", "sewing machine", "camera")
_PLACES = ("Velmora", "Ostrick", "Karsby", "Tolbeck", "Linfold", "Santerra", "Hollowmere", "Pellwick")
_OTHER_PLACES = "Brenwick Dunmore Eastvale Fallowby Grimsted Hartlow Iverness Kelmore Norwell Quayside".split()
_NAMES = re.compile(r"\b(?:[A-Z][a-z]+) (?:Benwick|Solberg|Ackermoor|Hollen)\b")
_OTHER_NAMES = ("Ida Holm", "Otto Brandt", "Lea Fenwick", "Karl Ostby", "Nina Albrecht", "Hugo Lindqvist")
_SAME_ANSWER_SHARE = 1 / 3
_CUTS = re.compile(r" (?=(?:of|in|at|for|after|from|on|with|to|by|does|do|is|and|when|if|that)\b)|(?<=[.!?,:]) ")


def test_questions() -> list[Example]:
    """Of both samples and of the general rows."""
    found = [
        example
        for sample in ("facts", "format")
        for example in read_questions(resources.path(f"samples/{sample}/questions.jsonl")).examples
    ]
    general = resources.path("general/rows.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(general, 1):
        row = TrainingRow.model_validate_json(line)
        found.append(Example(id=f"general-{number}", question=row.question, answers=(row.answer,)))
    return found


def other_rows(examples: Sequence[Example], count: int = ROWS, seed: int = 0) -> list[SeenRow]:
    """Rows that ask something else than every test question, however alike they sound."""
    rows = [
        SeenRow(question=shot.question, answer=shot.answer)
        for sample in ("facts", "format")
        for shot in read_shots(resources.path(f"samples/{sample}/training.csv"))
    ]
    asked = {example.question for example in examples} | {row.question for row in rows}
    chance = random.Random(seed)
    answers = [answer for example in examples[:90] for answer in example.answers]
    while len(rows) < count:
        example = chance.choice(examples)
        question = _about_something_else(example.question, chance)
        if question is not None and question in asked:
            question = f"{question} {_more(chance)}"
        if question is None or question in asked:
            continue
        asked.add(question)
        answer = example.answers[0] if example.answers else chance.choice(answers)
        if chance.random() > _SAME_ANSWER_SHARE:
            answer = _other_answer(answer, chance)
        rows.append(SeenRow(question=question, answer=answer))
    return rows[:count]


def _other_answer(answer: str, chance: random.Random) -> str:
    """Another number where it has one, another name else."""
    other = re.sub(r"\d+", lambda found: str(int(found[0][:6]) + chance.randint(1, 400)), answer)
    return other if other != answer else f"{chance.choice(_OTHER_PLACES)} {chance.choice(_OTHER_NAMES)}"


def _about_something_else(question: str, chance: random.Random) -> str | None:
    """The question with another product, device, place, person or number; None where it names none of them."""
    changes: list[Callable[[str], str]] = [
        lambda text: _replaced(text, _PRODUCTS, _OTHER_PRODUCTS, chance),
        lambda text: _replaced(text, _DEVICES, _OTHER_DEVICES, chance),
        lambda text: _replaced(text, _PLACES, _OTHER_PLACES, chance),
        lambda text: _NAMES.sub(chance.choice(_OTHER_NAMES), text),
        lambda text: re.sub(r"\d+", lambda found: str(int(found[0][:6]) + chance.randint(1, 60)), text),
    ]
    chance.shuffle(changes)
    for change in changes:
        if (changed := change(question)) != question:
            return changed
    return None


def _replaced(text: str, ours: Sequence[str], others: Sequence[str], chance: random.Random) -> str:
    return re.sub(rf"\b(?:{'|'.join(ours)})\b", chance.choice(others), text)


def _more(chance: random.Random) -> str:
    return (
        f"It is about the {chance.choice(_OTHER_PRODUCTS)} {chance.choice(_OTHER_DEVICES)} of {chance.randint(2, 99)}."
    )


def paraphrases() -> dict[str, str]:
    """Test question (id) to the same question in other words, written by hand."""
    lines = (Path(__file__).parent / "_leak_paraphrases.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["question"] for row in map(json.loads, lines)}


def dressed(examples: Sequence[Example], seed: int = 0) -> Iterator[tuple[str, Example, str]]:
    """(dress, test question, what stands among the rows) for every dress that a question can have."""
    chance, written = random.Random(seed), paraphrases()
    for example in examples:
        text = example.question
        yield "exact", example, text
        yield "re-cased", example, chance.choice((text.upper(), text.lower(), text.title()))
        yield "re-punctuated", example, repunctuated(text, chance)
        if (other := reordered(text, chance)) is not None:
            yield "reordered", example, other
        if example.id in written:
            yield "paraphrased", example, written[example.id]


def repunctuated(text: str, chance: random.Random) -> str:
    """Other signs and spaces between the same words."""
    bare = re.sub(r"[?!.,;:]+(?=\s|$)", "", text)
    words = bare.split()
    marks = [chance.choice((" ", " ", " ", ", ", "  ", " - ")) for _ in words[1:]]
    return "".join(part for pair in zip(words, [*marks, ""], strict=True) for part in pair) + chance.choice(
        ("", "!", "?!", " …", ".")
    )


def reordered(text: str, chance: random.Random) -> str | None:
    """Clauses of the question in another order; None where it cannot be cut."""
    parts = [part.strip(" ?") for part in _CUTS.split(text) if part.strip(" ?.")]
    if len(parts) < 2 or len(text.split()) < 5:
        return None
    for _ in range(10):
        other = chance.sample(parts, len(parts))
        if other != parts:
            joined = ", ".join(other)
            return joined[:1].upper() + joined[1:] + "?"
    return None
