"""Places where a text may be cut, and how good each is: between paragraphs, sentences, clauses, words."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum

from workbench.rag.chunking.graphemes import begins_grapheme
from workbench.rag.chunking.zones import Zone

_SPACE = re.compile(r"\s+")
_DENSE = re.compile(r"[\u3002\uff01\uff1f\uff61][\u300d\u300f\u201d\u2019\uff09]*(?=\S)|[\u3001\uff0c\uff1b](?=\S)")
_ITEM = re.compile(r"[-*+\u2022\u25e6\u25aa\u2023]\s|\(?\d{1,3}[.)]\s|#{1,6}\s")
_CLOSING = "\"'\u201d\u2019\u00bb\u203a)]}*_"
_ENDS = ".!?\u2026\u061f\u06d4\u0964\u3002\uff01\uff1f"
_SHORT = frozenset(
    "dr prof mr mrs ms st nr no vol fig abb tab vgl bzw ca etc usw evtl ggf inkl jr sr vs al approx dept est "
    "z.b d.h u.a e.g i.e a.m p.m u.s art abs bd hrsg sog str tel pp ed eds cf".split()
)
_WRAPPED = range(30, 110)
"""Length of the lines of a text that was wrapped for the screen."""


class Level(IntEnum):
    """How well a text is cut there."""

    WORD = 1
    CLAUSE = 2
    SENTENCE = 3
    ITEM = 4
    BLOCK = 5


class Breaks:
    """The places of one text, by level. A place is where the next piece begins."""

    def __init__(self, text: str, zones: Sequence[Zone] = (), *, is_wrapped: bool = False) -> None:
        """`zones` that may not be cut hold no place; others are cut between their lines first."""
        self._text = text
        self._at: dict[Level, list[int]] = {level: [] for level in Level}
        for at, level in sorted(self._places(zones, is_wrapped=is_wrapped)):
            for lower in Level:
                if lower <= level and (not self._at[lower] or self._at[lower][-1] != at):
                    self._at[lower].append(at)

    def last(self, level: Level, after: int, until: int) -> int | None:
        """The last place of at least this level behind `after`, up to `until`."""
        places = self._at[level]
        position = bisect_right(places, until) - 1
        return places[position] if position >= 0 and places[position] > after else None

    def first(self, level: Level, since: int, before: int) -> int | None:
        """The first place of at least this level from `since` on, ahead of `before`."""
        places = self._at[level]
        position = bisect_left(places, since)
        return places[position] if position < len(places) and places[position] < before else None

    def _places(self, zones: Sequence[Zone], *, is_wrapped: bool) -> Iterator[tuple[int, Level]]:
        text = self._text
        borders = {edge for zone in zones for edge in (zone.start, zone.end)}
        for edge in borders:
            at = max(edge, 0)
            while at < len(text) and text[at].isspace():
                at += 1
            if 0 < at < len(text):
                yield at, Level.BLOCK
        inside = _Inside(zones)
        for space in _SPACE.finditer(text):
            at = space.end()
            if at >= len(text) or not space.start() or not begins_grapheme(text, at):
                continue
            zone = inside.zone(space.start())
            if zone is None:
                yield at, self._level(space.start(), at, is_wrapped=is_wrapped)
            elif not zone.is_whole:
                yield at, Level.SENTENCE if "\n" in space.group() else Level.WORD
        for mark in _DENSE.finditer(text):
            if begins_grapheme(text, mark.end()) and inside.zone(mark.end()) is None:
                yield mark.end(), Level.CLAUSE if mark.group()[0] in "\u3001\uff0c\uff1b" else Level.SENTENCE

    def _level(self, start: int, end: int, *, is_wrapped: bool) -> Level:
        """Of the space between `start` and `end`."""
        lines = self._text.count("\n", start, end)
        if lines > 1:
            return Level.BLOCK
        if lines and _ITEM.match(self._text, end):
            return Level.ITEM
        if ends_sentence(self._text, start, end) or (lines and not is_wrapped):
            return Level.SENTENCE
        return Level.CLAUSE if self._text[start - 1] in ",;:\u061b\u060c" else Level.WORD


class _Inside:
    """Finds the zone that a place lies in; places come in any order."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._zones = sorted(zones, key=lambda zone: zone.start)
        self._starts = [zone.start for zone in self._zones]

    def zone(self, at: int) -> Zone | None:
        position = bisect_right(self._starts, at) - 1
        return self._zones[position] if position >= 0 and at < self._zones[position].end else None


def ends_sentence(text: str, at: int, following: int) -> bool:
    """Whether the space at `at` parts two sentences; the next word begins at `following`."""
    position = at - 1
    while position > 0 and text[position] in _CLOSING:
        position -= 1
    if text[position] not in _ENDS or text[following].islower():
        return False
    if text[position] != ".":
        return True
    begin = position
    while begin > 0 and position - begin < 12 and (text[begin - 1].isalnum() or text[begin - 1] == "."):
        begin -= 1
    word = text[begin:position].casefold()
    # An initial, a number with a dot behind it ("am 3. Mai"), a shortened word: the sentence goes on.
    return not (word in _SHORT or (len(word) == 1 and word.isalpha()) or (len(word) <= 2 and word.isdigit()))


def is_wrapped(text: str) -> bool:
    """Whether lines end where the screen did, so that their ends mean nothing."""
    lines = [line for line in text[:20_000].split("\n") if line.strip()]
    if len(lines) < 4 or sum("|" in line or "\t" in line for line in lines) > 0.2 * len(lines):
        return False
    longest = sorted(map(len, lines))[int(0.9 * (len(lines) - 1))]
    full = [line for line in lines if len(line) > 0.75 * longest]
    open_ends = sum(line.rstrip()[-1] not in _ENDS for line in full)
    return longest in _WRAPPED and len(full) > 0.5 * len(lines) and open_ends > 0.6 * len(full)
