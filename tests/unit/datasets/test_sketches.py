"""Signatures of texts: the share of equal places is the share of common shingles."""

import random

import pytest

from workbench.datasets.doctor.sketches import NO_WORDS, sketch

SHINGLE = 3
WORDS = [f"word{number}" for number in range(3000)]


def resemblance(first: list[str], second: list[str]) -> float:
    """The Jaccard index of their shingles."""
    own, other = ({tuple(words[at : at + SHINGLE]) for at in range(len(words) - 2)} for words in (first, second))
    return len(own & other) / len(own | other)


@pytest.mark.parametrize("changed", [0, 2, 5, 20])
def test_that_equal_places_estimate_the_resemblance(changed: int) -> None:
    chance = random.Random(changed)
    exact, estimated = 0.0, 0.0
    for _ in range(40):
        first = chance.choices(WORDS, k=60)
        second = [chance.choice(WORDS) if at < changed * 3 and at % 3 == 0 else word for at, word in enumerate(first)]
        one, other = sketch([first, second], SHINGLE)
        exact += resemblance(first, second) / 40
        estimated += float((one == other).mean()) / 40
    assert estimated == pytest.approx(exact, abs=0.03)


def test_that_a_signature_hangs_on_its_own_words_alone() -> None:
    texts = [["a", "b", "c", "d"], [], ["a"], ["d", "c", "b", "a"]]
    together = sketch(texts, SHINGLE)
    assert all((sketch([text], SHINGLE)[0] == row).all() for text, row in zip(texts, together, strict=True))
    assert (together[1] == NO_WORDS).all() and not (together[[0, 2, 3]] == NO_WORDS).any()
    assert not (together[0] == together[3]).any(), "order counts"
