"""Options for cutting documents: what is asked for, what stays as it is, what cannot be."""

import argparse

import pytest

from workbench.cli.chunking import add_chunking_options, asked_chunking
from workbench.errors import WorkbenchError
from workbench.rag.types import ChunkingConfig
from workbench.settings import ChunkerKind

BASE = ChunkingConfig(chunk_tokens=100, overlap=40)


def asked(*options: str) -> ChunkingConfig:
    parser = argparse.ArgumentParser()
    add_chunking_options(parser)
    return asked_chunking(parser.parse_args(options), BASE)


def test_that_what_is_not_asked_for_stays() -> None:
    assert asked() == BASE
    assert asked("--chunker", "structure") == ChunkingConfig.of(ChunkerKind.STRUCTURE, 100, 40)
    assert asked("--chunk-tokens", "60").overlap == 30


def test_that_characters_are_measured_in_characters() -> None:
    assert asked("--chunker", "characters", "--chunk-characters", "400").size == 400
    with pytest.raises(WorkbenchError, match="Chunks by characters are measured in characters"):
        asked("--chunker", "characters", "--chunk-tokens", "100")
    with pytest.raises(WorkbenchError, match="Chunks by sections are measured in tokens"):
        asked("--chunk-characters", "400")


def test_that_an_overlap_of_more_than_half_is_said_in_words() -> None:
    with pytest.raises(WorkbenchError, match="Chunks of 100 tokens with an overlap of 80 cannot be made"):
        asked("--overlap", "80")
