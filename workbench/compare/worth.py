"""Which arm to choose when more than quality counts, and where that choice changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite

from workbench.compare.cost import ALIKE, Cost, cheapest, cost_per_answer, latency, memory
from workbench.compare.economy import Economy
from workbench.compare.verdict_types import FlipPoint, PairResult
from workbench.compare.weights import Measure, Weights

_SAME = 1e-9

Shares = Mapping[Measure, float]
"""Of one arm: 1 is the best of all arms, half of it is half as good."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the choice is made from."""

    means: Mapping[str, float]
    """Mean score of the judged arms."""
    best: Sequence[str]
    """Those that cannot be told apart from the best one, best mean first."""
    pairs: Sequence[PairResult]
    costs: Mapping[str, Cost]
    economy: Economy = field(default_factory=Economy)

    @property
    def alike(self) -> list[str]:
        """Of the best, those that are not behind the first one by their own interval either: that a correction over
        all pairs leaves a clear difference unproved makes a bad arm no safe choice."""
        behind = {pair.first for pair in self.pairs if self.best and pair.second == self.best[0] and pair.low > 0}
        return [arm for arm in self.best if arm not in behind]

    @property
    def eligible(self) -> list[str]:
        """Arms that can be recommended, best mean first; one that is never right is no choice, however fast."""
        able = [arm for arm in self.means if self.means[arm] > 0]
        return sorted(able or self.means, key=lambda arm: -self.means[arm])


@dataclass(frozen=True, slots=True)
class Choice:
    """The recommendation, and what it rests on."""

    recommended: str | None = None
    worths: Mapping[str, float] | None = None
    """Of the arms that can be recommended, 0..1, highest first; None where only quality counts."""
    flip_points: tuple[FlipPoint, ...] = ()
    unknown: tuple[tuple[str, Measure], ...] = ()
    """Arms whose measure counts but was not taken: their share of it is 0."""


def choose(found: Candidates, weights: Weights) -> Choice:
    """The arm with the highest worth (`weights.MEANING`); of equal ones the cheapest. None where none is ever right."""
    if not found.best or not any(found.means.values()):
        return Choice()
    shares = shares_of(found)
    counts = weights.shares
    worths = {arm: sum(counts[measure] * own[measure] for measure in Measure) for arm, own in shares.items()}
    highest = max(worths.values())
    equal = [arm for arm in worths if worths[arm] >= highest - _SAME]
    recommended = cheapest(equal, found.costs, found.economy)
    if weights.is_quality_only:
        able = [arm for arm in found.alike if arm in shares]
        recommended = cheapest(able, found.costs, found.economy)
    return Choice(
        recommended=recommended,
        worths=None if weights.is_quality_only else dict(sorted(worths.items(), key=lambda item: -item[1])),
        flip_points=tuple(_flip_points(recommended, shares, found, weights)) if recommended in shares else (),
        unknown=tuple(_unknown(found, weights)),
    )


def shares_of(found: Candidates) -> dict[str, dict[Measure, float]]:
    """Every eligible arm's shares of the best."""
    arms = found.eligible
    costs = cost_per_answer({arm: found.costs.get(arm, Cost()) for arm in arms}, found.economy)
    values = {
        Measure.LATENCY: {arm: latency(found.costs.get(arm, Cost())) for arm in arms},
        Measure.MEMORY: {arm: memory(found.costs.get(arm, Cost())) for arm in arms},
        Measure.COST: costs,
    }
    qualities = _qualities(found)
    low = {measure: _shares_of_lowest(own) for measure, own in values.items()}
    return {arm: {Measure.QUALITY: qualities[arm], **{m: own[arm] for m, own in low.items()}} for arm in arms}


def _qualities(found: Candidates) -> dict[str, float]:
    """Means by the best mean; arms that count as good as the best one share it."""
    top, alike = found.means[found.best[0]], found.alike
    return {arm: 1.0 if arm in alike else (found.means[arm] / top if top > 0 else 0.0) for arm in found.eligible}


def _shares_of_lowest(values: Mapping[str, float]) -> dict[str, float]:
    """The lowest by each: where something is free, what costs has no share. Nobody measured: no difference."""
    lowest = min(values.values(), default=inf)
    if not isfinite(lowest):
        return dict.fromkeys(values, 1.0)
    return {arm: 1.0 if value <= lowest * (1 + ALIKE) else lowest / value for arm, value in values.items()}


def _unknown(found: Candidates, weights: Weights) -> list[tuple[str, Measure]]:
    """Latency is what may be missing; costs counted in machine time need it, too."""
    needed = [m for m in (Measure.LATENCY, Measure.COST) if weights.of(m) > 0]
    arms = [arm for arm in found.eligible if not isfinite(latency(found.costs.get(arm, Cost())))]
    return [(arm, measure) for measure in needed[:1] for arm in arms]


def _flip_points(
    recommended: str, shares: Mapping[str, Shares], found: Candidates, weights: Weights
) -> list[FlipPoint]:
    """For every measure the nearest change above its weight and the nearest below."""
    points, counts = [], weights.shares
    rivals = [arm for arm in shares if arm != recommended]
    for measure in Measure:
        rest = _rest(weights, measure)
        crossings = []
        for arm in sorted(rivals, key=lambda arm: -shares[arm][measure]) if rest else ():
            crossings += _crossing(arm, recommended, shares, found, (measure, counts[measure], rest))
        above = [point for point in crossings if point.is_above]
        below = [point for point in reversed(crossings) if not point.is_above]
        # Of several at one weight the first is the one that gains most beyond it.
        points += [min(above, key=lambda point: point.weight)] if above else []
        points += [max(below, key=lambda point: point.weight)] if below else []
    return points


def _rest(weights: Weights, measure: Measure) -> dict[Measure, float]:
    """The other measures' proportions; empty where this is the only one that counts (then its weight says nothing)."""
    others = {other: weights.of(other) for other in Measure if other is not measure}
    total = sum(others.values())
    return {other: weight / total for other, weight in others.items()} if total > 0 else {}


def _crossing(
    arm: str,
    recommended: str,
    shares: Mapping[str, Shares],
    found: Candidates,
    place: tuple[Measure, float, Mapping[Measure, float]],
) -> list[FlipPoint]:
    """Where `arm` overtakes: (1 - w) * what it lacks in the rest = w * what it has more of the measure."""
    measure, now, rest = place
    gains = shares[arm][measure] - shares[recommended][measure]
    if abs(gains) <= _SAME:
        return []

    def weight_at(quality: float) -> float | None:
        """For this lead of the recommended arm in quality."""
        lead = {m: shares[recommended][m] - shares[arm][m] for m in Measure} | {Measure.QUALITY: quality}
        others = sum(share * lead[other] for other, share in rest.items())
        own = lead[measure]
        return others / (others - own) if abs(others - own) > _SAME and others * own <= 0 else None

    lead = shares[recommended][Measure.QUALITY] - shares[arm][Measure.QUALITY]
    at = weight_at(lead)
    if at is None or (gains > 0) != (at >= now):
        return []
    low, high = _uncertain(weight_at, arm, recommended, found)
    return [FlipPoint(arm=arm, weight=at, measure=measure, is_above=gains > 0, low=low, high=high)]


def _uncertain(
    weight_at: Callable[[float], float | None], arm: str, recommended: str, found: Candidates
) -> tuple[float | None, float | None]:
    """The flip point for both ends of the interval of the arms' difference; where they count as equal, it is sharp."""
    pair = next((p for p in found.pairs if {p.first, p.second} == {arm, recommended}), None)
    top = found.means[found.best[0]]
    if pair is None or top <= 0 or {arm, recommended} <= set(found.alike):
        return None, None
    sign = 1 if pair.second == recommended else -1
    ends = [weight_at(sign * end / top) for end in (pair.low, pair.high)]
    known = sorted(end if end is not None else 0.0 for end in ends)
    return known[0], known[1]
