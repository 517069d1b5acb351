"""What the page about failures shows. No Qt."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example


@dataclass(frozen=True, slots=True)
class WhyState:
    """Which failures are listed."""

    reason: FailureReason | None = None
    """None: every reason."""
    arm: str = ""
    """Empty: every arm."""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason, and how often it occurs in each arm."""

    reason: FailureReason | None
    """None: all of them together."""
    counts: dict[str, int]
    """By arm."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class FailedCase:
    """An answer that is not right."""

    trial: Trial
    example: Example
    reason: FailureReason

    @property
    def key(self) -> tuple[str, str]:
        """Arm and question."""
        return (self.trial.arm, self.trial.example_id)


def reason_lines(trials: Iterable[Trial], arms: Iterable[str]) -> tuple[ReasonLine, ...]:
    """Reasons that occur, in their order of precedence of what to mend, and all of them together."""
    names = tuple(arms)
    counts = Counter((trial.failure, trial.arm) for trial in trials if trial.failure is not None)
    lines = [
        ReasonLine(reason, {arm: counts[reason, arm] for arm in names})
        for reason in FailureReason
        if any(counts[reason, arm] for arm in names)
    ]
    every = {arm: sum(line.counts[arm] for line in lines) for arm in names}
    return (*lines, ReasonLine(None, every)) if lines else ()


def failed_cases(trials: Iterable[Trial], examples: Iterable[Example], why: WhyState) -> tuple[FailedCase, ...]:
    """The failures of this reason and arm, in the order of the questions."""
    places = {example.id: (place, example) for place, example in enumerate(examples)}
    found = [
        FailedCase(trial, places[trial.example_id][1], trial.failure)
        for trial in trials
        if trial.failure is not None
        and trial.example_id in places
        and why.reason in (None, trial.failure)
        and why.arm in ("", trial.arm)
    ]
    return tuple(sorted(found, key=lambda case: (places[case.example.id][0], case.trial.arm)))
