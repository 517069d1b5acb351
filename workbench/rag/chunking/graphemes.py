"""Where a text may be cut without tearing what people see as one letter: an emoji, an accented letter, a flag."""

import unicodedata

import regex

_GRAPHEME = regex.compile(r"\X")
# Real ones are shorter (Unicode allows 30 marks on a letter in normalised streams); longer ones are a prank.
_LONGEST = 64


def last_boundary(text: str, start: int, end: int) -> int:
    """The last place up to `end` that is between two graphemes; `start` is one, and the result lies behind it."""
    found = start
    for match in _GRAPHEME.finditer(text, start, min(end + _LONGEST, len(text))):
        if match.end() > end:
            break
        found = match.end()
    if found > start:
        return found
    first = _GRAPHEME.match(text, start, min(start + _LONGEST, len(text)))
    return max(first.end() if first else end, start + 1)


def first_boundary(text: str, start: int, at: int) -> int:
    """The first place from `at` on that is between two graphemes; `start` is one before it."""
    for match in _GRAPHEME.finditer(text, start):
        if match.end() >= at:
            return int(match.end())
    return len(text)


def begins_grapheme(text: str, at: int) -> bool:
    """Whether the letter there does not belong to the space before it."""
    return at >= len(text) or not (unicodedata.category(text[at]) in {"Mn", "Me", "Mc"} or text[at] in "\u200c\u200d")
