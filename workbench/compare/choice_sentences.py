"""Why an arm is recommended, and when another one would be: in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from workbench.compare.cost import Cost, all_cheapest, money_per_answer
from workbench.compare.verdict_types import FlipPoint, Verdict
from workbench.compare.weights import Measure, Weights
from workbench.compare.wording import dollars, listed, percent, points, seconds, size
from workbench.compare.worth import Candidates, Choice

_PRICES_SHOWN = 2
"""Rivals whose price stands beside the recommended one's; the table has all."""
_UNKNOWN = "cost unknown"
_AT_ONCE = 0.005
"""A weight that is shown as 0 %."""
WORDS = {
    Measure.QUALITY: "quality",
    Measure.LATENCY: "speed",
    Measure.MEMORY: "memory",
    Measure.COST: "cost",
}


def about_choice(verdict: Verdict, candidates: Candidates, choice: Choice, weights: Weights) -> Iterator[str]:
    """Nothing where there is nothing to choose from."""
    chosen = choice.recommended
    if chosen is None or not verdict.pairs:
        return
    if choice.worths is None:
        yield from _about_cheapest(chosen, candidates)
    else:
        yield from _about_worth(chosen, verdict, candidates, choice.worths, weights)
        yield from _about_useless([arm for arm in candidates.means if arm not in choice.worths], candidates)
    for arm, measure in choice.unknown:
        yield f"How fast {arm} answers was not measured: its {WORDS[measure]} counts as the worst."
    yield from about_flips(choice.flip_points, chosen, candidates.costs)


def _about_cheapest(chosen: str, candidates: Candidates) -> Iterator[str]:
    """Nothing where one arm is best: that it is recommended needs no reason."""
    able = [arm for arm in candidates.alike if arm in candidates.eligible]
    useless = [arm for arm in candidates.best if arm not in candidates.eligible]
    behind = [arm for arm in candidates.best if arm not in (*candidates.alike, *useless)]
    if len(candidates.best) < 2:
        return
    others = [arm for arm in able if arm != chosen]
    rest = "".join(f"; {arm}: {_whole_price(arm, candidates)}" for arm in others[:_PRICES_SHOWN])
    prices = f"{_whole_price(chosen, candidates)}{rest}"
    if not others and not behind:
        yield f"{chosen} is recommended: it alone of these was ever right."
    elif not others:
        yield f"{chosen} is recommended: of these it alone is likely to be the best."
    elif all(_whole_price(arm, candidates) == _UNKNOWN for arm in able):
        yield f"{chosen} is recommended for its mean alone: what an answer takes was not measured."
    elif len(alike := all_cheapest(able, candidates.costs, candidates.economy)) > 1:
        rivals = [arm for arm in alike if arm != chosen]
        is_higher = all(candidates.means[chosen] > candidates.means[arm] for arm in rivals)
        why = "and its mean is higher" if is_higher else "and its mean is no lower"
        yield f"{chosen} is recommended: it costs about as much as {listed(rivals)}, {why} ({prices})."
    else:
        yield f"{chosen} is recommended: of the best it is the cheapest ({prices})."
    yield from _about_behind(behind, candidates)
    yield from _about_useless(useless, candidates)


def _about_behind(arms: Sequence[str], candidates: Candidates) -> Iterator[str]:
    """Why an arm that is not beaten is no choice that would be cheaper."""
    if arms:
        names = listed([f"{arm} ({price(arm, candidates.costs)})" for arm in arms])
        verb, it = ("is", "it is") if len(arms) == 1 else ("are", "they are")
        top = candidates.best[0]
        yield f"{names} {verb} behind {top} if only this pair is looked at: {it} not recommended, whatever the price."


def _about_useless(arms: Sequence[str], candidates: Candidates) -> Iterator[str]:
    """Why an arm is no choice that would be cheaper, or as good for all that these questions tell."""
    if arms:
        names = listed([f"{arm} ({price(arm, candidates.costs)})" for arm in arms])
        verb, it = ("was", "it is") if len(arms) == 1 else ("were", "they are")
        yield f"{names} {verb} never right: {it} not recommended, whatever the price."


def _whole_price(arm: str, candidates: Candidates) -> str:
    """What decides which is the cheapest: where this computer's hour has a price, all in money."""
    if candidates.economy.dollars_per_hour is None:
        return price(arm, candidates.costs)
    money = money_per_answer(candidates.costs.get(arm, Cost()), candidates.economy)
    return f"{dollars(money)} per answer with training and indexing" if isfinite(money) else _UNKNOWN


def _about_worth(
    chosen: str, verdict: Verdict, candidates: Candidates, worths: Mapping[str, float], weights: Weights
) -> Iterator[str]:
    said = listed([f"{WORDS[measure]} {percent(share)}" for measure, share in weights.shares.items() if share > 0])
    rivals = [arm for arm in worths if arm != chosen]
    rest = f", that of the next, {rivals[0]}, {worths[rivals[0]]:.2f}" if rivals else ""
    yield f"With {said} {chosen} is recommended: its worth is {worths[chosen]:.2f} of 1{rest}."
    if chosen not in candidates.alike and chosen in candidates.means:
        lost = candidates.means[verdict.best[0]] - candidates.means[chosen]
        yield f"It answers worse than {verdict.best[0]} by {points(lost)}, which the other weights make up for."
    elif len(candidates.alike) > 1:
        yield f"{listed(candidates.alike)} count as equally good: these questions cannot tell them apart."


def about_flips(points: Sequence[FlipPoint], chosen: str, costs: Mapping[str, Cost]) -> Iterator[str]:
    """Like "tuned (0.4 s per answer) would be recommended instead of rag (3 s per answer) if speed weighed more than
    66 %": a sentence for each arm that would take over.
    """
    by_arm: dict[str, list[FlipPoint]] = {}
    for point in points:
        by_arm.setdefault(point.arm, []).append(point)
    for arm, own in by_arm.items():
        when = _any_of([_condition(point) for point in own])
        unsure = any(_range(point) for point in own)
        why = "; the ranges are those of their difference in quality" if unsure else ""
        instead = f"instead of {chosen} ({price(chosen, costs)})"
        yield f"{arm} ({price(arm, costs)}) would be recommended {instead} {when}{why}."


def _condition(point: FlipPoint) -> str:
    word = WORDS[point.measure]
    if point.is_above and point.weight < _AT_ONCE:
        return f"as soon as {word} counted at all"
    return f"if {word} weighed {'more' if point.is_above else 'less'} than {percent(point.weight)}{_range(point)}"


def _any_of(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _range(point: FlipPoint) -> str:
    """The chance in the measured quality, where it moves the point by more than a rounding."""
    if point.low is None or point.high is None or point.high - point.low < 2 * _AT_ONCE:
        return ""
    return f" ({100 * point.low:.0f} to {100 * point.high:.0f} %)"


def price(arm: str, costs: Mapping[str, Cost]) -> str:
    """What an answer of the arm takes."""
    cost = costs.get(arm)
    if cost is None:
        return _UNKNOWN
    parts = [f"{dollars(cost.dollars)} per answer"] if cost.dollars else []
    earlier = " as measured earlier" if cost.is_earlier else ""
    parts += [] if cost.latency_seconds is None else [f"{seconds(cost.latency_seconds)} per answer{earlier}"]
    parts += [size(cost.memory_bytes)] if cost.memory_bytes else []
    return ", ".join(parts) or _UNKNOWN
