"""The verdict: paired per question, corrected over all pairs of arms, plain about what it cannot tell."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import inf

from workbench.compare.cost import Cost, cheapest, latency
from workbench.compare.types import FlipPoint, PairResult, Verdict, VerdictKind
from workbench.compare.verdict_sentences import explain
from workbench.scoring.statistics import (
    difference_interval,
    holm,
    paired_deviation,
    paired_test,
    questions_needed,
)

MARGIN = 0.05
"""A difference that matters, unless the user says otherwise: 5 points."""
_SCORED_SHARE = 0.8
"""An arm with fewer scored questions than this share is not judged: what is missing may be what it cannot do."""

Scores = Mapping[str, float | None]
"""Example id to the score of the first metric; None or absent where there is none."""


def decide(
    scores: Mapping[str, Scores],
    costs: Mapping[str, Cost],
    *,
    metric: str,
    example_ids: Sequence[str],
    margin: float = MARGIN,
    seed: int = 0,
) -> Verdict:
    """The verdict on `scores` (arm to scores), which decides nothing where nothing was measured."""
    scored = {arm: {i: v for i in example_ids if (v := own.get(i)) is not None} for arm, own in scores.items()}
    judged = [arm for arm in scored if scored[arm] and len(scored[arm]) >= _SCORED_SHARE * len(example_ids)]
    means = {arm: sum(scored[arm].values()) / len(scored[arm]) for arm in judged}
    ranked = sorted(judged, key=lambda arm: -means[arm])
    pairs = _compare_pairs(ranked, scored, seed)
    best = _find_best(ranked, pairs)
    kind = _find_kind(ranked, best, pairs, margin)
    recommended = cheapest(best, costs)
    verdict = Verdict(
        metric=metric,
        kind=kind,
        winner=best[0] if kind is VerdictKind.WINNER else None,
        best=tuple(best),
        recommended=recommended,
        more_questions_needed=_more_questions(best, scored, pairs, margin) if kind is VerdictKind.UNDECIDED else None,
        margin=margin,
        pairs=tuple(pairs),
        flip_points=tuple(_flip_points(recommended, means, costs)),
        questions=len(example_ids),
    )
    counts = {arm: len(own) for arm, own in scored.items()}
    return verdict.model_copy(update={"reasons": tuple(explain(verdict, means, counts, costs))})


def _compare_pairs(ranked: Sequence[str], scored: Mapping[str, Mapping[str, float]], seed: int) -> list[PairResult]:
    """Every pair over the questions that both have a score for, the better arm second."""
    found: list[tuple[str, str, list[float], list[float]]] = []
    for better, worse in combinations(ranked, 2):
        common = [i for i in scored[better] if i in scored[worse]]
        if common:
            found.append((worse, better, [scored[worse][i] for i in common], [scored[better][i] for i in common]))
    raw = [paired_test(first, second, seed=seed) for _, _, first, second in found]
    results = []
    for (worse, better, first, second), p_value, corrected in zip(found, raw, holm(raw), strict=True):
        interval = difference_interval(first, second)
        results.append(
            PairResult(
                first=worse,
                second=better,
                difference=interval.estimate,
                low=interval.low,
                high=interval.high,
                p_value=p_value,
                corrected_p_value=corrected,
                questions=len(first),
            )
        )
    return results


def _find_best(ranked: Sequence[str], pairs: Sequence[PairResult]) -> list[str]:
    beaten = {pair.first for pair in pairs if ranked and pair.second == ranked[0] and pair.is_separated}
    return [arm for arm in ranked if arm not in beaten]


def _find_kind(ranked: Sequence[str], best: Sequence[str], pairs: Sequence[PairResult], margin: float) -> VerdictKind:
    if len(ranked) < 2:
        return VerdictKind.UNDECIDED
    if len(best) == 1:
        return VerdictKind.WINNER
    among = [pair for pair in pairs if pair.first in best and pair.second in best]
    alike = all(-margin <= pair.low and pair.high <= margin for pair in among)
    return VerdictKind.EQUIVALENT if among and alike else VerdictKind.UNDECIDED


def _more_questions(
    best: Sequence[str], scored: Mapping[str, Mapping[str, float]], pairs: Sequence[PairResult], margin: float
) -> int | None:
    """Questions beyond the present ones that give 80 % power for `margin` between the best arm and its hardest rival.

    Holm tests the pairs that are not separated yet at 0.05 divided by their number.
    """
    rivals = [pair for pair in pairs if best and best[0] in (pair.first, pair.second) and not pair.is_separated]
    if not rivals:
        return None
    alpha = 0.05 / sum(not pair.is_separated for pair in pairs)
    more = 0
    for pair in rivals:
        common = [i for i in scored[pair.first] if i in scored[pair.second]]
        deviation = paired_deviation([scored[pair.first][i] for i in common], [scored[pair.second][i] for i in common])
        more = max(more, questions_needed(deviation, difference=margin, alpha=alpha) - len(common))
    return more


def _flip_points(recommended: str | None, means: Mapping[str, float], costs: Mapping[str, Cost]) -> list[FlipPoint]:
    """The faster arms that take over when speed counts enough, the first of them first.

    An arm's worth is (1 - w) * quality + w * speed, with speed = the fastest latency / its latency.
    """
    latencies = {arm: cost for arm in means if 0 < (cost := latency(costs.get(arm, Cost()))) < inf}
    if recommended is None or recommended not in latencies:
        return []
    fastest = min(latencies.values())
    found = []
    for arm, needed in latencies.items():
        lost = means[recommended] - means[arm]
        gained = fastest / needed - fastest / latencies[recommended]
        if arm != recommended and lost > 0 and gained > 0 and means[arm] > 0:  # never right is never a choice
            found.append(FlipPoint(arm=arm, speed_weight=lost / (lost + gained)))
    return sorted(found, key=lambda point: point.speed_weight)
