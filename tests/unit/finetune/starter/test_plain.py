"""Statements about things without names: every answer stands in the source that it marks."""

import random
import re

from workbench.finetune.starter.names import Names
from workbench.finetune.starter.plain import plain_dialog
from workbench.llm.grounded_prompt import REFUSAL

_MARK = re.compile(r"^(.+) \[(\d)\]$", re.DOTALL)


def _sources(first: str) -> dict[str, str]:
    parts = re.split(r"(?m)^\[(\d)\] ", first.rsplit("\n\nQuestion:", 1)[0])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_that_every_answer_stands_in_its_source_and_the_rest_is_refused() -> None:
    names = Names(random.Random(3))
    answered = refused = 0
    for _ in range(300):
        turns = [turn for turn in plain_dialog(names) if turn.role != "system"]
        sources = _sources(turns[0].text)
        for question, answer in zip(turns[::2], turns[1::2], strict=True):
            assert "Question: " in question.text and "{" not in question.text + answer.text
            if answer.text == REFUSAL:
                refused += 1
                continue
            found = _MARK.match(answer.text)
            assert found, answer.text
            assert found[1] in sources[found[2]]
            answered += 1
    assert answered > 1200
    assert 0.1 < refused / answered < 0.5


def test_that_the_same_seed_tells_the_same() -> None:
    assert plain_dialog(Names(random.Random(9))) == plain_dialog(Names(random.Random(9)))
