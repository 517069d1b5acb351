"""Rows that are nearly the same: MinHash finds candidates, their words decide.

Broder, "On the resemblance and containment of documents" (1997): the resemblance of two texts is the Jaccard index of
their shingles, and MinHash signatures estimate it; locality-sensitive hashing finds the pairs without comparing all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.datasets.doctor.keys import normalise
from workbench.datasets.types import TrainingRow

NEARLY = 0.8
"""Jaccard index of two rows' shingles from which on they count as nearly the same."""
CANDIDATES = 0.5
"""Estimated index from which on two rows are compared: well below, for the estimate of short texts is rough."""
SHINGLE = 3
"""Words of one shingle."""
_PERMUTATIONS = 64
_NUMBER = re.compile(r"\d+")


def near_duplicates(rows: Sequence[TrainingRow]) -> list[TrainingRow]:
    """The rows that nearly repeat an earlier one, in their order."""
    later = {max(pair) for pair in _pairs(rows)}
    return [rows[index] for index in sorted(later)]


def alike_groups(rows: Sequence[TrainingRow]) -> list[int]:
    """For each row the index of the first row of its group: rows of a group are nearly the same, step by step."""
    parent = list(range(len(rows)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second in _pairs(rows):
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    return [root(index) for index in range(len(rows))]


def _pairs(rows: Sequence[TrainingRow]) -> Iterator[tuple[int, int]]:
    """Indices (earlier, later) of rows that are nearly the same.

    Rows that differ in a number are never: "3 years" and "5 years" are two facts.
    """
    from datasketch import MinHash, MinHashLSH

    shingles = [_shingles(row) for row in rows]
    numbers = [Counter(_NUMBER.findall(_text(row))) for row in rows]
    index = MinHashLSH(threshold=CANDIDATES, num_perm=_PERMUTATIONS)
    for at, own in enumerate(shingles):
        if not own:
            continue
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([shingle.encode("utf-8", "replace") for shingle in own])
        for other in sorted(index.query(sketch)):
            if numbers[other] == numbers[at] and _jaccard(shingles[other], own) >= NEARLY:
                yield other, at
                break  # one earlier twin is enough, and a thousand copies stay a thousand comparisons
        else:
            index.insert(at, sketch)


def _text(row: TrainingRow) -> str:
    return normalise("\n".join(message.content for message in row.messages))


def _shingles(row: TrainingRow) -> frozenset[str]:
    """Runs of words; the words themselves where a row is very short."""
    words = _text(row).split()
    if len(words) <= SHINGLE:
        return frozenset(words)
    return frozenset(" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second)
