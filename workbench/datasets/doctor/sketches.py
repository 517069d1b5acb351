"""MinHash signatures of many texts at once: of texts that share a part `p` of their shingles about `p` is the same.

Words become numbers once, shingles are sums of them, and each permutation is a multiplication over all shingles of a
block: four times as fast as a cryptographic hash of each shingle.
"""

import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Signatures = np.ndarray[Any, np.dtype[np.uint32]]
    Numbers = np.ndarray[Any, np.dtype[np.uint64]]

PERMUTATIONS = 64
NO_WORDS = 2**32 - 1
"""In every place of a signature of a text without words."""


def sketch(texts: Sequence[Sequence[str]], shingle: int) -> "Signatures":
    """(texts, PERMUTATIONS) signatures of lists of words, by runs of `shingle` words; by single ones in a shorter text.

    The same words give the same numbers in every process.
    """
    import numpy as np

    numbers: dict[str, int] = {}
    parts = []
    for words in texts:
        each = [
            numbers.get(word) or numbers.setdefault(word, zlib.crc32(word.encode("utf-8", "replace"))) for word in words
        ]
        parts.append(_runs(np.array(each, dtype=np.uint64), shingle))
    signatures = np.full((len(texts), PERMUTATIONS), NO_WORDS, dtype=np.uint32)
    lengths = np.array([len(part) for part in parts])
    filled = np.flatnonzero(lengths)
    if not len(filled):
        return signatures
    shingles = _mixed(np.concatenate(parts))
    starts = (np.cumsum(lengths) - lengths)[filled]
    factors, offsets = _permutations()
    for place in range(PERMUTATIONS):
        values = (shingles * factors[place] + offsets[place]) >> np.uint64(32)
        signatures[filled, place] = np.minimum.reduceat(values, starts)
    return signatures


def _runs(words: "Numbers", shingle: int) -> "Numbers":
    """A number for each run of words, which their order changes."""
    import numpy as np

    if len(words) <= shingle:
        return words
    runs = np.zeros(len(words) - shingle + 1, dtype=np.uint64)
    for place in range(shingle):
        runs = runs * np.uint64(0x9E3779B97F4A7C15) + words[place : len(runs) + place]
    return runs


def _mixed(numbers: "Numbers") -> "Numbers":
    """Every bit of the result hangs on every bit of the number (the finish of SplitMix64, Steele and others, 2014)."""
    import numpy as np

    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


@cache
def _permutations() -> "tuple[Numbers, Numbers]":
    """Odd factors and offsets (Dietzfelbinger and others, "A reliable randomized algorithm ...", 1997)."""
    import numpy as np

    drawn = np.random.default_rng(1).integers(0, 2**64, size=(2, PERMUTATIONS), dtype=np.uint64)
    return drawn[0] | np.uint64(1), drawn[1]
