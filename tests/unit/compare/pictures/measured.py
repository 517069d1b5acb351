"""Comparisons as they could have been measured, without a run."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compare.arm_types import ArmResult, Timing
from workbench.compare.pictures.facts import Facts
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import PairResult, Verdict
from workbench.datasets.types import Example
from workbench.rag.search_types import Hit
from workbench.scoring.statistics import difference_interval
from workbench.scoring.summarizing import summarize_values
from workbench.scoring.types import ScoreValue

METRIC = "exact_match"


@dataclass(frozen=True)
class Made:
    """An arm to be made up."""

    name: str
    share: float
    """Of right answers, about."""
    latency: float | None = 1.0
    memory: int = 1_000_000_000
    training: float = 0.0
    collection: bool = False
    cost: float | None = None


FIVE = (
    Made("prompt", 0.3, 1.1),
    Made("few-shot", 0.4, 1.6),
    Made("prompt + docs", 0.8, 2.9, 1_200_000_000, collection=True),
    Made("tuned", 0.45, 0.9, 1_050_000_000, 3200.0),
    Made("tuned + docs", 0.82, 2.7, 1_250_000_000, 3200.0, collection=True),
)


def measured(
    made: Sequence[Made] = FIVE, *, questions: int = 40, graded: bool = False, unanswered: int = 0, seed: int = 1
) -> Facts:
    """`unanswered`: so many questions of every arm have no answer."""
    luck = random.Random(seed)
    examples = tuple(
        Example(id=f"q{n}", question=f"What is {n}?", answers=(str(n),), sources=(f"doc{n}.md",))
        for n in range(questions)
    )
    values = {arm.name: [_value(luck, arm.share, graded, n < unanswered) for n in range(questions)] for arm in made}
    arms = tuple(_result(arm, values[arm.name]) for arm in made)
    trials = tuple(
        _trial(arm, example, value, luck)
        for arm in made
        for example, value in zip(examples, values[arm.name], strict=True)
    )
    best = max(made, key=lambda arm: arm.share).name
    return Facts(METRIC, arms, examples, trials, METRIC, (best,), _pairs(made, values))


def _value(luck: random.Random, share: float, graded: bool, unanswered: bool) -> float | None:
    if unanswered:
        return None
    return round(min(1.0, max(0.0, luck.gauss(share, 0.25))), 2) if graded else float(luck.random() < share)


def _result(arm: Made, values: Sequence[float | None]) -> ArmResult:
    latency = arm.latency
    return ArmResult(
        name=arm.name,
        metrics={METRIC: summarize_values(values)},
        timing=Timing(
            questions=10,
            latency_seconds=latency,
            latency_low=latency * 0.9 if latency else None,
            latency_high=latency * 1.2 if latency else None,
        ),
        memory_bytes=arm.memory,
        training_seconds=arm.training,
        collection="handbook" if arm.collection else "",
        cost=arm.cost,
    )


def _trial(arm: Made, example: Example, value: float | None, luck: random.Random) -> Trial:
    names = ["other.md"] * 5
    if luck.random() < 0.8:
        names[luck.randrange(5)] = example.sources[0]
    hits = tuple(Hit(document=d, page=1, start=0, end=1, score=0.5, text="t", chunk_id=d) for d in names)
    return Trial(
        arm=arm.name,
        example_id=example.id,
        answer="" if value is None else "said",
        problem="The engine stopped." if value is None else "",
        scores={} if value is None else {METRIC: ScoreValue(value=value)},
        hits=hits if arm.collection else (),
    )


def _pairs(made: Sequence[Made], values: dict[str, list[float | None]]) -> tuple[PairResult, ...]:
    pairs = []
    for number, one in enumerate(made):
        for other in made[number + 1 :]:
            both = [
                (a, b)
                for a, b in zip(values[one.name], values[other.name], strict=True)
                if a is not None and b is not None
            ]
            found = difference_interval([a for a, _ in both], [b for _, b in both])
            p_value = 0.01 if found.low > 0 or found.high < 0 else 0.4
            pairs.append(
                PairResult(
                    first=one.name,
                    second=other.name,
                    difference=found.estimate,
                    low=found.low,
                    high=found.high,
                    p_value=p_value,
                    corrected_p_value=p_value,
                    questions=len(both),
                )
            )
    return tuple(pairs)


def reported(facts: Facts, *, metrics: tuple[str, ...] = (METRIC,)) -> ComparisonReport:
    """The report that such facts come from."""
    means = {arm.name: mean for arm in facts.arms if (mean := arm.metrics[METRIC].mean) is not None}
    return ComparisonReport(
        name="measured",
        metrics=metrics,
        arms=facts.arms,
        verdict=Verdict(metric=METRIC, best=facts.best, means=means, pairs=facts.pairs, questions=len(facts.examples)),
        trials=tuple(facts.trials),
        examples=facts.examples,
    )
