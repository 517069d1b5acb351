"""Which worked examples a question gets to see."""

import hashlib
import random
import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Sequence
from heapq import nsmallest
from math import inf, log
from pathlib import Path
from typing import TypeVar, cast

from workbench.datasets.mapping import guess_mapping, map_rows
from workbench.datasets.readers import read_table
from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, Role
from workbench.playground.types import ExampleSelection, FewShot, Shot

_WORDS = re.compile(r"\w+")
_COMPARED = 64
"""Examples to which all others are compared to find the middle of a pool; smaller pools are compared in full."""

_T = TypeVar("_T")
_KEPT = 8
_made: OrderedDict[Hashable, object] = OrderedDict()
_lock = threading.Lock()


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

    It begins with the example that is most like the others, so that the middle of the rows is shown as well. In a large
    pool "the others" are a sample at even distances: comparing all pairs of 10,000 rows would take minutes.
    """
    if not shots:
        return []
    chooser = ShotChooser(shots)
    rows = range(len(shots))
    total = [0.0] * len(shots)
    for other in rows[:: -(-len(shots) // _COMPARED)]:
        for row, likeness in chooser.likenesses(other).items():
            total[row] += likeness
    taken = [max(rows, key=lambda i: (total[i], -i))]
    nearest = [0.0] * len(shots)
    while len(taken) < min(count, len(shots)):
        for row, likeness in chooser.likenesses(taken[-1]).items():
            nearest[row] = max(nearest[row], likeness)
        nearest[taken[-1]] = inf
        taken.append(min(rows, key=lambda i: (nearest[i], i)))
    return [shots[i] for i in taken]


class ShotChooser:
    """Finds the examples most similar to a question, by shared words, rare ones counting more.

    The likeness is the weighted Jaccard index of the words, the weight of a word that occurs in n of N examples being
    ln(1 + N / n). An index from words to examples keeps the cost to those that share one.
    """

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._shots = shots
        self._words = [frozenset(_words(shot.question)) for shot in shots]
        self._having: dict[str, list[int]] = defaultdict(list)
        for row, words in enumerate(self._words):
            for word in words:
                self._having[word].append(row)
        self._weights = {word: log(1 + len(shots) / len(rows)) for word, rows in self._having.items()}
        self._sizes = [sum(self._weights[word] for word in words) for words in self._words]

    def choose(self, question: str, count: int) -> list[Shot]:
        """The `count` most similar ones, the most similar last: next to the question."""
        found = self._likenesses(frozenset(_words(question)))
        ranked = nsmallest(count, range(len(self._shots)), key=lambda i: (-found.get(i, 0.0), i))
        return [self._shots[i] for i in reversed(ranked)]

    def likenesses(self, row: int) -> dict[int, float]:
        """How much each example has in common with one of them, from 0 to 1; those with nothing are left out."""
        return self._likenesses(self._words[row])

    def _likenesses(self, asked: frozenset[str]) -> dict[int, float]:
        shared: dict[int, float] = defaultdict(float)
        for word in sorted(asked):  # in one order: sums of floats must not depend on the hash seed
            weight = self._weights.get(word, 0.0)
            for row in self._having.get(word, ()):
                shared[row] += weight
        size = sum(self._weights.get(word, 1.0) for word in sorted(asked))
        return {row: weight / (size + self._sizes[row] - weight) for row, weight in shared.items()}


def shots_for(few_shot: FewShot, question: str) -> tuple[Shot, ...]:
    """The examples that this question gets to see, in the order in which they are shown.

    What takes time is remembered for as long as the examples stay the same: asking again costs next to nothing.
    """
    key = _content_of(few_shot.shots)
    if few_shot.selection is ExampleSelection.SIMILAR:
        chooser = _remembered(("chooser", key), lambda: ShotChooser(few_shot.shots))
        return tuple(chooser.choose(question, few_shot.count))
    return _remembered(
        (few_shot.selection, few_shot.count, few_shot.seed, key),
        lambda: select_shots(few_shot.shots, few_shot.selection, few_shot.count, few_shot.seed),
    )


def _remembered(key: Hashable, make: Callable[[], _T]) -> _T:
    """What was made for this key, or made now. Two threads may make the same once each; that does no harm."""
    with _lock:
        if key in _made:
            _made.move_to_end(key)
            return cast(_T, _made[key])
    made = make()
    with _lock:
        _made[key] = made
        while len(_made) > _KEPT:
            _made.popitem(last=False)
    return made


def _content_of(shots: Sequence[Shot]) -> bytes:
    digest = hashlib.sha256()
    for shot in shots:
        digest.update(
            f"{len(shot.question)}:{len(shot.answer)}:{shot.question}{shot.answer}".encode("utf-8", "replace")
        )
    return digest.digest()


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
