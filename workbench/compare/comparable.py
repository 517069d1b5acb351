"""Which arms can be compared, and on which questions: an arm that was not asked, or says nothing, decides nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest


@dataclass(frozen=True, slots=True)
class Comparable:
    """What a verdict is given on."""

    arms: tuple[str, ...]
    example_ids: tuple[str, ...]
    reasons: tuple[str, ...]
    """Sentences about what is left out."""


def comparable(request: CompareRequest, trials: Sequence[Trial], example_ids: Sequence[str]) -> Comparable:
    """All questions, where every arm was asked all of them (failures count as asked).

    Of a run that was cut short the arms are taken that came far enough, and the questions that all of these were asked.
    """
    asked = _asked(trials, set(example_ids))
    silent = {arm.name for arm in request.arms if _says_nothing(trials, arm.name)}
    speaking = [arm.name for arm in request.arms if arm.name not in silent]
    reasons = [f"{name} is not judged: all of its answers are empty." for name in sorted(silent)]
    if all(len(asked[name]) == len(example_ids) for name in speaking):
        return Comparable(tuple(speaking), tuple(example_ids), tuple(reasons))
    arms = _level(speaking, asked)
    shared = set.intersection(*(asked[name] for name in arms)) if arms else set()
    reasons += [
        f"{name} is not judged: it was asked {len(asked[name])} of {len(example_ids)} questions."
        for name in speaking
        if name not in arms
    ]
    if shared and len(arms) > 1:
        reasons.append(f"Judged on the {len(shared)} of {len(example_ids)} questions that these arms were all asked.")
    return Comparable(tuple(arms), tuple(i for i in example_ids if i in shared), tuple(reasons))


def _asked(trials: Sequence[Trial], wanted: set[str]) -> dict[str, set[str]]:
    """Arm to the questions that it answered, or failed at."""
    found: dict[str, set[str]] = defaultdict(set)
    for trial in trials:
        if trial.example_id in wanted:
            found[trial.arm].add(trial.example_id)
    return found


def _says_nothing(trials: Sequence[Trial], arm: str) -> bool:
    answers = [trial.answer for trial in trials if trial.arm == arm and not trial.has_failed]
    return bool(answers) and not any(answer.strip() for answer in answers)


def _level(arms: Sequence[str], asked: dict[str, set[str]]) -> list[str]:
    """Those that came at least half as far as the furthest, and always the furthest two."""
    begun = sorted((name for name in arms if asked[name]), key=lambda name: -len(asked[name]))
    most = len(asked[begun[0]]) if begun else 0
    taken = {name for place, name in enumerate(begun) if place < 2 or 2 * len(asked[name]) >= most}
    return [name for name in arms if name in taken]
