"""The cost axis: money where servers or this computer's hour have a price, else seconds of this computer."""

from math import isfinite

from workbench.compare.cost import cost_per_answer, costs_of, has_prices
from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.scatter import Against
from workbench.compare.wording import dollars, seconds


def cost_axis(facts: Facts) -> Against:
    """What the axis says."""
    economy, title = facts.economy, "Quality against cost"
    spread = f"training and indexing spread over {economy.questions:,} questions"
    if not _in_money(facts):
        note = f"Seconds of this computer: answering, with {spread}.{_unknown(facts)}"
        return Against(title, "Computer time per answer", facts.title, _seconds, note=note)
    if economy.dollars_per_hour is None:
        note = "What servers charge; this computer's time has no price unless you give it one under Trade-offs."
    else:
        hour = dollars(economy.dollars_per_hour)
        note = f"What servers charge, and this computer's time at {hour} an hour, {spread}.{_unknown(facts)}"
    return Against(title, "Cost of an answer", facts.title, dollars, note=note)


def cost_by_arm(facts: Facts) -> dict[str, float]:
    """The cost of an answer in the axis' unit, of the arms whose cost is known."""
    costs = cost_per_answer(costs_of(facts.arms), facts.economy)
    return {arm: cost for arm, cost in costs.items() if isfinite(cost)}


def timed_earlier(facts: Facts) -> set[str]:
    """Arms whose times were measured in an earlier run."""
    return {arm.name for arm in facts.arms if arm.timing.taken_over and arm.timing.latency_seconds is not None}


def priced_earlier(facts: Facts) -> set[str]:
    """Of these, those whose cost goes by it: not what a server charges."""
    if _in_money(facts) and facts.economy.dollars_per_hour is None:
        return set()
    return timed_earlier(facts) - {arm.name for arm in facts.arms if arm.cost}


def _in_money(facts: Facts) -> bool:
    return has_prices(costs_of(facts.arms), facts.economy)


def _unknown(facts: Facts) -> str:
    """A sentence about what counts as nothing because nobody knows it."""
    names = [arm.name for arm in facts.arms if arm.indexing_seconds is None]
    return f" Indexing is not known for {', '.join(names)}." if names else ""


def _seconds(value: float) -> str:
    return "0" if value == 0 else f"{1000 * value:.2g} ms" if value < 0.01 else seconds(value).replace(".0 ", " ")
