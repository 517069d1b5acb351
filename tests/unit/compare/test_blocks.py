"""Which questions are a batch: blocks never reach over a wave, and what was added later changes no earlier block."""

import pytest

from tests.unit.compare.scripted import numbered
from workbench.compare.blocks import BLOCK, blocks_of, continued, fitted


def sizes(count: int, *waves: int) -> list[int]:
    return [len(block.examples) for block in blocks_of(numbered(count), waves)]


def test_that_questions_are_cut_into_blocks_in_their_order() -> None:
    blocks = blocks_of(numbered(70))
    assert [len(block.examples) for block in blocks] == [32, 32, 6]
    assert [example.id for block in blocks for example in block.examples] == [f"q{n}" for n in range(70)]
    assert [block.number for block in blocks] == [0, 1, 2]


def test_that_a_wave_begins_a_block_of_its_own() -> None:
    assert sizes(50, 40, 10) == [32, 8, 10]
    assert sizes(50, 40) == [32, 8, 10]  # what the waves do not count came last
    assert sizes(35, 40, 10) == [32, 3]


@pytest.mark.parametrize(
    ("waves", "count", "expected"), [((), 3, (3,)), ((2, 9), 5, (2, 3)), ((2,), 5, (2, 3)), ((4,), 0, ())]
)
def test_that_waves_fit_the_number_of_questions(waves: tuple[int, ...], count: int, expected: tuple[int, ...]) -> None:
    assert fitted(waves, count) == expected


def test_that_appended_questions_are_a_new_wave_and_no_earlier_block_changes() -> None:
    before, now = [f"h{n}" for n in range(40)], [f"h{n}" for n in range(55)]
    waves = continued(before, (), now)
    assert waves == (40, 15)
    earlier = [block.examples for block in blocks_of(numbered(40))]
    assert [block.examples for block in blocks_of(numbered(55), waves)][: len(earlier)] == earlier


def test_that_waves_go_on_from_wave_to_wave() -> None:
    hashes = [f"h{n}" for n in range(90)]
    assert continued(hashes[:55], (40, 15), hashes[:60]) == (40, 15, 5)
    assert continued(hashes[:55], (40, 15), hashes[:55]) == (40, 15)
    assert continued(hashes[:55], (40, 15), hashes[:40]) == (40,)


def test_that_the_blocks_before_a_changed_question_stay() -> None:
    before = [f"h{n}" for n in range(2 * BLOCK + 6)]
    now = [*before[: BLOCK + 3], "other", *before[BLOCK + 4 :]]
    assert continued(before, (), now) == (BLOCK, BLOCK + 6)
    assert continued(before, (), ["new", *before]) == ()
