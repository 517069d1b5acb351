"""The verdict in sentences, with the numbers behind each."""

from collections.abc import Iterator, Mapping, Sequence

from workbench.compare.cost import Cost
from workbench.compare.types import PairResult, Verdict, VerdictKind
from workbench.compare.wording import dollars, percent, points, seconds, size

_PRICES_SHOWN = 2
"""Rivals whose price stands beside the recommended one's; the table has all."""


def explain(
    verdict: Verdict, means: Mapping[str, float], counts: Mapping[str, int], costs: Mapping[str, Cost]
) -> Iterator[str]:
    """Sentences for people; `means` has the judged arms, `counts` the scored questions of every arm."""
    yield from _about_quality(verdict, means)
    yield from _about_choice(verdict, costs)
    yield from _about_gaps(verdict, means, counts)


def _about_quality(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    if not means:
        yield "No arm has enough scored answers: there is nothing to decide on."
        return
    if len(means) == 1:
        only = verdict.best[0]
        yield f"Only {only} was measured ({percent(means[only])}): there is nothing to compare it with."
        return
    top = verdict.best[0]
    match verdict.kind:
        case VerdictKind.WINNER:
            yield from _about_winner(verdict, means)
        case VerdictKind.EQUIVALENT:
            yield (
                f"{listed(verdict.best)} are equally good: they differ by less than {points(verdict.margin)}, "
                f"whatever chance did ({_interval(_closest(verdict, top))}, {verdict.questions} questions)."
            )
        case VerdictKind.UNDECIDED:
            yield from _about_doubt(verdict, means)
    beaten = [arm for arm in means if arm not in verdict.best]
    if beaten and len(verdict.best) > 1:
        parts = listed([f"{arm} ({percent(means[arm])})" for arm in beaten])
        verb = "is" if len(beaten) == 1 else "are"
        yield f"{parts} {verb} worse than {top} ({percent(means[top])}) by more than chance explains."
    if not any(means.values()):
        yield "No arm answered a single question right: look at the answers before choosing."


def _about_winner(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    top, pair = verdict.best[0], _closest(verdict, verdict.best[0])
    tests = f" after correction for {len(verdict.pairs)} pairs" if len(verdict.pairs) > 1 else ""
    yield (
        f"{top} answers best: {percent(means[top])}, the next is {pair.first} with {percent(means[pair.first])}. "
        f"The difference is {points(pair.difference)} ({_interval(pair)}, {pair.questions} questions)."
    )
    worst = max(p.corrected_p_value for p in verdict.pairs if p.second == top)
    yield f"It beats every other arm by more than chance explains (p {_p_value(worst)}{tests})."


def _about_doubt(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    top, pair = verdict.best[0], _closest(verdict, verdict.best[0])
    parts = listed([f"{arm} ({percent(means[arm])})" for arm in verdict.best])
    yield (
        f"{parts} cannot be told apart on these {verdict.questions} questions: the difference between {top} and "
        f"{pair.first} is {points(pair.difference)} ({_interval(pair)})."
    )
    more = verdict.more_questions_needed
    if more:
        yield f"About {more} more questions would show a difference of {points(verdict.margin)} in 4 of 5 comparisons."
    elif more == 0:
        yield (
            f"These questions are enough to find a difference of {points(verdict.margin)} in 4 of 5 comparisons: "
            "if there is one, it is probably smaller."
        )


def _about_choice(verdict: Verdict, costs: Mapping[str, Cost]) -> Iterator[str]:
    chosen = verdict.recommended
    if chosen is None or len(verdict.pairs) == 0:
        return
    if len(verdict.best) > 1:
        others = [arm for arm in verdict.best if arm != chosen][:_PRICES_SHOWN]
        prices = f"{_price(chosen, costs)}; {_prices(others, costs)}"
        yield f"{chosen} is recommended: of the best it is the cheapest ({prices})."
    if verdict.flip_points:
        point = verdict.flip_points[0]
        yield (
            f"{point.arm} ({_price(point.arm, costs)}) would be the better choice than {chosen} "
            f"({_price(chosen, costs)}) only if speed weighed more than {percent(point.speed_weight)} against quality."
        )


def _about_gaps(verdict: Verdict, means: Mapping[str, float], counts: Mapping[str, int]) -> Iterator[str]:
    for arm, count in counts.items():
        if arm not in means:
            yield f"{arm} is not judged: only {count} of {verdict.questions} questions have a score."
        elif count < verdict.questions:
            yield f"{arm} has a score for {count} of {verdict.questions} questions; its pairs do without the others."


def _closest(verdict: Verdict, top: str) -> PairResult:
    """The pair of the best arm with the strongest rival."""
    return min((pair for pair in verdict.pairs if pair.second == top), key=lambda pair: pair.difference)


def _interval(pair: PairResult) -> str:
    return f"95 % interval {100 * pair.low:+.0f} to {100 * pair.high:+.0f}"


def _p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _price(arm: str, costs: Mapping[str, Cost]) -> str:
    cost = costs.get(arm)
    if cost is None:
        return "cost unknown"
    parts = [f"{dollars(cost.dollars)} per answer"] if cost.dollars else []
    parts += [] if cost.latency_seconds is None else [f"{seconds(cost.latency_seconds)} per answer"]
    parts += [size(cost.memory_bytes)] if cost.memory_bytes else []
    return ", ".join(parts) or "cost unknown"


def _prices(arms: Sequence[str], costs: Mapping[str, Cost]) -> str:
    return "; ".join(f"{arm}: {_price(arm, costs)}" for arm in arms)


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
