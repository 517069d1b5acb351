"""How long a piece of text is: in tokens of an embedder, or in characters."""

from bisect import bisect_right
from itertools import accumulate
from typing import Any, Protocol

# Where a tokenizer gives one token to an endless word, it counts as one for so many characters.
CHARACTERS_PER_TOKEN = 10


class Ruler(Protocol):
    """Measures one text. Places are offsets in it."""

    def length(self, start: int, end: int) -> int: ...
    def reach(self, start: int, units: int) -> int:
        """How far a piece from `start` goes that is at most so long."""
        ...

    def back(self, end: int, units: int) -> int:
        """How early a piece up to `end` begins that is at most so long."""
        ...


class CharacterRuler:
    """Counts code points."""

    def __init__(self, text: str) -> None:
        self._length = len(text)

    def length(self, start: int, end: int) -> int:
        return end - start

    def reach(self, start: int, units: int) -> int:
        return min(start + units, self._length)

    def back(self, end: int, units: int) -> int:
        return max(end - units, 0)


class TokenRuler:
    """Counts tokens, as they are when the whole text is tokenized: a piece of it may have one or two more."""

    def __init__(self, text: str, tokenizer: Any) -> None:
        offsets = tokenizer.encode(text, add_special_tokens=False).offsets
        self._text_length = len(text)
        self._starts: list[int] = [start for start, _ in offsets]
        self._ends: list[int] = [end for _, end in offsets]
        weights = (1 + (end - start - 1) // CHARACTERS_PER_TOKEN if end > start else 1 for start, end in offsets)
        self._before: list[int] = [0, *accumulate(weights)]
        """How many tokens stand before each."""

    def length(self, start: int, end: int) -> int:
        return self._count(end) - self._count(start)

    def reach(self, start: int, units: int) -> int:
        token = bisect_right(self._before, self._count(start) + units) - 1
        if token >= len(self._starts):
            return self._text_length
        # Inside of a token that stands for many characters.
        rest = self._count(start) + units - self._before[token]
        return max(self._starts[token], start) + rest * CHARACTERS_PER_TOKEN

    def back(self, end: int, units: int) -> int:
        wanted = max(self._count(end) - units, 0)
        token = bisect_right(self._before, wanted) - 1
        if token >= len(self._starts):
            return end
        start = self._starts[token]
        if self._before[token] == wanted:
            return start
        inside = start + (wanted - self._before[token]) * CHARACTERS_PER_TOKEN
        return min(inside, end)

    def _count(self, place: int) -> int:
        """Tokens before a place, those in which it lies in parts."""
        token = bisect_right(self._starts, place) - 1
        if token < 0:
            return 0
        if place >= self._ends[token]:
            return self._before[token + 1]
        into = (place - self._starts[token]) // CHARACTERS_PER_TOKEN
        whole = self._before[token + 1] - self._before[token]
        return self._before[token] + min(into, whole)
