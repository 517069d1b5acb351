"""What an arm costs, and which of several is the cheapest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from workbench.compare.arm_types import ArmResult
from workbench.compare.economy import Economy

ALIKE = 0.10
"""Costs closer than this share are the same: a median of ten answers is not more exact."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an arm costs, for choosing among the best."""

    latency_seconds: float | None = None
    memory_bytes: int = 0
    training_seconds: float = 0.0
    dollars: float = 0.0
    """Per answer; 0 on this computer, and where a server's price is not known."""
    indexing_seconds: float | None = 0.0
    """Of the whole collection; None where nobody knows."""
    is_earlier: bool = False
    """Whether the latency was measured in an earlier run."""

    @property
    def preparing_seconds(self) -> float:
        """Training and indexing, once; what is not known counts as 0."""
        return self.training_seconds + (self.indexing_seconds or 0.0)


def costs_of(results: Iterable[ArmResult]) -> dict[str, Cost]:
    """What was measured of the arms."""
    return {
        result.name: Cost(
            latency_seconds=result.timing.latency_seconds,
            is_earlier=result.timing.taken_over,
            memory_bytes=result.memory_bytes,
            training_seconds=result.training_seconds,
            dollars=result.cost or 0.0,
            indexing_seconds=result.indexing_seconds,
        )
        for result in results
    }


def cheapest(best: Sequence[str], costs: Mapping[str, Cost], economy: Economy | None = None) -> str | None:
    """The first of `all_cheapest`."""
    found = all_cheapest(best, costs, economy)
    return found[0] if found else None


def all_cheapest(best: Sequence[str], costs: Mapping[str, Cost], economy: Economy | None = None) -> list[str]:
    """By money, then latency, then memory, then training and indexing; nearly alike ones leave it to the next."""
    candidates, prices = list(best), economy or Economy()

    def money(cost: Cost) -> float:
        return money_per_answer(cost, prices)

    for price in (money, latency, memory, _preparing):
        lowest = min((price(costs.get(arm, Cost())) for arm in candidates), default=inf)
        candidates = [arm for arm in candidates if price(costs.get(arm, Cost())) <= lowest * (1 + ALIKE)]
    return candidates


def latency(cost: Cost) -> float:
    """Seconds per answer; infinite where it was not measured."""
    return inf if cost.latency_seconds is None else cost.latency_seconds


def memory(cost: Cost) -> float:
    """Bytes on this computer; infinite where nothing at all was measured of the arm (a server takes none)."""
    return inf if cost.memory_bytes == 0 and cost.latency_seconds is None else float(cost.memory_bytes)


def machine_seconds(cost: Cost, economy: Economy) -> float:
    """Seconds of this computer per answer: answering, unless a server does it, and its share of training and indexing;
    infinite where the latency was not measured.
    """
    answering = 0.0 if cost.dollars else latency(cost)
    return answering + spread_seconds(cost, economy)


def money_per_answer(cost: Cost, economy: Economy) -> float:
    """The server's price and, where this computer's hour has a price, that of its seconds."""
    if economy.dollars_per_hour is None:
        return cost.dollars
    return cost.dollars + machine_seconds(cost, economy) * economy.dollars_per_hour / 3600


def cost_per_answer(costs: Mapping[str, Cost], economy: Economy) -> dict[str, float]:
    """What the arms' answers cost, to be compared with each other: in dollars where anything has a price, else in
    seconds of this computer.
    """
    price = money_per_answer if has_prices(costs, economy) else machine_seconds
    return {arm: price(cost, economy) for arm, cost in costs.items()}


def spread_seconds(cost: Cost, economy: Economy) -> float:
    """An answer's share of training and indexing."""
    return cost.preparing_seconds / economy.questions


def has_prices(costs: Mapping[str, Cost], economy: Economy) -> bool:
    """Whether costs are counted in money: a server has a price, or this computer's hour."""
    return economy.dollars_per_hour is not None or any(cost.dollars for cost in costs.values())


def _preparing(cost: Cost) -> float:
    return cost.preparing_seconds
