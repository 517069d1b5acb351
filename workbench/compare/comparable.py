"""Which arms can be compared, and on which questions: an arm that was not asked, or says nothing, decides nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compare.types import CompareRequest, Trial


@dataclass(frozen=True, slots=True)
class Comparable:
    """What a verdict is given on."""

    arms: tuple[str, ...]
    example_ids: tuple[str, ...]
    reasons: tuple[str, ...]
    """Sentences about what is left out."""


def comparable(request: CompareRequest, trials: Sequence[Trial], example_ids: Sequence[str]) -> Comparable:
    """All questions, where every arm was asked all of them (failures count as asked).

    Of a run that was cut short those arms and questions are taken that give most answers to compare: arms times the
    questions that all of them were asked.
    """
    asked = _asked(trials, set(example_ids))
    silent = {arm.name for arm in request.arms if _says_nothing(trials, arm.name)}
    speaking = [arm.name for arm in request.arms if arm.name not in silent]
    reasons = [f"{name} is not judged: all of its answers are empty." for name in sorted(silent)]
    if all(len(asked[name]) == len(example_ids) for name in speaking):
        return Comparable(tuple(speaking), tuple(example_ids), tuple(reasons))
    arms, shared = _largest(speaking, asked)
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


def _largest(arms: Sequence[str], asked: dict[str, set[str]]) -> tuple[list[str], set[str]]:
    """Arms are asked the same questions in the same order: taking them by how far they came tries all that can win."""
    furthest = sorted(arms, key=lambda name: -len(asked[name]))
    best: tuple[list[str], set[str]] = ([], set())
    shared: set[str] = set()
    for count, name in enumerate(furthest, 1):
        shared = set(asked[name]) if count == 1 else shared & asked[name]
        if count > 1 and count * len(shared) > len(best[0]) * len(best[1]):
            best = (furthest[:count], shared)
    return ([name for name in arms if name in best[0]], best[1]) if best[0] else (list(arms), shared)
