"""Arms whose model is on a server: what they cost, and what that does to the recommendation."""

import pytest

from workbench.compare.cost import Cost, cheapest
from workbench.compare.summing_up import mean_cost
from workbench.compare.trial_types import Trial
from workbench.compare.wording import dollars


def test_that_of_equally_good_arms_the_one_that_costs_no_money_is_recommended() -> None:
    costs = {"far": Cost(0.2, 0, 0.0, dollars=0.001), "near": Cost(3.0, 10**9, 60.0)}
    assert cheapest(["far", "near"], costs) == "near"
    assert cheapest(["far", "near"], {**costs, "far": Cost(0.2)}) == "far"


def test_that_prices_that_are_nearly_alike_leave_it_to_speed() -> None:
    costs = {"a": Cost(2.0, dollars=0.00100), "b": Cost(1.0, dollars=0.00105)}
    assert cheapest(["a", "b"], costs) == "b"


def test_that_the_mean_counts_what_has_a_price() -> None:
    trials = [Trial(arm="a", example_id=str(n), cost=cost) for n, cost in enumerate((0.001, None, 0.003))]
    assert mean_cost(trials) == pytest.approx(0.002)
    assert mean_cost(trials[1:2]) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (0.0, "$0"), (12.345, "$12.35"), (0.5, "$0.50"), (0.0123, "$0.012"), (0.000021, "$0.000021")],
)
def test_that_dollars_show_two_digits_that_say_something(value: float | None, said: str) -> None:
    assert dollars(value) == said
