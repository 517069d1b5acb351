"""The cost axis: money where servers have a price, else the seconds of training and indexing spread over questions."""

from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.scatter import Against
from workbench.compare.types import ArmResult
from workbench.compare.wording import dollars, seconds

SPREAD_OVER = 10_000
"""Questions that training and indexing are spread over, unless the user said how many he has."""


def cost_axis(facts: Facts) -> Against:
    """What the axis says."""
    title = "Quality against cost"
    if _has_prices(facts):
        note = "Without a price: arms that answer on this computer cost no money."
        return Against(title, "Price of an answer", facts.title, dollars, note=note)
    note = f"Training and indexing, spread over {SPREAD_OVER:,} questions."
    return Against(title, "Preparation per question", facts.title, _seconds, note=note)


def cost_of(arm: ArmResult, facts: Facts) -> float | None:
    """The cost of an answer in the axis' unit."""
    if _has_prices(facts):
        return arm.cost or 0.0
    if arm.indexing_seconds is None:
        return None
    return (arm.training_seconds + arm.indexing_seconds) / SPREAD_OVER


def _has_prices(facts: Facts) -> bool:
    return any(arm.cost is not None for arm in facts.arms)


def _seconds(value: float) -> str:
    return "0" if value == 0 else f"{1000 * value:.2g} ms" if value < 0.01 else seconds(value)
