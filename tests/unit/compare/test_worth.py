"""Choosing when more than quality counts: shares, worth, and where the recommendation changes."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.compare.cost import Cost
from workbench.compare.economy import Economy
from workbench.compare.verdict_types import FlipPoint, PairResult
from workbench.compare.weights import Measure, Weights
from workbench.compare.worth import Candidates, choose, shares_of

GB = 1_000_000_000


def pair(first: str, second: str, difference: float, half: float) -> PairResult:
    low, high = difference - half, difference + half
    p_value = 0.001 if low > 0 else 0.5
    return PairResult(
        first=first,
        second=second,
        difference=difference,
        low=low,
        high=high,
        p_value=p_value,
        corrected_p_value=p_value,
        questions=100,
    )


RAG_AND_PROMPT = Candidates(
    means={"rag": 0.8, "prompt": 0.6},
    best=["rag"],
    pairs=[pair("prompt", "rag", 0.2, 0.08)],
    costs={"rag": Cost(4.0, 4 * GB), "prompt": Cost(1.0, 2 * GB)},
)


def test_that_shares_are_those_of_the_best() -> None:
    shares = shares_of(RAG_AND_PROMPT)
    assert shares["rag"] == {
        Measure.QUALITY: 1.0,
        Measure.LATENCY: 0.25,
        Measure.MEMORY: 0.5,
        Measure.COST: 0.25,
    }
    assert shares["prompt"][Measure.QUALITY] == pytest.approx(0.75)
    assert shares["prompt"][Measure.LATENCY] == 1.0


def test_that_the_highest_worth_is_recommended() -> None:
    assert choose(RAG_AND_PROMPT, Weights()).recommended == "rag"
    half = choose(RAG_AND_PROMPT, Weights(quality=1, latency=1))
    assert half.recommended == "prompt"
    assert half.worths == pytest.approx({"prompt": (0.75 + 1) / 2, "rag": (1 + 0.25) / 2})


def test_that_weights_count_by_their_proportion() -> None:
    small, large = Weights(quality=3, latency=1), Weights(quality=300, latency=100)
    assert small.shares == large.shares
    assert sum(small.shares.values()) == pytest.approx(1)
    with pytest.raises(ValidationError, match="at least one weight"):
        Weights(quality=0)


def test_that_arms_which_cannot_be_told_apart_count_as_equally_good() -> None:
    tied = Candidates(
        means={"rag": 0.8, "prompt": 0.6},
        best=["rag", "prompt"],
        pairs=[pair("prompt", "rag", 0.2, 0.3)],
        costs=RAG_AND_PROMPT.costs,
    )
    assert choose(tied, Weights()).recommended == "prompt", "the cheapest of the best"
    assert choose(tied, Weights(quality=99, memory=1)).recommended == "prompt", "no jump at the first other weight"


def _at(point: FlipPoint, weights: Weights, shift: float) -> Weights:
    """The weights with the flip point's measure a little beyond (or before) it."""
    others = {m: w for m, w in weights.shares.items() if m is not point.measure}
    total = sum(others.values())
    share = min(1.0, max(0.0, point.weight + shift))
    values = {m.value: w / total * (1 - share) for m, w in others.items()}
    return Weights(**values, **{point.measure.value: share})


SHARE = st.just(0.0) | st.floats(0.001, 1)
"""As sliders give it: nothing, or at least a tenth of a percent."""
MEASURED = st.fixed_dictionaries(
    {"mean": st.floats(0.05, 1), "latency": st.floats(0.1, 20), "memory": st.integers(GB, 20 * GB)}
)


@given(
    arms=st.lists(MEASURED, min_size=2, max_size=5),
    weights=st.builds(Weights, quality=st.floats(0.1, 1), latency=SHARE, memory=SHARE),
)
@settings(max_examples=150)
def test_that_the_recommendation_changes_at_a_flip_point_and_not_before(
    arms: list[dict[str, float]], weights: Weights
) -> None:
    means = {f"a{n}": arm["mean"] for n, arm in enumerate(arms)}
    best = max(means, key=lambda arm: means[arm])
    costs = {f"a{n}": Cost(arm["latency"], int(arm["memory"]), 60.0 * n) for n, arm in enumerate(arms)}
    found = Candidates(means, [best], [], costs)
    choice = choose(found, weights)
    for point in choice.flip_points:
        beyond, before = (0.001, -0.001) if point.is_above else (-0.001, 0.001)
        assert 0.0 <= point.weight <= 1.0
        if 0.002 < point.weight < 0.998 and abs(point.weight - weights.shares[point.measure]) > 0.002:
            still = choose(found, _at(point, weights, before))
            if still.worths is not None:
                assert max(still.worths.values()) - still.worths[choice.recommended or ""] < 1e-6
            after = choose(found, _at(point, weights, beyond)).worths or {}
            assert after[point.arm] >= after[choice.recommended or ""]


def test_that_the_uncertainty_of_quality_moves_the_flip_point() -> None:
    (point,) = [p for p in choose(RAG_AND_PROMPT, Weights()).flip_points if p.measure is Measure.LATENCY]
    # Of quality rag has .25 more (.10 to .35 with the interval of the difference), of speed .75 less.
    assert point.weight == pytest.approx(0.25 / (0.25 + 0.75))
    assert point.low == pytest.approx(0.15 / (0.15 + 0.75))
    assert point.high == pytest.approx(0.35 / (0.35 + 0.75))


def test_that_both_sides_of_a_weight_are_looked_at() -> None:
    choice = choose(RAG_AND_PROMPT, Weights(quality=1, latency=1))
    below = {point.measure: point for point in choice.flip_points if not point.is_above}
    assert below[Measure.LATENCY].arm == "rag"
    assert below[Measure.LATENCY].weight == pytest.approx(0.25)
    above = {point.measure: point for point in choice.flip_points if point.is_above}
    assert above[Measure.QUALITY].arm == "rag"
    assert above[Measure.QUALITY].weight == pytest.approx(0.75)


def test_that_an_arm_that_is_never_right_is_no_choice() -> None:
    found = Candidates({"rag": 0.5, "dumb": 0.0}, ["rag"], [], {"rag": Cost(9.0), "dumb": Cost(0.01)})
    choice = choose(found, Weights(quality=1, latency=100))
    assert choice.recommended == "rag"
    assert not choice.flip_points


def test_that_differences_below_a_tenth_do_not_count() -> None:
    found = Candidates({"a": 0.5, "b": 0.5}, ["a", "b"], [], {"a": Cost(1.00, GB), "b": Cost(1.05, GB)})
    assert not choose(found, Weights()).flip_points


def test_that_a_time_that_was_not_measured_is_said_and_counts_as_the_worst() -> None:
    found = Candidates({"a": 0.5, "b": 0.5}, ["a", "b"], [], {"a": Cost(None, GB), "b": Cost(1.0, 2 * GB)})
    choice = choose(found, Weights(quality=1, latency=1))
    assert choice.recommended == "b"
    assert choice.unknown == (("a", Measure.LATENCY),)


def test_that_nothing_is_recommended_of_nothing() -> None:
    assert choose(Candidates({}, [], [], {}), Weights()).recommended is None


def tuned_and_prompt(hour: float | None, **numbers: int) -> Mapping[str, float]:
    economy = Economy(dollars_per_hour=hour, **numbers)
    costs = {"tuned": Cost(1.0, GB, training_seconds=3600), "prompt": Cost(2.0, GB)}
    found = Candidates({"tuned": 0.5, "prompt": 0.5}, ["tuned", "prompt"], [], costs, economy)
    return {arm: shares[Measure.COST] for arm, shares in shares_of(found).items()}


def test_that_training_is_spread_over_the_questions_that_the_user_names() -> None:
    few = tuned_and_prompt(None, questions_per_month=100, months=1)
    assert few == {"tuned": pytest.approx(2.0 / (1.0 + 36)), "prompt": 1.0}
    many = tuned_and_prompt(None, questions_per_month=1000, months=36)
    assert many == {"tuned": 1.0, "prompt": pytest.approx(1.1 / 2.0)}
    assert tuned_and_prompt(0.8, questions_per_month=1000, months=36) == pytest.approx(many)


def test_that_a_server_with_a_price_is_weighed_against_the_hours_of_this_computer() -> None:
    costs = {"server": Cost(1.0, 0, dollars=0.002), "local": Cost(3.6, GB)}
    found = Candidates({"server": 0.5, "local": 0.5}, ["server", "local"], [], costs, Economy(dollars_per_hour=1.0))
    assert shares_of(found)["server"][Measure.COST] == pytest.approx(0.5)  # 0.1 cents against 0.2
    free = Candidates(found.means, found.best, [], costs)
    assert shares_of(free)["server"][Measure.COST] == 0.0, "without a price of the hour this computer is free"


def test_that_a_flip_point_of_an_earlier_version_opens() -> None:
    old = FlipPoint.model_validate({"arm": "fast", "speed_weight": 0.66})
    assert (old.measure, old.weight, old.is_above) == (Measure.LATENCY, 0.66, True)
