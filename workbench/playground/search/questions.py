"""Search questions, held-out questions and worked examples: nothing is in two of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.datasets.types import Example, TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.types import Role
from workbench.playground.types import Prompt, Shot

HELD_OUT_SHARE = 0.5
"""As many as the search gets: a difference is proved on these alone."""
MOST_HELD_OUT = 200
"""More would narrow the interval by little and cost two generations each."""
MOST_SHOTS = 64
"""Worked examples that are chosen from."""
CARVED_SHARE, MOST_CARVED = 0.15, 16
"""How many questions serve as worked examples where there are no others."""
FEWEST = 12


@dataclass(frozen=True, slots=True)
class Division:
    """The questions of a search, each in one place. Shuffled by content and seed."""

    search: tuple[Example, ...]
    held_out: tuple[Example, ...]
    shots: tuple[Shot, ...]
    """Worked examples that are no question of the search."""
    left_out: int
    """Questions that the starting prompt shows as worked examples: whoever was told the answer proves nothing."""


def divide(
    examples: Sequence[Example], start: Prompt, shots: Sequence[Shot], seed: int, *, carve: bool = False
) -> Division:
    """Divide the questions. The same question asked twice goes to one side. WorkbenchError for too few.

    Which side a question goes to depends on its own text and the seed alone: rows that come or go move no other.
    `carve` takes worked examples from the search questions where `shots` are empty.
    """
    shown = {_key(shot.question) for shot in (start.few_shot.shots if start.few_shot else ())}
    usable = [
        example for example in examples if _key(_whole(example)) not in shown and _key(example.question) not in shown
    ]
    if len(usable) < FEWEST:
        raise WorkbenchError(
            f"A search needs at least {FEWEST} questions, and there are {len(usable)}"
            + (f" ({len(examples) - len(usable)} more are worked examples of the prompt)." if shown else "."),
            hint="Half of them choose the prompt, the other half say how good it is. Choose a larger data set.",
            code="few_questions",
        )
    ordered = sorted(usable, key=lambda example: (_rank(_key(_whole(example)), seed), example.id))
    wanted = min(MOST_HELD_OUT, round(HELD_OUT_SHARE * len(ordered)))
    held: list[Example] = []
    place = 0
    while place < len(ordered) and len(held) < wanted:
        key = _key(_whole(ordered[place]))
        same = [example for example in ordered[place:] if _key(_whole(example)) == key]
        held += same
        place += len(same)
    search, left_out = ordered[place:], len(examples) - len(usable)
    if carve and not shots:
        search, pool = _carve(search, min(MOST_CARVED, round(CARVED_SHARE * len(ordered))))
        return Division(tuple(search), tuple(held), tuple(pool), left_out)
    asked = {_key(example.question) for example in usable}
    others = [shot for shot in shots if _key(shot.question) not in asked]
    return Division(tuple(search), tuple(held), tuple(others[:MOST_SHOTS]), left_out)


def _carve(search: Sequence[Example], wanted: int) -> tuple[list[Example], list[Shot]]:
    """The first questions with an answer become worked examples, with all that ask the same."""
    shown = {_key(one.question): one for one in reversed([one for one in search if one.answers][:wanted])}
    rest = [one for one in search if _key(one.question) not in shown]
    return rest, [Shot(question=one.question, answer=one.answers[0]) for one in reversed(shown.values())]


def examples_of(rows: Sequence[TrainingRow]) -> tuple[Example, ...]:
    """Saved training rows as test questions: one turn each; conversations of several turns are left out."""
    return tuple(
        Example(id=str(row.number or place), question=row.question, answers=(row.answer,))
        for place, row in enumerate(rows, start=1)
        if row.answer and sum(message.role is Role.USER for message in row.messages) == 1
    )


def _whole(example: Example) -> str:
    """A question with its variables: the same words about another text are another question."""
    return "\0".join([example.question, *(f"{name}={text}" for name, text in sorted(example.variables.items()))])


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _rank(key: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{key}".encode()).digest()
