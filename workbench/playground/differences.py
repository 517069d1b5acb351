"""Where one answer says something else than another, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 5000
"""Of either text: the matcher takes quadratic time in the worst case."""
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What only the first text says, and what only the other one says."""

    first: tuple[Span, ...] = ()
    other: tuple[Span, ...] = ()
    is_too_long: bool = False
    """Nothing was compared."""


def find_differences(first: str, other: str) -> Differences:
    """Compares words and punctuation, not the spaces between them; marks of neighbouring words join."""
    one, two = list(_WORD.finditer(first)), list(_WORD.finditer(other))
    if len(one) > MOST_WORDS or len(two) > MOST_WORDS:
        return Differences(is_too_long=True)
    # Without autojunk: it drops every word that is frequent in a text of 200 words and more.
    matcher = SequenceMatcher(None, [w.group() for w in one], [w.group() for w in two], autojunk=False)
    only_first, only_other = [], []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        if end > start:
            only_first.append(Span(one[start].start(), one[end - 1].end()))
        if other_end > other_start:
            only_other.append(Span(two[other_start].start(), two[other_end - 1].end()))
    return Differences(tuple(only_first), tuple(only_other))
