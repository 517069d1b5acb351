"""The trials of a run as they come about: kept, told, counted."""

from collections import Counter
from dataclasses import dataclass, field

from workbench.compare.arm_types import Arm
from workbench.compare.journal import Journal, Measured
from workbench.compare.judging import Judge, failed_trial
from workbench.compare.pace import Stopwatch
from workbench.compare.trial_types import Trial, TrialDone
from workbench.compare.types import CompareRequest
from workbench.datasets.types import Example
from workbench.jobs.context import JobContext


@dataclass(slots=True)
class Trials:
    """What a run has so far."""

    context: JobContext
    request: CompareRequest
    journal: Journal
    judge: Judge
    measured: Measured = field(default_factory=Measured)
    watch: Stopwatch = field(default_factory=Stopwatch)
    _found: dict[tuple[str, str, int], Trial] = field(default_factory=dict)
    _done: Counter[str] = field(default_factory=Counter)
    """Answers and failures by arm: counting them anew for every answer would take as long as answering."""
    _answered: Counter[str] = field(default_factory=Counter)

    def all(self) -> list[Trial]:
        """In the order of the request, whatever order they came in."""
        arms = {arm.name: place for place, arm in enumerate(self.request.arms)}
        examples = {example.id: place for place, example in enumerate(self.request.examples)}
        return sorted(
            self._found.values(), key=lambda trial: (arms[trial.arm], examples[trial.example_id], trial.repeat)
        )

    @property
    def total(self) -> int:
        """Answers that are wanted in all."""
        return len(self.request.examples) * sum(self.request.repeats_of(arm) for arm in self.request.arms)

    @property
    def missing(self) -> int:
        return self.total - len(self._found)

    def has(self, arm: Arm, example: Example, repeat: int) -> bool:
        return (arm.name, example.id, repeat) in self._found

    def has_answers(self, arm: Arm) -> bool:
        return self._answered[arm.name] > 0

    def take(self, trial: Trial, example: Example, arm: Arm, *, is_written: bool = True) -> None:
        """Score it, keep it, tell it. What the run's files hold already, or shall not hold, is not written."""
        scored = self.judge.judge(trial, example, arm)
        if is_written:
            self.journal.add(scored)
        self._found[(trial.arm, trial.example_id, trial.repeat)] = scored
        self._done[trial.arm] += 1
        self._answered[trial.arm] += not trial.has_failed
        self.context.produce(TrialDone(trial=scored, done=len(self._found), total=self.total))

    def give_up(self, arm: Arm, error: BaseException) -> None:
        """The arm's missing answers become failed trials with the reason; its finished ones stay."""
        reason = str(error) or type(error).__name__
        self.measured.problems[arm.name] = reason
        self.journal.keep(self.measured)
        for example in self.request.examples:
            for repeat in range(self.request.repeats_of(arm)):
                if not self.has(arm, example, repeat):
                    self.take(failed_trial(arm, example, reason, repeat=repeat), example, arm, is_written=False)

    def tell(self, label: str) -> None:
        """How far the run is; a wish to stop takes effect here."""
        self.context.progress(len(self._found), self.total, label)

    def tell_of(self, arm: Arm) -> None:
        wanted = len(self.request.examples) * self.request.repeats_of(arm)
        self.tell(f"{arm.name}: {self._done[arm.name]} of {wanted}")
