"""Which arm is best on each kind of question, corrected for asking so often."""

from collections.abc import Iterator, Mapping, Sequence

from workbench.compare.pairs import compare_pairs, correct
from workbench.compare.ranking import find_best, find_kind
from workbench.compare.score_table import ScoreTable
from workbench.compare.verdict_types import PairResult, TagVerdict, VerdictKind
from workbench.datasets.types import Example

FEWEST_QUESTIONS = 20
"""Of a tag, for a verdict of its own. On fewer, even arms that are 30 points apart would mostly not be told apart after
the correction for several tags and pairs."""


def tagged(examples: Sequence[Example]) -> dict[str, tuple[str, ...]]:
    """Tag to the ids of its questions, in the order in which tags first appear; tags of all questions say nothing."""
    found: dict[str, list[str]] = {}
    for example in examples:
        for tag in dict.fromkeys(example.tags):
            found.setdefault(tag, []).append(example.id)
    return {tag: tuple(ids) for tag, ids in found.items() if len(ids) < len(examples)}


def decide_by_tag(
    table: ScoreTable, tags: Mapping[str, Sequence[str]], *, margin: float, seed: int = 0
) -> tuple[TagVerdict, ...]:
    """A verdict for every tag, on the judged arms of `table`; Holm's correction over all pairs of all tags."""
    parts = {tag: table.of_questions(ids) for tag, ids in tags.items()}
    large = {tag: part for tag, part in parts.items() if len(part.questions) >= FEWEST_QUESTIONS}
    ranked = {tag: _ranked(part) for tag, part in large.items()}
    corrected = correct([compare_pairs(part, seed=seed) for part in ranked.values()])
    pairs = dict(zip(ranked, corrected, strict=True))
    return tuple(_verdicts(parts, ranked, pairs, margin))


def _ranked(table: ScoreTable) -> ScoreTable:
    means = table.means()
    return table.of_arms(sorted(means, key=lambda arm: -means[arm]))


def _verdicts(
    parts: Mapping[str, ScoreTable],
    ranked: Mapping[str, ScoreTable],
    pairs: Mapping[str, Sequence[PairResult]],
    margin: float,
) -> Iterator[TagVerdict]:
    for tag, part in parts.items():
        if tag not in ranked:
            yield TagVerdict(tag=tag, questions=len(part.questions), means=part.means(), is_too_small=True)
            continue
        best = find_best(ranked[tag].arms, pairs[tag])
        yield TagVerdict(
            tag=tag,
            questions=len(part.questions),
            kind=find_kind(ranked[tag].arms, best, pairs[tag], margin),
            best=tuple(best),
            means=ranked[tag].means(),
            pairs=tuple(pairs[tag]),
        )


def tags_that_differ(verdicts: Sequence[TagVerdict], overall: Sequence[str]) -> list[TagVerdict]:
    """Where the best arms of all questions are beaten: none of them is among the tag's best, or a tag has one winner
    that is only one of several best overall.
    """
    return [
        verdict
        for verdict in verdicts
        if verdict.best
        and (not set(verdict.best) & set(overall) or (verdict.kind is VerdictKind.WINNER and len(overall) > 1))
    ]
