"""Runs of words on one line, and lines made of runs."""

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from workbench.rag.loaders.pdf.geometry import Box, around
from workbench.rag.loaders.pdf.letters import Letters, Word

# A gap of more than one letter's height parts two runs; a space of justified text is hardly ever so wide.
_WIDEST_SPACE = 1.0


@dataclass
class Segment:
    """Words that follow each other on one line without a wide gap."""

    words: list[Word]
    is_bold: bool
    is_mono: bool
    rules_above: int = 0
    """How many drawn horizontal lines of the page stand above it, over all of its width."""

    @cached_property
    def box(self) -> Box:
        return around(word.box for word in self.words)

    @cached_property
    def size(self) -> float:
        """The font size of its longest word."""
        return max(self.words, key=lambda word: len(word.letters)).size

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def order(self) -> int:
        return self.words[0].order


def find_segments(words: Sequence[Word], letters: Letters) -> list[Segment]:
    """The runs, in the order in which the file draws them."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and _follows(runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [_segment(run, letters) for run in runs]


def _segment(run: list[Word], letters: Letters) -> Segment:
    faces = [letters.face(word) for word in ((run[0],) if len(run) == 1 else (run[0], run[-1]))]
    return Segment(run, all(face.is_bold for face in faces), all(face.is_mono for face in faces))


def _follows(before: Word, word: Word) -> bool:
    if before.ends_line or not before.box.shares_line_with(word.box):
        return False
    size = max(before.size, word.size)
    gap = word.box.left - before.box.right
    if -0.5 * size <= gap <= _WIDEST_SPACE * size:
        return True
    # Written from right to left.
    gap = before.box.left - word.box.right
    return -0.5 * size <= gap <= _WIDEST_SPACE * size and (is_rtl(before.text) or is_rtl(word.text))


def is_rtl(text: str) -> bool:
    """Whether most letters run from right to left."""
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    return sum(kind in {"R", "AL"} for kind in kinds) > sum(kind == "L" for kind in kinds)


@dataclass
class Line:
    """Runs that stand on one line, in reading order."""

    segments: list[Segment]

    @cached_property
    def box(self) -> Box:
        return around(segment.box for segment in self.segments)

    @cached_property
    def words(self) -> list[Word]:
        return [word for segment in self.segments for word in segment.words]

    @cached_property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @cached_property
    def size(self) -> float:
        return max(self.segments, key=lambda segment: len(segment.text)).size

    @property
    def is_bold(self) -> bool:
        return all(segment.is_bold for segment in self.segments)

    @property
    def is_mono(self) -> bool:
        return all(segment.is_mono for segment in self.segments)


def find_lines(segments: Iterable[Segment]) -> list[Line]:
    """Lines from top to bottom."""
    rows: list[list[Segment]] = []
    tops: list[Box] = []
    for segment in sorted(segments, key=lambda s: (s.box.middle, s.box.left)):
        # Only the last few can overlap: they come sorted.
        for number in range(len(rows) - 1, max(len(rows) - 4, -1), -1):
            if tops[number].shares_line_with(segment.box):
                rows[number].append(segment)
                break
        else:
            rows.append([segment])
            tops.append(segment.box)
    return [_line(row) for row in rows]


def _line(row: list[Segment]) -> Line:
    row.sort(key=lambda s: s.box.left)
    if len(row) > 1 and is_rtl("".join(segment.text for segment in row)):
        row.reverse()
    return Line(row)


def usual_size(segments: Sequence[Segment]) -> float:
    """The font size that most letters have; 10 where there is no text."""
    if not segments:
        return 10.0
    sizes = sorted((segment.size, len(segment.text)) for segment in segments)
    half, passed = sum(length for _, length in sizes) / 2, 0
    for size, length in sizes:
        passed += length
        if passed >= half:
            return size
    return sizes[-1][0]


def pitch_of(lines: Sequence[Line]) -> float:
    """The usual distance from one line to the next; 0 where there is one line."""
    steps = [after.box.middle - before.box.middle for before, after in itertools.pairwise(lines)]
    steps = [step for step in steps if step > 0.5]
    return median(steps) if steps else 0.0
