"""Fusion and queries, without an index."""

import pytest

from workbench.rag.retrieval import content_words, fuse
from workbench.rag.search_types import Hit


def hit(name: str, kind: str, score: float) -> Hit:
    return Hit(document=name, page=1, start=0, end=1, score=score, text="x", chunk_id=name, scores={kind: score})


def test_that_fusion_adds_reciprocal_ranks_and_keeps_every_score() -> None:
    vector = [hit("a", "vector", 0.9), hit("b", "vector", 0.8)]
    text = [hit("b", "text", 7.0), hit("c", "text", 3.0)]
    fused = fuse(vector, text)
    assert [found.document for found in fused] == ["b", "a", "c"]
    assert fused[0].score == pytest.approx(1 / 62 + 1 / 61)
    assert fused[0].scores == {"vector": 0.8, "text": 7.0, "hybrid": fused[0].score}


def test_that_question_words_are_dropped_unless_nothing_else_is_there() -> None:
    assert content_words("How many holidays do I get?") == "holidays"
    assert content_words("Who are you?") == "Who are you?"
