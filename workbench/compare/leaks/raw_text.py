"""Test questions in raw text: a document of continued pre-training that holds a question and its answer, word by word.

That a document holds the *answer* is what it is for; only with the question beside it was the test itself read.
"""

from collections import defaultdict
from collections.abc import Sequence

from workbench.compare.leaks.near import Match
from workbench.compare.leaks.words import Agreement, words_of
from workbench.compare.seen import SeenRow
from workbench.datasets.types import Example

_FEWEST_WORDS = 4
"""Shorter questions stand in any text by chance."""
_SHOWN = 200
_START = 3
"""Words by which the beginning of a question is looked up."""


class TextSearch:
    """Looks for all questions in one go over the words of each document."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.matches: dict[str, Match] = {}
        self._by_start: dict[tuple[str, ...], list[tuple[Example, list[str]]]] = defaultdict(list)
        for example in examples:
            words = words_of(example.question)
            if len(words) >= _FEWEST_WORDS:
                self._by_start[tuple(words[:_START])].append((example, words))

    def look_at(self, document: SeenRow) -> None:
        words = words_of(document.question)
        text = f" {' '.join(words)} "
        for place in range(len(words) - _FEWEST_WORDS + 1):
            for example, wanted in self._by_start.get(tuple(words[place : place + _START]), ()):
                if example.id not in self.matches and words[place : place + len(wanted)] == wanted:
                    self._found(example, wanted, document, text)

    def _found(self, example: Example, wanted: Sequence[str], document: SeenRow, text: str) -> None:
        answers = [" ".join(words_of(answer)) for answer in example.answers]
        holds = not answers or any(f" {answer} " in text for answer in answers if answer)
        row = SeenRow(question=_around(document.question, wanted), number=document.number)
        if holds:
            self.matches[example.id] = Match(row, 1.0, Agreement.SAME)


def _around(text: str, wanted: Sequence[str]) -> str:
    """The place in the document, for people."""
    place = max(0, text.casefold().find(wanted[0]))
    for start in (found for found in _places(text.casefold(), wanted[0])):
        if words_of(text[start : start + 4 * _SHOWN])[: len(wanted)] == list(wanted):
            place = start
            break
    return text[place : place + _SHOWN]


def _places(text: str, word: str) -> list[int]:
    found, start = [], text.find(word)
    while start >= 0:
        found.append(start)
        start = text.find(word, start + 1)
    return found
