"""Test questions among rows by their words: the same, nearly the same, and those that are worth a closer look.

The test questions are indexed and the rows go by, twice and one at a time: 200,000 rows need no more memory than 200.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from math import log

from workbench.compare.leaks.words import (
    Agreement,
    asked,
    compare_answers,
    content,
    key,
    names_in,
    numbers_in,
    words_of,
)
from workbench.compare.seen import SeenRow
from workbench.datasets.types import Example

NEAR = 0.75
"""Share of the (rarity-weighted) words that two questions must have in common to be nearly the same."""
SAME_WORDS = 0.97
"""From here on two questions consist of the same words: they are told even where the answers differ (as suspected)."""
_FEWEST_WORDS = 4
_TYPO = 0.8
"""Likeness of letters from which a word of at least `_TYPO_LETTERS` is the other one, mistyped or in another form."""
_TYPO_LETTERS = 5
_TEMPLATE = 0.6
"""Share of the words of two questions from which they are one pattern with something else put in."""
_LOOK_CLOSER = 0.45
"""Share of words in common from which typing mistakes are looked for."""
_COMMON_SHARE = 0.1
"""Words in more than that share of the rows lead to no candidates, where there are rarer ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, taken apart."""

    text: str
    key: str
    order: tuple[str, ...]
    words: Counter[str]
    content: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]


def take_apart(text: str) -> Asked:
    words = words_of(text)
    return Asked(
        text=text,
        key=" ".join(words),
        order=tuple(words),
        words=Counter(words),
        content=frozenset(content(words)),
        numbers=numbers_in(words),
        names=names_in(text),
    )


@dataclass(frozen=True, slots=True)
class Match:
    """The row in which a test question was found."""

    row: SeenRow
    similarity: float
    agreement: Agreement
    is_exact: bool = False


@dataclass(slots=True)
class Census:
    """How common words and answers are among the rows of one place."""

    rows: int = 0
    words: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    """By the hash of the answer's key: only how often counts."""
    _weights: dict[str, float] = field(default_factory=dict)

    def add(self, row: SeenRow) -> None:
        self.rows += 1
        self.words.update(set(words_of(asked(row.question))))
        if row.answer:
            self.answers[hash(key(row.answer))] += 1

    def weight(self, word: str) -> float:
        """log(1 + rows / rows with it): questions of one pattern ("How long is the warranty of the ...?") share common
        words and differ in the rare one that counts. Ask when all rows are counted: weights are kept."""
        found = self._weights.get(word)
        if found is None:
            found = self._weights[word] = log(1 + (self.rows + 1) / (self.words[word] + 1))
        return found

    def weight_of(self, question: Asked) -> float:
        """Of all its words together."""
        return sum(self.weight(word) * count for word, count in question.words.items())

    def rows_with(self, answer: str) -> int:
        """How many rows say the same: that a label is the same proves little."""
        return self.answers[hash(key(answer))]


class NearSearch:
    """One place's rows against the test questions: first `count` every row, then `look_at` every row, then ask."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.census = Census()
        self.matches: dict[str, Match] = {}
        self._examples = examples
        self._asked = [take_apart(example.question) for example in examples]
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for number, question in enumerate(self._asked):
            if question.key:
                self._by_key[question.key].append(number)
        self._by_word: dict[str, list[int]] = {}
        self._kept = 0
        self._heaps: list[list[tuple[float, int, SeenRow]]] = [[] for _ in examples]
        self._looked = 0
        self._weights: list[float] = []

    def count(self, row: SeenRow) -> None:
        """The first time: words are counted, the same questions are found."""
        self.census.add(row)
        for number in self._by_key.get(key(asked(row.question)), ()):
            example = self._examples[number]
            self.matches.setdefault(
                example.id, Match(row, 1.0, compare_answers(example, row.answer), is_exact=True)
            )  # fmt: skip

    def look_at(self, row: SeenRow) -> None:
        """The second time: rows that share rare words with a question are compared with it."""
        if not self._by_word:
            self._index()
        self._looked += 1
        question = take_apart(asked(row.question))
        weight = self.census.weight_of(question)
        for number in {number for word in question.words for number in self._by_word.get(word, ())}:
            self._compare(number, question, row, weight)

    def keep_candidates(self, count: int) -> None:
        """Before the second time: so many rows per question are kept for a comparison by meaning."""
        self._kept = count

    def candidates(self) -> list[SeenRow]:
        """The rows that share the most with a question, each once."""
        once = {(row.question, row.answer): row for heap in self._heaps for _, _, row in heap}
        return list(once.values())

    def _index(self) -> None:
        """Questions by their rarest words: two near questions share most of them."""
        by_word: dict[str, list[int]] = defaultdict(list)
        for number, question in enumerate(self._asked):
            known = sorted((w for w in question.words if self.census.words[w]), key=lambda w: self.census.words[w])
            rare = [w for w in known if self.census.words[w] <= _COMMON_SHARE * self.census.rows]
            for word in (rare or known)[: max(3, len(known) // 2)]:
                by_word[word].append(number)
        self._by_word = dict(by_word) or {"": []}
        self._weights = [self.census.weight_of(question) for question in self._asked]

    def _compare(self, number: int, row_question: Asked, row: SeenRow, weight: float) -> None:
        example, question = self._examples[number], self._asked[number]
        known = self.matches.get(example.id)
        if known is not None and known.is_exact:
            return
        similarity = likeness(question, row_question, self.census, weight + self._weights[number])
        if self._kept:
            self._keep(number, similarity, row)
        if similarity < NEAR or question.words.total() < _FEWEST_WORDS or (known and known.similarity >= similarity):
            return
        if are_apart(question, row_question) or are_replaced(question, row_question):
            return
        agreement = compare_answers(example, row.answer)
        if agreement is not Agreement.OTHER or similarity >= SAME_WORDS:
            self.matches[example.id] = Match(row, min(similarity, 0.999), agreement)

    def _keep(self, number: int, similarity: float, row: SeenRow) -> None:
        heap, entry = self._heaps[number], (similarity, -self._looked, row)
        if len(heap) < self._kept:
            heapq.heappush(heap, entry)
        elif entry[:2] > heap[0][:2]:
            heapq.heapreplace(heap, entry)


def search_by_words(examples: Sequence[Example], rows: Iterable[SeenRow]) -> dict[str, Match]:
    """The test questions (by id) that stand among rows in hand, exactly or nearly."""
    kept, search = list(rows), NearSearch(examples)
    for row in kept:
        search.count(row)
    for row in kept:
        search.look_at(row)
    return search.matches


def likeness(first: Asked, second: Asked, census: Census, whole: float) -> float:
    """Weighted Jaccard overlap of the words, 0..1; mistyped words count as the words. `whole`: of both together."""
    few, many = sorted((first.words, second.words), key=len)
    both = sum(census.weight(word) * min(count, many[word]) for word, count in few.items() if word in many)
    every = whole - both
    if every and _LOOK_CLOSER <= both / every < 1.0:
        shared = first.words & second.words
        for word, other in _mistyped(first.words - shared, second.words - shared):
            weight = min(census.weight(word), census.weight(other))
            both, every = both + 0.9 * weight, every - weight
    return both / every if every else 0.0


def are_apart(first: Asked, second: Asked) -> bool:
    """Whether they ask about different things for certain: other numbers or codes, or each names what the other does
    not."""
    if first.numbers != second.numbers:
        return True
    ours = [name for name in first.names if not _stands_in(name, second)]
    theirs = [name for name in second.names if not _stands_in(name, first)]
    if ours and theirs:
        return True
    return any(_names_another(name, first, second) for name in first.names | second.names)


def _names_another(name: str, first: Asked, second: Asked) -> bool:
    """Whether the word behind a name makes it another thing: the Alder kettle, the Alder toaster."""
    ours, theirs = _behind(name, first), _behind(name, second)
    if not ours or not theirs or _is_mistyped(ours, theirs):
        return False
    return ours not in second.words and theirs not in first.words


def _behind(name: str, question: Asked) -> str:
    places = [place for place, word in enumerate(question.order[:-1]) if word == name]
    return next((word for place in places if (word := question.order[place + 1]) in question.content), "")


def are_replaced(first: Asked, second: Asked) -> bool:
    """Whether words that carry content stand for others: a synonym, or another thing. Words alone cannot tell."""
    mistyped = _mistyped(Counter(first.content - second.content), Counter(second.content - first.content))
    left = first.content - second.content - {word for word, _ in mistyped}
    right = second.content - first.content - {other for _, other in mistyped}
    return bool(left and right)


def replaced_span(first: Asked, second: Asked) -> tuple[str, str] | None:
    """The one place where two questions of otherwise the same words differ in content; None where they differ more."""
    if _TEMPLATE * max(len(first.order), len(second.order)) > (first.words & second.words).total():
        return None
    matcher = SequenceMatcher(None, first.order, second.order, autojunk=False)
    changed = [
        (content_of(first.order[a:b]), content_of(second.order[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
    told = [span for span in changed if span[0] or span[1]]
    if len(told) != 1 or not all(told[0]) or _is_mistyped(*told[0]):
        return None
    return told[0]


def content_of(words: Sequence[str]) -> str:
    kept = content(words)
    return " ".join(word for word in words if word in kept)


def _stands_in(name: str, question: Asked) -> bool:
    return name in question.words or any(_is_mistyped(name, word) for word in question.content)


def _mistyped(left: Iterable[str], right: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of words that are probably one."""
    rest, pairs = list(right), []
    for word in left:
        other = next((other for other in rest if _is_mistyped(word, other)), None)
        if other is not None:
            rest.remove(other)
            pairs.append((word, other))
    return pairs


@lru_cache(maxsize=50_000)
def _is_mistyped(word: str, other: str) -> bool:
    if min(len(word), len(other)) < _TYPO_LETTERS or numbers_in((word, other)):
        return False
    return word[0] == other[0] and SequenceMatcher(None, word, other, autojunk=False).ratio() >= _TYPO
