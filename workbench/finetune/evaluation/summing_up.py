"""From scores before and after, over the same questions, to differences with their intervals."""

from collections.abc import Mapping, Sequence

from workbench.finetune.evaluation.abilities import judge
from workbench.finetune.evaluation.types import (
    AbilityGain,
    AskedQuestion,
    Change,
    EvaluatedRow,
    Gain,
    GivenAnswer,
)
from workbench.scoring.planning import paired_deviation, questions_needed
from workbench.scoring.statistics import difference_interval, paired_test
from workbench.scoring.summarizing import summarize_values
from workbench.scoring.types import MetricChoice, ScoreValue

CAN_SHOW = 0.1
"""Score of the base below which an ability is as good as not there: forgetting would not be seen."""


def evaluated_rows(
    questions: Sequence[AskedQuestion],
    base: Mapping[str, GivenAnswer],
    tuned: Mapping[str, GivenAnswer],
    metrics: Sequence[MetricChoice],
) -> list[EvaluatedRow]:
    """Both answers of each question, scored; a general question by its own metric, a test question by `metrics`."""
    return [
        EvaluatedRow(
            question=question,
            base=base[question.id],
            tuned=tuned[question.id],
            base_scores=_scores(question, base[question.id], metrics),
            tuned_scores=_scores(question, tuned[question.id], metrics),
        )
        for question in questions
    ]


def gains_on_test(rows: Sequence[EvaluatedRow], metrics: Sequence[MetricChoice]) -> tuple[Gain, ...]:
    """One per metric that could judge anything, in their order."""
    found = (_gain(metric.name, *_pairs(rows, metric.name)) for metric in metrics)
    return tuple(gain for gain in found if gain is not None)


def gains_by_ability(rows: Sequence[EvaluatedRow]) -> tuple[AbilityGain, ...]:
    """One per general ability, in the order of the set."""
    found = []
    for ability in dict.fromkeys(row.question.ability for row in rows):
        gain = _general([row for row in rows if row.question.ability == ability])
        if gain is not None:
            found.append(AbilityGain(ability=ability, gain=gain, can_show=(gain.base.mean or 0.0) >= CAN_SHOW))
    return tuple(found)


def gain_over_abilities(rows: Sequence[EvaluatedRow], abilities: Sequence[AbilityGain]) -> Gain | None:
    """Over the abilities that the base has; None when it has none of them."""
    shown = {ability.ability for ability in abilities if ability.can_show}
    return _general([row for row in rows if row.question.ability in shown])


def _general(rows: Sequence[EvaluatedRow]) -> Gain | None:
    names = {row.question.metric.name for row in rows}
    base = [row.base_scores[row.question.metric.name].value for row in rows]
    tuned = [row.tuned_scores[row.question.metric.name].value for row in rows]
    return _gain(names.pop() if len(names) == 1 else "each by its own metric", base, tuned)


def _pairs(rows: Sequence[EvaluatedRow], metric: str) -> tuple[list[float | None], list[float | None]]:
    return [row.base_scores[metric].value for row in rows], [row.tuned_scores[metric].value for row in rows]


def _gain(metric: str, base: Sequence[float | None], tuned: Sequence[float | None]) -> Gain | None:
    pairs = [(b, t) for b, t in zip(base, tuned, strict=True) if b is not None and t is not None]
    if not pairs:
        return None
    before, after = [b for b, _ in pairs], [t for _, t in pairs]
    interval = difference_interval(before, after)
    gain = Gain(
        metric=metric,
        count=len(pairs),
        unscored=len(base) - len(pairs),
        base=summarize_values(before),
        tuned=summarize_values(after),
        difference=interval.estimate,
        low=interval.low,
        high=interval.high,
        p_value=paired_test(before, after),
    )
    if gain.change is not Change.UNDECIDED:
        return gain
    return gain.model_copy(update={"needed": questions_needed(paired_deviation(before, after))})


def _scores(question: AskedQuestion, answer: GivenAnswer, metrics: Sequence[MetricChoice]) -> dict[str, ScoreValue]:
    wanted = [question.metric] if question.is_general else metrics
    if answer.problem:  # a question that a side could not answer is answered wrongly, not left out
        return {metric.name: ScoreValue(value=0.0, explanation=answer.problem) for metric in wanted}
    return {metric.name: judge(answer.text, question.references, metric) for metric in wanted}
