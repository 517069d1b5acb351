"""Cutting a stretch of text into chunks: as long as allowed, at the best places, with nothing left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.rag.chunking.breaks import Breaks, Level, is_wrapped
from workbench.rag.chunking.graphemes import first_boundary, last_boundary
from workbench.rag.chunking.rulers import CHARACTERS_PER_TOKEN, Ruler
from workbench.rag.chunking.zones import Stretch, Zone

_WINDOW = 50_000
"""So many characters are measured at once: memory stays small however long a line is."""
_LAST_TWO = 1.6
"""What is left, in chunks, when the last two share it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A chunk: its place, and where the rows stand that name the columns of the table that it goes on with."""

    start: int
    end: int
    header: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CutRules:
    """How a stretch is cut."""

    size: int
    """Longest chunk, in units of the ruler."""
    overlap: int
    most_tokens: int
    """Longest chunk, in tokens."""
    seen_tokens: int
    """What the embedder sees of a chunk with the header of its table."""
    fullness: Mapping[Level, float]
    """How full a chunk must be to end at a place of that level, the best level first."""
    is_even: bool = False
    """The last two chunks share what is left, so that no crumb remains."""


STRUCTURED = {Level.BLOCK: 0.4, Level.ITEM: 0.5, Level.SENTENCE: 0.5, Level.CLAUSE: 0.75, Level.WORD: 0.0}
FIXED = {Level.SENTENCE: 0.7, Level.WORD: 0.0}


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts stretches of a text."""

    rules: CutRules
    make_ruler: Callable[[str], Ruler]
    count_tokens: Callable[[str], int]

    def cut(self, text: str, stretch: Stretch) -> Iterator[Cut]:
        """Chunks from `stretch.start` to `stretch.end`, in order; the spaces at their ends belong to none."""
        window = max(_WINDOW, 8 * CHARACTERS_PER_TOKEN * self.rules.size)
        at = covered = stretch.start
        while (at := _skip_space(text, at, stretch.end)) < stretch.end:
            stop = min(at + window, stretch.end)
            zones = [zone for zone in stretch.zones if zone.start < stop and zone.end > at]
            piece = _Piece(self, text, at, stop, zones, covered, is_last=stop == stretch.end)
            yield from piece.cuts()
            at, covered = piece.at, piece.covered


def _skip_space(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


class _Piece:
    """A part of a stretch that is measured at once. A chunk that reaches its end is left to the next one."""

    def __init__(
        self, cutter: Cutter, text: str, start: int, end: int, zones: list[Zone], covered: int, *, is_last: bool
    ) -> None:
        self._cutter, self._rules = cutter, cutter.rules
        self._text, self._start, self._end, self._is_last = text, start, end, is_last
        own = text[start:end]
        self._ruler = cutter.make_ruler(own)
        self._zones = [self._sized(zone) for zone in zones]
        moved = [zone.moved(-start) for zone in self._zones]
        self._breaks = Breaks(own, moved, is_wrapped=is_wrapped(own))
        self.at = start
        """Where the next chunk begins."""
        self.covered = covered
        """How far the chunks reach."""

    def cuts(self) -> Iterator[Cut]:
        while self.at < self._end:
            header, size = self._header(self.at)
            reach = self._reach(self.at, size)
            if reach >= self._end and not self._is_last and self.at > self._start:
                return
            end = self._even_end(size) or self._fitting_end(reach, size)
            if end is None:
                # Too little comes after what is repeated: nothing is repeated.
                self.at = _skip_space(self._text, self.covered, self._end)
                continue
            yield Cut(self.at, self._trimmed(end), header)
            self.covered = end
            self.at = self._begin_after(end)

    def _sized(self, zone: Zone) -> Zone:
        """A zone is whole when a chunk can hold it: tokens at its borders may be one more than they are inside."""
        if zone.start < self._start or zone.end > self._end:
            return replace(zone, is_whole=False)
        return replace(zone, is_whole=self._length(zone.start, zone.end) <= self._rules.size - 2)

    def _length(self, start: int, end: int) -> int:
        return self._ruler.length(start - self._start, end - self._start)

    def _reach(self, at: int, size: int) -> int:
        """How far a chunk from `at` may go."""
        return min(self._ruler.reach(at - self._start, size) + self._start, self._end)

    def _even_end(self, size: int) -> int | None:
        """A good end near the middle of what is left, where two chunks hold it; None where there is none."""
        left = self._length(self.at, self._end)
        if not self._rules.is_even or not self._is_last or not size < left < _LAST_TWO * size:
            return None
        end = self._best_end(self._reach(self.at, int(0.62 * left)), at_least=0.1)
        return end if end is not None and self._tokens(end) <= size else None

    def _header(self, at: int) -> tuple[tuple[int, int] | None, int]:
        """The column names of the table that a chunk from `at` goes on with, and how long it may be then."""
        for zone in self._zones:
            if zone.header_end and zone.header_end <= at < zone.end:
                names = self._cutter.count_tokens(self._text[zone.start : zone.header_end])
                room = min(self._rules.size, self._rules.seen_tokens - names)
                if room >= self._rules.size // 2:
                    return (zone.start, zone.header_end), room
        return None, self._rules.size

    def _fitting_end(self, reach: int, size: int) -> int | None:
        """The end of the chunk that begins here; None when none of its ends lies beyond what is covered."""
        in_tokens = self._rules.most_tokens == self._rules.size
        most = min(size, self._rules.most_tokens) if in_tokens else self._rules.most_tokens
        while True:
            end = self._end if reach >= self._end and self._is_last else self._best_end(reach)
            if end is None or end <= self.covered:
                return None if self.covered > self.at else self._torn_end(max(reach, self.at + 1))
            tokens = self._tokens(end)
            if tokens <= most:
                return end
            # Alone it has more tokens than inside its text, or the embedder sees less than is asked for.
            shorter = self.at + int((end - self.at) * most / tokens)
            reach = min(shorter, end - 1)
            if reach <= self.at:
                return self._torn_end(self.at + 1)

    def _tokens(self, end: int) -> int:
        """Of the chunk that ends there."""
        return self._cutter.count_tokens(self._text[self.at : self._trimmed(end)])

    def _best_end(self, reach: int, *, at_least: float = 0.0) -> int | None:
        """The best place to end a chunk at, up to `reach`, of a level that asks for so full a chunk at least."""
        for level, fullness in self._rules.fullness.items():
            after = max(self.covered, self.at, self.at + int(fullness * (reach - self.at)))
            found = self._breaks.last(level, after - self._start, reach - self._start)
            if found is not None and fullness >= at_least:
                return found + self._start
        return None if self.covered > self.at or at_least else self._torn_end(reach)

    def _torn_end(self, reach: int) -> int:
        """The end inside of something that is too long for a chunk: after a line, else a word, else a grapheme."""
        for space in ("\n", " "):
            found = self._text.rfind(space, self.at + 1, reach)
            if found > self.at:
                return found + 1
        return min(last_boundary(self._text, self.at, reach), self._end)

    def _trimmed(self, end: int) -> int:
        while end > self.at + 1 and self._text[end - 1].isspace():
            end -= 1
        return end

    def _begin_after(self, end: int) -> int:
        """Where the next chunk begins: with the last sentence of this one, as far as the overlap allows. Rows of a
        table are not repeated: its header is."""
        following = _skip_space(self._text, end, self._end)
        is_cut = any(zone.start < end < zone.end for zone in self._zones)
        if not self._rules.overlap or is_cut or following >= self._end:
            return following
        since = max(self._ruler.back(end - self._start, self._rules.overlap), self.at + 1 - self._start)
        for level in (Level.SENTENCE, Level.WORD):
            found = self._breaks.first(level, since, end - self._start)
            if found is not None:
                return found + self._start
        if self._text[end - 1].isspace():
            return following
        return min(first_boundary(self._text, self.at, since + self._start), following)
