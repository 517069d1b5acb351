"""What the pictures are drawn from: a report, or as much of one as a running comparison has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

from workbench.compare.arm_types import ArmResult
from workbench.compare.economy import Economy
from workbench.compare.scores import question_scores
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import PairResult
from workbench.datasets.types import Example
from workbench.scoring.metrics import score
from workbench.scoring.metrics.documents import is_any_of
from workbench.scoring.model_metrics import title_of
from workbench.scoring.types import MetricSummary


class Outcome(StrEnum):
    """What became of one question for one arm."""

    RIGHT = "right"
    PARTLY = "partly right"
    WRONG = "wrong"
    NONE = "no answer"


@dataclass(frozen=True)
class Facts:
    """A comparison looked at by one metric."""

    metric: str
    arms: tuple[ArmResult, ...]
    examples: tuple[Example, ...]
    trials: Sequence[Trial] = ()
    deciding: str = ""
    """The metric of the verdict, its best arms and pairs."""
    best: tuple[str, ...] = ()
    pairs: tuple[PairResult, ...] = ()
    margin: float = 0.05
    economy: Economy = field(default_factory=Economy)
    """What costs are counted with."""

    @property
    def title(self) -> str:
        return title_of(self.metric)

    def summary(self, arm: ArmResult) -> MetricSummary | None:
        """Mean and interval of an arm; None where nothing was scored."""
        found = arm.metrics.get(self.metric)
        return found if found is not None and found.mean is not None else None

    def is_best(self, arm: str) -> bool:
        """Whether the verdict counts the arm among the best: it says so for the metric that decides only."""
        return arm in self.best and self.metric == self.deciding

    @cached_property
    def by_arm(self) -> Mapping[str, Mapping[str, Trial]]:
        """Arm to question to trial; the first of several."""
        found: dict[str, dict[str, Trial]] = {arm.name: {} for arm in self.arms}
        wanted = {example.id for example in self.examples}
        for trial in self.trials:
            if trial.arm in found and trial.example_id in wanted:
                found[trial.arm].setdefault(trial.example_id, trial)
        return found

    @cached_property
    def values(self) -> Mapping[str, Mapping[str, float]]:
        """Arm to question to score, where there is one."""
        scores = question_scores(self.trials, self.metric)
        return {
            arm: {i: value for i in trials if (value := scores.get(arm, {}).get(i)) is not None}
            for arm, trials in self.by_arm.items()
        }

    @cached_property
    def is_graded(self) -> bool:
        """Whether any answer is partly right."""
        return any(0.0 < value < 1.0 for own in self.values.values() for value in own.values())

    @cached_property
    def outcomes(self) -> Mapping[str, Mapping[str, Outcome]]:
        """Arm to question to what became of it; without those that were not asked yet or could not be judged."""
        return {
            arm: {i: outcome for i, trial in trials.items() if (outcome := self._outcome(arm, i, trial)) is not None}
            for arm, trials in self.by_arm.items()
        }

    @cached_property
    def by_difficulty(self) -> tuple[Example, ...]:
        """The questions by their mean score over the arms, the easiest first; those without any score come last."""

        def hardness(example: Example) -> float:
            values = [own[example.id] for own in self.values.values() if example.id in own]
            return -sum(values) / len(values) if values else 1.0

        return tuple(sorted(self.examples, key=hardness))

    @cached_property
    def ranks(self) -> Mapping[str, Mapping[str, int | None]]:
        """Arm with a collection to question to the `source_rank` of its answer, where that can be known."""
        known = [example for example in self.examples if example.sources or example.answers]
        return {
            arm.name: {
                example.id: source_rank(trial, example)
                for example in known
                if (trial := self.by_arm[arm.name].get(example.id)) is not None
            }
            for arm in self.arms
            if arm.collection
        }

    def outcome(self, arm: str, example_id: str) -> Outcome | None:
        """None where the question was not asked yet, or the metric could not judge the answer."""
        return self.outcomes[arm].get(example_id)

    def _outcome(self, arm: str, example_id: str, trial: Trial) -> Outcome | None:
        value = self.values[arm].get(example_id)
        if value is None:
            return Outcome.NONE if trial.has_failed else None
        return Outcome.RIGHT if value >= 1.0 else Outcome.WRONG if value <= 0.0 else Outcome.PARTLY


def facts_of(report: ComparisonReport, metric: str = "") -> Facts:
    """A finished report without the questions that the user excluded, by the metric that decides or another."""
    deciding = report.metrics[0] if report.metrics else ""
    return Facts(
        metric=metric or deciding,
        arms=report.arms,
        examples=asked(report.examples, report.excluded),
        trials=report.trials,
        deciding=deciding,
        best=report.verdict.best_to_mark,
        pairs=report.verdict.pairs,
        margin=report.verdict.margin,
        economy=report.economy,
    )


def asked(examples: Sequence[Example], excluded: Sequence[str]) -> tuple[Example, ...]:
    """The questions that count."""
    out = set(excluded)
    return tuple(example for example in examples if example.id not in out)


def source_rank(trial: Trial, example: Example) -> int | None:
    """Where the first passage from a source of the answer stands among the hits, from 1; None when there is none.

    Where the question names no sources, the first passage that holds a right answer.
    """
    for rank, hit in enumerate(trial.hits, 1):
        if is_any_of(hit.document, example.sources) if example.sources else _holds(hit.text, example.answers):
            return rank
    return None


@lru_cache(maxsize=20_000)
def _holds(text: str, answers: tuple[str, ...]) -> bool:
    """Kept, because the same passages are looked at whenever answers come in."""
    return bool(answers) and score("contains", text, answers).value == 1.0
