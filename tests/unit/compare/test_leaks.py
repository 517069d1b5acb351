"""Questions seen before the test: found in any dress, and not imagined."""

import random
import time

from workbench import resources
from workbench.compare.leaks import search_rows
from workbench.compare.types import LeakKind
from workbench.datasets.questions import read_questions
from workbench.datasets.types import Example
from workbench.playground.few_shot import read_shots

QUESTION = "How long is the warranty of the Alder kettle after a repair?"
NEIGHBOURS = [
    "How long is the warranty of the Maple blender after a repair?",
    "What is the weight of the Alder kettle?",
    "How long does a repair of the Elm coffee grinder take?",
] * 5


def kinds(question: str, rows: list[str]) -> list[LeakKind]:
    return [leak.kind for leak in search_rows([Example(id="q", question=question)], rows, "rows", ("arm",))]


def test_that_case_spaces_and_punctuation_do_not_hide_a_leak() -> None:
    dressed = "how LONG is the  warranty, of the Alder-kettle (after a repair)"
    assert kinds(QUESTION, [*NEIGHBOURS, dressed]) == [LeakKind.EXACT]


def test_that_a_reordered_question_is_nearly_the_same() -> None:
    reordered = "After a repair, how long is the Alder kettle's warranty?"
    assert kinds(QUESTION, [*NEIGHBOURS, reordered]) == [LeakKind.NEAR]


def test_that_a_question_of_the_same_pattern_is_no_leak() -> None:
    assert kinds(QUESTION, NEIGHBOURS) == []


def test_that_the_question_of_a_row_with_passages_is_found() -> None:
    assert kinds(QUESTION, [*NEIGHBOURS, f"[1] Warranty\nTwo years.\n\nQuestion: {QUESTION}"]) == [LeakKind.EXACT]


def test_that_short_questions_are_compared_exactly_only() -> None:
    assert kinds("Why not?", ["why NOT", "why so"]) == [LeakKind.EXACT]
    assert kinds("Why not?", ["not why"]) == []


def test_that_the_samples_do_not_leak_and_planted_questions_are_found() -> None:
    """The shipped training rows are of the patterns of the shipped questions: the hardest case for false alarms."""
    for sample in ("facts", "format"):
        folder = resources.path(f"samples/{sample}")
        examples = read_questions(folder / "questions.jsonl").examples
        rows = [shot.question for shot in read_shots(folder / "training.csv")]
        assert search_rows(examples, rows, "rows", ("arm",)) == []
        planted = [example.question.upper() for example in examples[:20]]
        found = search_rows(examples, [*rows, *planted], "rows", ("arm",))
        assert {leak.example_id for leak in found} == {example.id for example in examples[:20]}


def test_that_thousands_of_rows_take_a_moment() -> None:
    chance = random.Random(1)
    words = [f"word{number}" for number in range(3000)]
    rows = [" ".join(chance.choices(words, k=12)) for _ in range(5000)]
    examples = [Example(id=str(n), question=" ".join(chance.choices(words, k=12))) for n in range(300)]
    shuffled = rows[42].split()
    chance.shuffle(shuffled)
    started = time.process_time()
    found = search_rows([*examples, Example(id="planted", question=" ".join(shuffled))], rows, "rows", ("arm",))
    assert [leak.example_id for leak in found] == ["planted"]
    assert time.process_time() - started < 5.0
