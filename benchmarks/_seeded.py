"""Vectors and texts from a seed, for sizes where real embedding would take hours."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

DIMENSION = 384
CLUSTERS = 2000
# Chosen so that the nearest neighbours of a vector have a cosine of about 0.7, like chunks of one subject.
SPREAD = 0.7


def clustered(rows: int, *, seed: int) -> Vectors:
    """Unit vectors around the same 2,000 random centres for every seed: float32 of shape (rows, 384)."""
    centres = np.random.default_rng(0).standard_normal((CLUSTERS, DIMENSION)).astype(np.float32)
    generator = np.random.default_rng(seed + 1)
    drawn = centres[generator.integers(0, CLUSTERS, rows)]
    drawn += np.float32(SPREAD) * generator.standard_normal((rows, DIMENSION)).astype(np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def sentences(count: int, *, seed: int, words: int = 60) -> list[str]:
    """Texts of words whose frequencies follow Zipf's law."""
    generator = np.random.default_rng(seed)
    ranks = np.minimum(generator.zipf(1.3, (count, words)), 50_000)
    return [" ".join(_word(rank) for rank in row) + "." for row in ranks]


_WORDS: dict[int, str] = {}


def _word(rank: int) -> str:
    """A pronounceable word for each rank."""
    if rank not in _WORDS:
        number, syllables = int(rank) * 7919, []
        while number:
            number, rest = divmod(number, 70)
            syllables.append("bdfgklmnprstvz"[rest // 5] + "aeiou"[rest % 5])
        _WORDS[rank] = "".join(syllables)
    return _WORDS[rank]


class SeededEmbedder:
    """Stands in for a network: a text gets one of the clustered vectors by its hash."""

    max_tokens, dimension, content_hash = 256, DIMENSION, "seeded"

    def __init__(self) -> None:
        self._pool = clustered(50_000, seed=7)

    def embed_documents(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        numbers = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
        rows: Vectors = self._pool[np.array(numbers) % len(self._pool)]
        return rows

    def embed_query(self, text: str) -> Vectors:
        row: Vectors = self.embed_documents([text])[0]
        return row

    def count_tokens(self, text: str) -> int:
        return len(text) // 4
