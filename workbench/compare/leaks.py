"""Test questions that an arm has seen before the test: in few-shot examples or in training rows."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log

from workbench.compare.types import CompareRequest, Leak, LeakKind
from workbench.datasets.types import Example

NEAR = 0.75
"""Share of the (rarity-weighted) words that two questions must have in common to be nearly the same."""
_FEWEST_WORDS = 4
_SHOWN = 200
_GENITIVE = re.compile("['\u2019]s\\b")
_WORDS = re.compile(r"\w+")
_GROUNDED = re.compile(r"(?:^|\n)Question: (.+)\Z", re.DOTALL)


def find_leaks(request: CompareRequest) -> tuple[Leak, ...]:
    """Every leak of a comparison, at most one per question and place, exact before near."""
    leaks: list[Leak] = []
    trained: dict[str, list[str]] = defaultdict(list)
    for arm in request.arms:
        if arm.adapter_hash:
            trained[arm.adapter_hash].append(arm.name)
        if arm.shots:
            where = f"few-shot examples of arm {arm.name}"
            leaks += search_rows(request.examples, [shot.question for shot in arm.shots], where, (arm.name,))
    for adapter_hash, rows in request.training_rows.items():
        arms = tuple(trained.get(adapter_hash, ()))
        if arms:
            name = next(arm.adapter_name for arm in request.arms if arm.adapter_hash == adapter_hash)
            leaks += search_rows(request.examples, rows, f"training rows of adapter {name}", arms)
    return tuple(leaks)


def search_rows(examples: Iterable[Example], rows: Sequence[str], where: str, arms: tuple[str, ...]) -> list[Leak]:
    """The test questions that stand among `rows`, exactly (apart from case, punctuation, spaces) or nearly."""
    index = RowIndex([asked(row) for row in rows])
    leaks = []
    for example in examples:
        found = index.find(example.question)
        if found is None:
            continue
        row, similarity = found
        kind = LeakKind.EXACT if similarity >= 1.0 else LeakKind.NEAR
        text = rows[row] if len(rows[row]) <= _SHOWN else rows[row][: _SHOWN - 1] + "…"
        leaks.append(
            Leak(example_id=example.id, arms=arms, kind=kind, where=where, text=text, similarity=min(similarity, 1.0))
        )
    return leaks


def asked(row: str) -> str:
    """The question of a training row; rows with retrieved passages end in it."""
    found = _GROUNDED.search(row)
    return found[1] if found else row


class RowIndex:
    """Rows by their rarest words, so that 5,000 rows against 300 questions take a moment.

    Nearness is the weighted Jaccard overlap of the words, each word weighing log(1 + rows / rows with it): questions of
    one pattern ("How long is the warranty of the ...?") share common words and differ in the rare one that counts.
    """

    def __init__(self, rows: Sequence[str]) -> None:
        self._words = [Counter(words_of(row)) for row in rows]
        self._exact = {key(row): number for number, row in reversed(list(enumerate(rows)))}
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(self._words):
            for word in words:
                self._by_word[word].append(number)
        self._total = len(rows)

    def find(self, question: str) -> tuple[int, float] | None:
        """The most similar row and its similarity (1 for an exact one); None when no row is near."""
        same = self._exact.get(key(question))
        if same is not None and key(question):
            return same, 1.0
        words = Counter(words_of(question))
        if words.total() < _FEWEST_WORDS:
            return None
        near = [(self._similarity(words, self._words[row]), -row) for row in self._candidates(words)]
        similarity, row = max(near, default=(0.0, 0))
        return (-row, min(similarity, 0.999)) if similarity >= NEAR else None

    def _candidates(self, words: Counter[str]) -> set[int]:
        """Rows that hold one of the question's rarest words: two near questions share most of them."""
        known = sorted((word for word in words if word in self._by_word), key=lambda word: len(self._by_word[word]))
        return {row for word in known[: max(3, len(known) // 2)] for row in self._by_word[word]}

    def _similarity(self, first: Counter[str], second: Counter[str]) -> float:
        shared = sum(self._weight(word) * count for word, count in (first & second).items())
        every = sum(self._weight(word) * count for word, count in (first | second).items())
        return shared / every if every else 0.0

    def _weight(self, word: str) -> float:
        return log(1 + (self._total + 1) / (len(self._by_word.get(word, ())) + 1))


def words_of(text: str) -> list[str]:
    """Words without case, accents, punctuation and the genitive's s."""
    plain = _GENITIVE.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return _WORDS.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def key(text: str) -> str:
    return " ".join(words_of(text))
