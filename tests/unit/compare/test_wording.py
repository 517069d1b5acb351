"""Numbers as people read them."""

import pytest

from workbench.compare.arm_types import ArmResult, Timing
from workbench.compare.choice_sentences import price
from workbench.compare.cost import costs_of
from workbench.compare.wording import between, earlier_times, signed, time_of


@pytest.mark.parametrize(
    ("value", "said"), [(0.123, "+12"), (-0.03, "-3"), (0.0, "+0"), (-0.002, "+0"), (1.0, "+100"), (None, "–")]
)
def test_that_a_difference_has_its_sign_and_nothing_is_not_less_than_nothing(value: float | None, said: str) -> None:
    assert signed(value) == said


def test_that_an_interval_without_an_end_is_none() -> None:
    assert (between(-0.031, 0.12), between(None, 0.12)) == ("-3 to +12", "–")


def timed(name: str, *, day: str = "", seconds: float | None = 0.5) -> ArmResult:
    timing = Timing(latency_seconds=seconds, taken_over=bool(day), measured_on=f"{day}T10:00+00:00" if day else "")
    return ArmResult(name=name, timing=timing)


def test_that_a_time_of_an_earlier_run_says_so_wherever_it_stands() -> None:
    old, new = timed("rag", day="2026-01-02"), timed("prompt")
    assert time_of(0.5, old.timing) == "500 ms (earlier)"
    assert time_of(0.5, new.timing) == "500 ms"
    assert time_of(None, old.timing) == "-"
    costs = costs_of([old, new])
    assert price("rag", costs) == "500 ms per answer as measured earlier"
    assert price("prompt", costs) == "500 ms per answer"


def test_that_times_of_several_runs_are_not_passed_off_as_comparable() -> None:
    old, older, new = timed("rag", day="2026-01-02"), timed("tuned", day="2026-01-01"), timed("prompt")
    assert earlier_times([new]) == ""
    assert earlier_times([old, timed("cut short", seconds=None)]) == (
        "All times were measured in an earlier run (2026-01-02)."
    )
    said = earlier_times([old, older, new])
    assert said.startswith("The times of rag and tuned were measured in earlier runs (2026-01-01 to 2026-01-02), the")
