"""The starter model's text: seeded, in the program's own prompt, without held-out names or the house format."""

import itertools
import random
import re

import pytest

from workbench.finetune.scratch.dialog import Dialog
from workbench.finetune.starter.corpus import stream
from workbench.finetune.starter.formats import format_dialog
from workbench.finetune.starter.general import general_dialog
from workbench.finetune.starter.grounded import LONG, MEDIUM, SHORT, Shape, grounded_dialog
from workbench.finetune.starter.names import HELD_OUT_SHARE, Names, is_held_out
from workbench.llm.grounded_prompt import REFUSAL

_MARKS = re.compile(r"\[(\d+)\]")


def _dialogs(count: int, progress: float = 0.9, seed: int = 3) -> list[Dialog]:
    return list(itertools.islice(stream(seed, lambda: progress), count))


def test_that_the_same_seed_gives_the_same_text() -> None:
    assert _dialogs(50) == _dialogs(50)
    assert _dialogs(50) != _dialogs(50, seed=4)


def test_that_held_out_names_are_never_drawn_for_training() -> None:
    training, evaluation = Names(random.Random(1)), Names(random.Random(1), held_out=True)
    for make in (Names.word, Names.proper, Names.surname, Names.place, Names.code):
        assert not any(is_held_out(make(training)) for _ in range(500))
        assert all(is_held_out(make(evaluation)) for _ in range(100))


def test_that_about_a_tenth_of_all_names_is_held_out() -> None:
    words = {f"{a}{b}" for a in "bdfgklmnprst" for b in itertools.product("aeiou", "lmnrst", "aeiou")}
    share = sum(is_held_out("".join(word)) for word in map(str, words)) / len(words)
    assert abs(share - HELD_OUT_SHARE) < 0.03


@pytest.mark.parametrize("progress", [0.05, 0.2, 0.35, 0.45, 0.95])
def test_that_the_benchmarks_house_format_never_appears(progress: float) -> None:
    text = "\n".join(turn.text for dialog in _dialogs(400, progress) for turn in dialog)
    assert not re.search(r"\b(ticket|urgency)", text, re.IGNORECASE)


def test_that_every_conversation_ends_with_the_assistant() -> None:
    for dialog in _dialogs(300):
        assert dialog[-1].role == "assistant"
        assert all(turn.text.strip() for turn in dialog)


@pytest.mark.parametrize("shape", [SHORT, MEDIUM, LONG])
def test_that_answers_stand_in_the_sources_that_they_mark(shape: Shape) -> None:
    names = Names(random.Random(5))
    for _ in range(150):
        dialog = grounded_dialog(names, shape)
        sources = next(turn.text for turn in dialog if turn.role == "user")
        for turn in dialog:
            if turn.role == "assistant" and turn.text != REFUSAL:
                _check_answer(turn.text, sources)


def _check_answer(answer: str, sources: str) -> None:
    value = _MARKS.sub("", answer).strip().casefold()
    for number in _MARKS.findall(answer):
        source = re.split(r"(?:^|\n\n)\[\d+\] |\n\nQuestion: ", sources)[int(number)]
        assert value in source.casefold()


def test_that_between_a_tenth_and_a_third_of_the_questions_have_no_answer() -> None:
    names = Names(random.Random(6))
    answers = [t.text for _ in range(300) for t in grounded_dialog(names, LONG) if t.role == "assistant"]
    assert 0.1 < sum(answer == REFUSAL for answer in answers) / len(answers) < 0.34


def test_that_formats_and_small_talk_come_in_many_forms() -> None:
    names = Names(random.Random(7))
    assert len({format_dialog(names)[-1].text for _ in range(200)}) > 150
    assert len({general_dialog(names)[-1].text for _ in range(200)}) > 40
