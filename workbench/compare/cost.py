"""What an arm costs, and which of several is the cheapest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

_ALIKE = 0.10
"""Costs closer than this share are the same: a median of ten answers is not more exact."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an arm costs, for choosing among the best."""

    latency_seconds: float | None = None
    memory_bytes: int = 0
    training_seconds: float = 0.0
    dollars: float = 0.0
    """Per answer; 0 on this computer, and where a server's price is not known."""


def cheapest(best: Sequence[str], costs: Mapping[str, Cost]) -> str | None:
    """By money, then latency, then memory, then training; costs that are nearly alike leave it to the next."""
    candidates = list(best)
    for price in (_money, latency, _memory, _training):
        lowest = min((price(costs.get(arm, Cost())) for arm in candidates), default=inf)
        candidates = [arm for arm in candidates if price(costs.get(arm, Cost())) <= lowest * (1 + _ALIKE)]
    return candidates[0] if candidates else None


def latency(cost: Cost) -> float:
    """Seconds per answer; infinite where it was not measured."""
    return inf if cost.latency_seconds is None else cost.latency_seconds


def _money(cost: Cost) -> float:
    return cost.dollars


def _memory(cost: Cost) -> float:
    return float(cost.memory_bytes)


def _training(cost: Cost) -> float:
    return cost.training_seconds
