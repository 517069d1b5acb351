"""How much of each long text the page shows, so that it opens on a phone whatever was compared."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.compare.types import ComparisonReport

LONGEST = 20_000
"""Characters of one text that are shown at most."""
_SHORTEST = 160
_ROOM = 12_000_000
"""Characters of prompts and passages together; as much again for answers."""


@dataclass(frozen=True, slots=True)
class Room:
    """Longest texts, in characters."""

    answer: int = LONGEST
    prompt: int = LONGEST
    passage: int = LONGEST

    @property
    def is_cut(self) -> bool:
        return min(self.answer, self.prompt, self.passage) < LONGEST


def room_for(report: ComparisonReport) -> Room:
    """Small comparisons are shown whole; in large ones long texts give way before short ones."""
    return Room(
        answer=longest_within((len(trial.text or trial.answer) for trial in report.trials), _ROOM),
        prompt=longest_within((len(trial.prompt) for trial in report.trials), _ROOM // 2),
        passage=longest_within((len(hit.text) for trial in report.trials for hit in trial.hits), _ROOM // 2),
    )


def longest_within(lengths: Iterable[int], room: int) -> int:
    """The largest limit (up to LONGEST) with which texts of these lengths, each cut to it, fit into the room."""
    ordered = sorted(lengths)
    if _sum_cut(ordered, LONGEST) <= room:
        return LONGEST
    low, high = _SHORTEST, LONGEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _sum_cut(ordered, middle) <= room else (low, middle)
    return low


def _sum_cut(ordered: Sequence[int], limit: int) -> int:
    whole = bisect_left(ordered, limit)
    return sum(ordered[:whole]) + limit * (len(ordered) - whole)
