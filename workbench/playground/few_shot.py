"""Which worked examples a question gets to see."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path

from workbench.datasets.mapping import guess_mapping, map_rows
from workbench.datasets.readers import read_table
from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, Role
from workbench.playground.types import ExampleSelection, Shot

_WORDS = re.compile(r"\w+")


def read_shots(path: Path) -> list[Shot]:
    """The rows of a file as worked examples. Raises WorkbenchError when none can be used."""
    table = read_table(path)
    mapping = guess_mapping(table)
    if not mapping.is_complete:
        raise WorkbenchError(
            f"{path.name} has no columns for a question and an answer.",
            hint=f"Name them question and answer. The file has: {', '.join(table.columns[:12])}.",
            code="no_column",
        )
    shots = [Shot(question=row.question, answer=row.answer) for row in map_rows(table, mapping).rows if row.answer]
    if not shots:
        raise WorkbenchError(f"{path.name} holds no row that can serve as an example.", code="no_rows")
    return shots


def select_shots(shots: Sequence[Shot], selection: ExampleSelection, count: int, seed: int) -> tuple[Shot, ...]:
    """The examples that are the same for every question; all of them where each question chooses its own."""
    match selection:
        case ExampleSelection.FIRST:
            return tuple(shots[:count])
        case ExampleSelection.RANDOM:
            return tuple(random.Random(seed).sample(list(shots), min(count, len(shots))))
        case ExampleSelection.COVERAGE:
            return tuple(_cover(shots, count))
        case ExampleSelection.SIMILAR:
            return tuple(shots)


def _cover(shots: Sequence[Shot], count: int) -> list[Shot]:
    """Farthest-first traversal (Gonzalez 1985): each next example is the one least like all that were taken.

    It begins with the example that is most like the others, so that the middle of the rows is shown as well.
    """
    if not shots:
        return []
    chooser = ShotChooser(shots)
    rows = range(len(shots))
    taken = [max(rows, key=lambda i: (sum(chooser.likeness(i, j) for j in rows), -i))]
    nearest = [chooser.likeness(i, taken[0]) for i in rows]
    while len(taken) < min(count, len(shots)):
        taken.append(min((i for i in rows if i not in taken), key=lambda i: (nearest[i], i)))
        nearest = [max(nearest[i], chooser.likeness(i, taken[-1])) for i in rows]
    return [shots[i] for i in taken]


class ShotChooser:
    """Finds the examples most similar to a question, by shared words, rare ones counting more."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._shots = shots
        self._words = [frozenset(_words(shot.question)) for shot in shots]
        seen = Counter(word for words in self._words for word in words)
        self._weights = {word: log(1 + len(shots) / count) for word, count in seen.items()}

    def choose(self, question: str, count: int) -> list[Shot]:
        """The `count` most similar ones, the most similar last: next to the question."""
        asked = frozenset(_words(question))
        ranked = sorted(range(len(self._shots)), key=lambda i: (-self._similarity(asked, self._words[i]), i))
        return [self._shots[i] for i in reversed(ranked[:count])]

    def likeness(self, first: int, second: int) -> float:
        """How much two of the examples share, from 0 to 1."""
        return self._similarity(self._words[first], self._words[second])

    def _similarity(self, first: frozenset[str], second: frozenset[str]) -> float:
        shared = sum(self._weights[word] for word in first & second)
        every = sum(self._weights.get(word, 1.0) for word in first | second)
        return shared / every if every else 0.0


def as_turns(shots: Sequence[Shot]) -> tuple[ChatMessage, ...]:
    """Earlier turns of the conversation."""
    return tuple(
        message
        for shot in shots
        for message in (
            ChatMessage(role=Role.USER, content=shot.question),
            ChatMessage(role=Role.ASSISTANT, content=shot.answer),
        )
    )


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
