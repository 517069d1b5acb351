import dataclasses

import pytest

from workbench.llm.decoding import Ask
from workbench.llm.lane_config import (
    SMALL_PARAMETERS,
    TINY_PARAMETERS,
    LaneConfig,
    common_beginning,
    common_length,
    for_list,
    of_share,
    shares_of_list,
)
from workbench.llm.types import GenerationConfig

LANE = LaneConfig(context_length=1024, sequences=8, threads=2)
WITHOUT_FLASH = dataclasses.replace(LANE, flash_attention=False)
PARAMETERS = TINY_PARAMETERS


def ask(tokens: list[int], answer: int = 48) -> Ask:
    return Ask("", tuple(tokens), "", GenerationConfig(max_tokens=answer))


def comparison(count: int, *, prefix: int = 600, own: int = 100) -> list[Ask]:
    return [ask([1] * prefix + [2 + n] * (own - n % 3)) for n in range(count)]


def test_that_the_common_beginning_of_a_list_is_counted_once() -> None:
    lane = for_list(LANE, comparison(64), PARAMETERS, may_share=True)
    assert (lane.common_buffer, lane.common, lane.sequences) == (True, 600, 16)
    assert lane.size == lane.cells == 600 + 16 * (100 + 48)


def test_that_without_flash_attention_answers_of_tiny_models_are_computed_as_if_alone() -> None:
    lane = for_list(WITHOUT_FLASH, comparison(64), PARAMETERS, may_share=True)
    assert (lane.common_buffer, lane.sequences, lane.size) == (False, 4, 4 * 768)


def test_that_they_share_a_buffer_where_a_row_alone_is_computed_number_by_number() -> None:
    slow = dataclasses.replace(WITHOUT_FLASH, slow_rows=True)
    lane = for_list(slow, comparison(64), PARAMETERS, may_share=True)
    assert (lane.common_buffer, lane.sequences, lane.size) == (True, 4, 600 + 4 * 148)
    assert not for_list(slow, comparison(64), PARAMETERS, may_share=False).common_buffer


def test_that_more_answers_share_a_reading_of_weights_that_are_not_tiny() -> None:
    lane = for_list(WITHOUT_FLASH, comparison(64), PARAMETERS + 1, may_share=True)
    assert (lane.common_buffer, lane.sequences, lane.size) == (True, 8, 600 + 8 * 148)


def test_that_answers_with_little_in_common_have_buffers_of_their_own() -> None:
    lane = for_list(LANE, comparison(64, prefix=0, own=460), PARAMETERS, may_share=True)
    assert (lane.common_buffer, lane.common, lane.sequences, lane.cells) == (False, 0, 16, 16 * 512)


def test_that_without_flash_attention_prompts_with_little_in_common_do_not_look_at_all_cells() -> None:
    lane = for_list(WITHOUT_FLASH, comparison(64, prefix=60, own=580), PARAMETERS, may_share=True)
    assert (lane.common_buffer, lane.sequences, lane.cells) == (False, 4, 4 * 768)


def test_that_a_list_never_takes_more_cells_than_the_model_was_loaded_with() -> None:
    for own in range(60, 1000, 97):
        for may_share in (True, False):
            lane = for_list(LANE, comparison(64, prefix=0, own=own), PARAMETERS, may_share=may_share)
            assert lane.size <= LANE.size
    assert for_list(dataclasses.replace(LANE, sequences=1), comparison(64), PARAMETERS, may_share=True).sequences == 2


def test_that_cells_that_cannot_be_shared_are_not_counted_on() -> None:
    lane = for_list(WITHOUT_FLASH, comparison(3), PARAMETERS, may_share=False)
    assert (lane.common_buffer, lane.common, lane.sequences, lane.cells) == (False, 0, 3, 3 * 768)


def test_that_one_request_is_answered_alone() -> None:
    assert for_list(LANE, [ask([1] * 2000)], PARAMETERS, may_share=True).sequences == 1


def test_that_the_same_list_gives_the_same_lane_in_any_order() -> None:
    asks = comparison(40)
    assert for_list(LANE, asks, PARAMETERS, may_share=True) == for_list(LANE, asks[::-1], PARAMETERS, may_share=True)


@pytest.mark.parametrize(
    ("threads", "sequences", "count", "shares", "threads_each"),
    [
        (1, 8, 64, 1, 1),
        (2, 8, 64, 2, 1),
        (6, 8, 64, 3, 2),  # no thread is left over
        (7, 8, 64, 3, 2),
        (16, 8, 64, 4, 4),
        (8, 2, 64, 2, 4),  # each has at least one of the answers at once that the model was loaded with
        (8, 8, 9, 2, 4),  # and some answers to give
        (8, 8, 7, 1, 8),
    ],
)
def test_that_threads_share_out_the_list_of_a_small_model(
    threads: int, sequences: int, count: int, shares: int, threads_each: int
) -> None:
    config = dataclasses.replace(LANE, threads=threads, sequences=sequences)
    found = shares_of_list(config, comparison(count), 6_000_000)
    assert len(found) == shares and of_share(config, shares).threads == threads_each
    assert [index for share in found for index in share] == list(range(count)), "each answer is given once"
    assert shares_of_list(config, comparison(count), SMALL_PARAMETERS + 1) == [range(count)]


def test_that_shares_are_alike_in_tokens() -> None:
    asks = [ask([1] * 900)] * 4 + [ask([1] * 90)] * 28
    first, second = shares_of_list(LANE, asks, 6_000_000)
    assert len(first) < len(second) / 3
    work = [sum(len(asks[n].tokens) + 48 for n in share) for share in (first, second)]
    assert abs(work[0] - work[1]) < 950


@pytest.mark.parametrize("place", [0, 7, 15])
def test_that_no_share_is_empty_beside_a_very_long_prompt(place: int) -> None:
    asks = [ask([1] * (1000 if number == place else 5), answer=1) for number in range(16)]
    shares = shares_of_list(dataclasses.replace(LANE, threads=4), asks, 6_000_000)
    assert all(len(share) for share in shares)
    assert [index for share in shares for index in share] == list(range(16))


def test_that_all_shares_together_keep_to_the_cells_that_the_model_was_loaded_with() -> None:
    for own in range(60, 1000, 97):
        lane = for_list(of_share(LANE, 2), comparison(32, prefix=0, own=own), PARAMETERS, may_share=True)
        assert 2 * lane.size <= LANE.size


@pytest.mark.parametrize(
    ("prompts", "count"),
    [
        ([[1] * 100, [1] * 90 + [2]], 90),
        ([[1] * 100, [1] * 100], 99),  # the last token is always computed: it is what the answer follows from
        ([[1] * 47 + [2], [1] * 47 + [3]], 0),
        ([[1] * 100, [1] * 80 + [2] * 9, [1] * 60 + [3] * 9], 60),
    ],
)
def test_that_the_common_beginning_is_what_all_prompts_share(prompts: list[list[int]], count: int) -> None:
    assert common_beginning([ask(tokens) for tokens in prompts]) == count


def test_that_a_common_length_counts_to_its_limit() -> None:
    assert common_length([1, 2, 3, 4], (1, 2, 3, 9)) == 3
    assert common_length([1, 2, 3, 4], (1, 2, 3, 4), 2) == 2
    assert common_length([], (1,)) == 0
