"""Numbers as people read them."""

import pytest

from workbench.compare.wording import between, signed


@pytest.mark.parametrize(
    ("value", "said"), [(0.123, "+12"), (-0.03, "-3"), (0.0, "+0"), (-0.002, "+0"), (1.0, "+100"), (None, "–")]
)
def test_that_a_difference_has_its_sign_and_nothing_is_not_less_than_nothing(value: float | None, said: str) -> None:
    assert signed(value) == said


def test_that_an_interval_without_an_end_is_none() -> None:
    assert (between(-0.031, 0.12), between(None, 0.12)) == ("-3 to +12", "–")
