"""The verdict: paired per question, corrected over all pairs of arms, plain about what it cannot tell."""

from collections.abc import Mapping, Sequence

from workbench.compare.by_tag import decide_by_tag
from workbench.compare.cost import Cost
from workbench.compare.pairs import compare_pairs, correct, paired_differences
from workbench.compare.ranking import find_best, find_kind
from workbench.compare.score_table import Scores, ScoreTable, tabulate
from workbench.compare.terms import Terms
from workbench.compare.verdict_sentences import Known, explain
from workbench.compare.verdict_types import PairResult, Verdict, VerdictKind
from workbench.compare.worth import Candidates, Choice, choose
from workbench.scoring.planning import questions_to_win

_SCORED_SHARE = 0.8
"""An arm with fewer scored questions than this share is not judged: what is missing may be what it cannot do."""


def decide(
    scores: Mapping[str, Scores],
    costs: Mapping[str, Cost],
    *,
    metric: str,
    example_ids: Sequence[str],
    terms: Terms | None = None,
    seed: int = 0,
) -> Verdict:
    """The verdict on `scores` (arm to scores), which decides nothing where nothing was measured."""
    return decide_on_table(tabulate(scores, example_ids), costs, metric=metric, terms=terms, seed=seed)


def decide_on_table(
    whole: ScoreTable, costs: Mapping[str, Cost], *, metric: str, terms: Terms | None = None, seed: int = 0
) -> Verdict:
    """`decide` on scores that are a matrix already."""
    terms = terms or Terms()
    margin = terms.margin
    judged = _judged(whole)
    pairs = correct([compare_pairs(judged, seed=seed)])[0]
    best = find_best(judged.arms, pairs)
    kind = find_kind(judged.arms, best, pairs, margin)
    needed = _questions_needed(judged, pairs, margin) if kind is VerdictKind.UNDECIDED else None
    verdict = Verdict(
        metric=metric,
        kind=kind,
        winner=best[0] if kind is VerdictKind.WINNER else None,
        best=tuple(best),
        questions_needed=needed,
        more_questions_needed=None if needed is None else max(0, needed - _fewest(pairs)),
        margin=margin,
        pairs=tuple(pairs),
        means=judged.means(),
        scored=whole.counts(),
        by_tag=decide_by_tag(judged, terms.tags, margin=margin, seed=seed) if len(judged.arms) > 1 else (),
        notes=terms.notes,
        questions=len(whole.questions),
    )
    return with_choice(verdict, costs, terms)


def with_choice(verdict: Verdict, costs: Mapping[str, Cost], terms: Terms) -> Verdict:
    """The verdict with the recommendation of other weights or another economy, and its sentences.

    Takes no time at all: for a slider that is being moved. A verdict of an earlier version stays as it is.
    """
    if verdict.best and not verdict.means:
        return verdict
    candidates = Candidates(verdict.means, verdict.best, verdict.pairs, costs, terms.economy)
    choice = choose(candidates, terms.weights) if verdict.questions != 1 else Choice()
    chosen = verdict.model_copy(update={"recommended": choice.recommended, "flip_points": choice.flip_points})
    return chosen.model_copy(update={"reasons": tuple(explain(chosen, Known(candidates, choice, terms)))})


def _judged(table: ScoreTable) -> ScoreTable:
    """The arms with enough scores, best mean first."""
    means, counts = table.means(), table.counts()
    judged = [arm for arm in means if counts[arm] >= _SCORED_SHARE * len(table.questions)]
    return table.of_arms(sorted(judged, key=lambda arm: -means[arm]))


def _fewest(pairs: Sequence[PairResult]) -> int:
    """Questions that a pair of the best arm was compared on, at least."""
    return min(pair.questions for pair in pairs if pair.second == pairs[0].second)


def _questions_needed(table: ScoreTable, pairs: Sequence[PairResult], margin: float) -> int | None:
    """Questions in all that find the best arm with 80 % power, if it is `margin` better than every rival.

    Rivals that are beaten already are further away: their lower end is taken, where it is beyond the margin.
    """
    own = [pair for pair in pairs if pair.second == table.arms[0]] if table.arms else []
    if not own:
        return None
    differences = paired_differences(table, table.arms[0], [pair.first for pair in own])
    if not len(differences):
        return None
    separated_rivals = sum(pair.is_separated for pair in pairs if pair.second != table.arms[0])
    margins = [max(margin, pair.low) if pair.is_separated else margin for pair in own]
    return questions_to_win(differences, margins, pairs=len(pairs) - separated_rivals)
