"""Short rows that share a line, so that no padding is computed; each sees only itself (`batching.collate`)."""

import bisect
from array import array
from collections.abc import Sequence
from itertools import accumulate

from workbench.finetune.encoding import EncodedRow

LINE_TOKENS = 1024
"""Tokens of a line where no longest row was set: a model's whole context would be one line for a whole data set."""
_WIDTHS = 16
"""From one power of two to the next."""


def padded(length: int) -> int:
    """How wide a batch of lines is made whose longest has `length` tokens: at most a sixteenth wider.

    Best-fit lines differ by a few tokens, and the blocks of one batch were each a little too small for the next: memory
    grew by a seventh over four steps. Widths that repeat let them serve again.
    """
    step = max(1, (1 << length.bit_length()) // 2 // _WIDTHS)
    return -(-length // step) * step


def line_length(rows: Sequence[EncodedRow], max_length: int, context_length: int) -> int:
    """Tokens of a line: what was set, else `LINE_TOKENS`; never shorter than a row nor longer than the model sees."""
    longest = max((len(row.ids) for row in rows), default=1)
    return max(longest, max_length or min(LINE_TOKENS, context_length))


def pack_rows(rows: Sequence[EncodedRow], length: int) -> list[EncodedRow]:
    """Lines of at most `length` tokens, each row in the fullest line that still takes it, longest rows first.

    The same rows give the same lines. A line is numbered after its first row.
    """
    order = sorted(range(len(rows)), key=lambda index: (-len(rows[index].ids), index))
    lines: list[list[int]] = []
    open_lines: dict[int, list[int]] = {}
    """Free tokens -> lines that have so many."""
    spaces: list[int] = []
    """The keys of `open_lines`, in order."""
    for index in order:
        needed = len(rows[index].ids)
        place = bisect.bisect_left(spaces, needed)
        if place < len(spaces):
            space = spaces[place]
            line = open_lines[space].pop()
            if not open_lines[space]:
                del open_lines[space], spaces[place]
        else:
            space, line = length, len(lines)
            lines.append([])
        lines[line].append(index)
        left = space - needed
        if left not in open_lines:
            bisect.insort(spaces, left)
        open_lines.setdefault(left, []).append(line)
    return [_joined([rows[index] for index in sorted(line)]) for line in lines]


def _joined(rows: Sequence[EncodedRow]) -> EncodedRow:
    starts = tuple(accumulate((len(row.ids) for row in rows[:-1]), initial=0))
    ids, trained = array("i"), array("b")
    for row in rows:
        ids.extend(row.ids)
        trained.extend(row.trained)
    return EncodedRow(ids, trained, rows[0].number, sum(row.cut for row in rows), starts)
