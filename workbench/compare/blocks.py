"""Which questions are answered as one batch. A batch is composed from its list alone, so the same block of the same
arm gives the same texts; questions that were added later are a wave of their own, so that they change no earlier block
(docs/decisions/0020-answers-are-taken-over-by-block.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from workbench.datasets.types import Example

BLOCK = 32
"""Questions of one batch at most; twice what an engine decodes at once, so that a finished answer's place is taken."""


@dataclass(frozen=True, slots=True)
class Block:
    """Questions that are asked together."""

    number: int
    """From 0, in the order in which they are asked."""
    examples: tuple[Example, ...]


def blocks_of(examples: Sequence[Example], waves: Sequence[int] = ()) -> list[Block]:
    """The questions in blocks that never reach from one wave into the next. What `waves` do not count is one more."""
    parts: list[tuple[Example, ...]] = []
    ends = [0, *accumulate(fitted(waves, len(examples)))]
    for begin, end in pairwise(ends):
        parts += [tuple(examples[start : min(start + BLOCK, end)]) for start in range(begin, end, BLOCK)]
    return [Block(number, part) for number, part in enumerate(parts)]


def fitted(waves: Sequence[int], count: int) -> tuple[int, ...]:
    """`waves` for exactly `count` questions: cut where there are fewer, one more where there are more."""
    left, found = count, []
    for size in waves:
        if left <= 0:
            break
        found.append(min(size, left))
        left -= size
    return (*found, left) if left > 0 else tuple(found)


def continued(before: Sequence[str], waves: Sequence[int], now: Sequence[str]) -> tuple[int, ...]:
    """The waves for the questions `now` (a hash each) so that all blocks of an earlier run stay that still can.

    From the first block on that is not the same any more, all questions are a new wave. Empty where nothing is left.
    """
    kept, place = [], 0
    for size in fitted(waves, len(before)):
        whole = 0
        while whole < size:
            end = place + min(BLOCK, size - whole)
            if tuple(before[place:end]) != tuple(now[place:end]):
                break
            whole += end - place
            place = end
        if whole:
            kept.append(whole)
        if whole < size:
            break
    return fitted(kept, len(now)) if kept else ()
