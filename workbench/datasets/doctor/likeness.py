"""Rows that are nearly the same: MinHash finds candidates, their words decide.

Broder, "On the resemblance and containment of documents" (1997): the resemblance of two texts is the Jaccard index of
their shingles, and MinHash signatures estimate it; locality-sensitive hashing finds the pairs without comparing all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.datasets.doctor.keys import normalise
from workbench.datasets.types import TrainingRow

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int32]]

NEARLY = 0.8
"""Jaccard index of two rows' shingles from which on they count as nearly the same."""
SHINGLE = 3
"""Words of one shingle."""
_PERMUTATIONS = 64
_BANDS, _BAND = 14, 4
"""Two rows are compared where one of so many runs of their signatures is the same: half of the pairs that are alike to
(1 / bands) ** (1 / length) = 0.52, nearly all at `NEARLY`."""
_REMEMBERED = 1000
"""Rows whose words are kept while others are compared with them."""
_SHORT = 400
"""Characters up to which a row is short."""
_LITTLE_WORDS = frozenset(
    "a an the do does can could would please i my me der die das ein eine bitte kann ich mein meine".split()
)
"""Words that change nothing of what is asked; “not”, “from” or “you” would."""
_NUMBER = re.compile(r"\d+")


def near_duplicates(rows: Sequence[TrainingRow]) -> list[TrainingRow]:
    """The rows that nearly repeat an earlier one, in their order."""
    later = {max(pair) for pair in _pairs(rows)} | _with_other_little_words(rows)
    return [rows[index] for index in sorted(later)]


def _with_other_little_words(rows: Sequence[TrainingRow]) -> set[int]:
    """Indices of short rows that say word for word what an earlier one says, but for words like “the” and “can”.

    In a short row one such word changes most of the shingles: these are the twins that MinHash does not see.
    """
    seen: set[int] = set()
    """Hashes of what was said: the texts of 200,000 rows need not be kept."""
    later: set[int] = set()
    for at, row in enumerate(rows):
        if sum(len(message.content) for message in row.messages) > _SHORT:
            continue
        said = [[word for word in _words(message.content) if word not in _LITTLE_WORDS] for message in row.messages]
        if not any(said):
            continue
        key = hash("\n".join(" ".join(words) for words in said))
        if key in seen:
            later.add(at)
        seen.add(key)
    return later


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
    shared = _shared_bands(rows)
    seen: dict[tuple[int, int], list[int]] = {}
    """Band and its value -> earlier rows with it."""

    @lru_cache(maxsize=_REMEMBERED)
    def words_of(at: int) -> tuple[frozenset[str], Counter[str]]:
        return _shingles(rows[at]), Counter(_NUMBER.findall(_text(rows[at])))

    for at in range(len(rows)):
        bands = [(band, value) for band, value in enumerate(shared[:, at].tolist()) if value >= 0]
        for other in sorted({earlier for band in bands for earlier in seen.get(band, ())}):
            (shingles, numbers), (own, own_numbers) = words_of(other), words_of(at)
            if numbers == own_numbers and _jaccard(shingles, own) >= NEARLY:
                yield other, at
                break  # one earlier twin is enough, and a thousand copies stay a thousand comparisons
        else:
            for band in bands:
                seen.setdefault(band, []).append(at)


def _shared_bands(rows: Sequence[TrainingRow]) -> "Integers":
    """(bands, rows): a number for each value of a band that several rows have; -1 where a row is alone with its own.

    datasketch's own index keeps sets and words of every row in Python objects, which is 25 KB a row: too much for
    200,000 of them. These are 300 bytes.
    """
    import numpy as np
    from datasketch import MinHash

    sketches = np.empty((len(rows), _PERMUTATIONS), dtype=np.uint32)
    words = ([shingle.encode("utf-8", "replace") for shingle in _shingles(row)] for row in rows)
    for at, sketch in enumerate(MinHash.generator(words, num_perm=_PERMUTATIONS)):
        sketches[at] = sketch.hashvalues
    has_words = (sketches != np.iinfo(np.uint32).max).any(axis=1)
    found = np.full((_BANDS, len(rows)), -1, dtype=np.int32)
    value = np.dtype((np.void, _BAND * sketches.itemsize))
    for band in range(_BANDS if rows else 0):
        own = np.ascontiguousarray(sketches[:, band * _BAND : (band + 1) * _BAND]).view(value).ravel()
        _, numbers, counts = np.unique(own, return_inverse=True, return_counts=True)
        found[band] = np.where((counts[numbers] > 1) & has_words, numbers, -1)
    return found


def _words(text: str) -> list[str]:
    return normalise(text).split()


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
