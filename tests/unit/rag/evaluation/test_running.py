"""Which chunk sizes a measurement compares."""

from workbench.rag.evaluation.running import chunkings_of
from workbench.rag.types import ChunkingConfig
from workbench.settings import ChunkerKind


def test_that_other_sizes_are_cut_by_the_chunker_of_the_collection() -> None:
    current = ChunkingConfig.of(ChunkerKind.STRUCTURE, 100, 16)
    found = chunkings_of(current, [60, 100], [])
    assert [(c.chunker, c.size, c.overlap) for c in found] == [
        (ChunkerKind.STRUCTURE, 60, 10),
        (ChunkerKind.STRUCTURE, 100, 16),
    ]


def test_that_a_collection_cut_by_characters_is_compared_with_tokens() -> None:
    (found,) = chunkings_of(ChunkingConfig.of(ChunkerKind.CHARACTERS, 400, 50), [60], [10])
    assert (found.chunker, found.size, found.unit, found.overlap) == (ChunkerKind.TOKENS, 60, "tokens", 10)
