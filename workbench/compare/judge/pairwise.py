"""A judge says which of two arms' answers is better, without knowing whose they are and in both orders.

A pair counts for an answer only where it is preferred in both orders; where the orders disagree it is a tie (Zheng et
al. 2023, "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", section 3.4). An answer's score is the mean over the
other arms: a win 1, a tie 0.5.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from workbench.compare.judge.asking import JudgeDesk
from workbench.compare.judge.grading import references_of
from workbench.compare.judge.plain_cases import plain_score
from workbench.compare.judge.types import Better, PairJudgement, PositionBias
from workbench.compare.trial_types import Trial
from workbench.datasets.types import Example
from workbench.scoring.judge_prompt import pair_prompt
from workbench.scoring.judge_reply import Judgement
from workbench.scoring.metrics.text import normalised, without_marks
from workbench.scoring.types import ScoreValue

_STRAIGHT = {"first": Better.ONE, "second": Better.OTHER, "tie": Better.TIE}
_VALUES = {Better.ONE: 1.0, Better.OTHER: 0.0}
_SWAPPED = {"first": Better.OTHER, "second": Better.ONE, "tie": Better.TIE}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question."""

    example: Example
    one: Trial
    other: Trial


def pairs_of(trials: Sequence[tuple[Trial, Example]], seed: int) -> list[Pair]:
    """Every two arms' answers to every question. Which is `one` is drawn: no arm is always asked about first."""
    by_question: dict[tuple[str, int], list[tuple[Trial, Example]]] = defaultdict(list)
    for trial, example in trials:
        by_question[(trial.example_id, trial.repeat)].append((trial, example))
    found = []
    for group in by_question.values():
        for (first, example), (second, _) in combinations(group, 2):
            swap = _draw(seed, example.id, first.repeat, first.arm, second.arm)
            found.append(Pair(example, second, first) if swap else Pair(example, first, second))
    return found


def judge_pairs(pairs: Sequence[Pair], desk: JudgeDesk) -> list[PairJudgement]:
    """What the judge says of every pair, in their order."""
    settings = desk.judge.settings
    plain = [_plain(pair) for pair in pairs]
    asked: dict[int, tuple[str, str]] = {}
    for number, pair in enumerate(pairs):
        if plain[number] is None:
            texts = without_marks(pair.one.answer), without_marks(pair.other.answer)
            question, references = pair.example.question, references_of(pair.example)
            asked[number] = (
                pair_prompt(settings, question, references, *texts),
                pair_prompt(settings, question, references, *reversed(texts)),
            )
    prompts = [prompt for both in asked.values() for prompt in both]
    replies = desk.ask_all(prompts, "Judge, in pairs", is_pairwise=True)
    return [
        plain[number] or _judged(pair, replies[asked[number][0]], replies[asked[number][1]])
        for number, pair in enumerate(pairs)
    ]


def score_pairs(judgements: Sequence[PairJudgement]) -> dict[tuple[str, str, int], ScoreValue]:
    """The score of every answer, by arm, question and repeat."""
    found: dict[tuple[str, str, int], list[tuple[str, float | None]]] = defaultdict(list)
    reasons: dict[tuple[str, str, int], str] = {}
    for pair in judgements:
        for arm, rival, value in (
            (pair.one, pair.other, pair.value),
            (pair.other, pair.one, None if pair.value is None else 1 - pair.value),
        ):
            found[(arm, pair.example_id, pair.repeat)].append((rival, value))
            if value is None:
                reasons[(arm, pair.example_id, pair.repeat)] = pair.explanation
    return {key: _mean(outcomes, reasons.get(key, "")) for key, outcomes in found.items()}


def measure_bias(judgements: Sequence[PairJudgement]) -> PositionBias:
    """Over the pairs that were asked and could be read in both orders."""
    read = [pair for pair in judgements if pair.was_asked and pair.one_first and pair.other_first]
    said = [(pair.one_first, Better.ONE) for pair in read] + [(pair.other_first, Better.OTHER) for pair in read]
    return PositionBias(
        pairs=len(read),
        same=sum(pair.one_first == pair.other_first for pair in read),
        chose_first=sum(choice is first for choice, first in said),
        chose_second=sum(choice not in (first, Better.TIE) for choice, first in said),
        ties=sum(choice is Better.TIE for choice, _ in said),
    )


def _draw(*what: object) -> bool:
    """A coin that falls the same way in every run."""
    return hashlib.sha256(repr(what).encode()).digest()[0] % 2 == 1


def _plain(pair: Pair) -> PairJudgement | None:
    """The judgement that follows without a judge."""
    scores = [plain_score(trial.answer, pair.example) for trial in (pair.one, pair.other)]
    if normalised(without_marks(pair.one.answer)) == normalised(without_marks(pair.other.answer)):
        return _without_judge(pair, 0.5, "Both answers are the same.")
    one, other = scores
    if one is not None and other is not None:
        value = 0.5 if one.value == other.value else float((one.value or 0.0) > (other.value or 0.0))
        return _without_judge(pair, value, f"{one.explanation} / {other.explanation}")
    for trial, value in ((pair.one, 0.0), (pair.other, 1.0)):
        if not without_marks(trial.answer).strip():
            return _without_judge(pair, value, "An empty answer against another.")
    return None


def _without_judge(pair: Pair, value: float, explanation: str) -> PairJudgement:
    return PairJudgement(
        example_id=pair.example.id,
        repeat=pair.one.repeat,
        one=pair.one.arm,
        other=pair.other.arm,
        value=value,
        explanation=explanation,
        was_asked=False,
    )


def _judged(pair: Pair, one_first: Judgement, other_first: Judgement) -> PairJudgement:
    outcomes = _STRAIGHT.get(one_first.said), _SWAPPED.get(other_first.said)
    problem = one_first.problem or other_first.problem
    value, said = None, problem
    if not problem:
        value = _VALUES.get(outcomes[0] or Better.TIE, 0.5) if outcomes[0] is outcomes[1] else 0.5
        said = one_first.reason if outcomes[0] == outcomes[1] else "The judge changed its mind with the order."
    return PairJudgement(
        example_id=pair.example.id,
        repeat=pair.one.repeat,
        one=pair.one.arm,
        other=pair.other.arm,
        one_first=outcomes[0],
        other_first=outcomes[1],
        value=value,
        explanation=said,
    )


def _mean(outcomes: Sequence[tuple[str, float | None]], reason: str) -> ScoreValue:
    read = [(rival, value) for rival, value in outcomes if value is not None]
    if not read:
        return ScoreValue(explanation=reason or "No pair could be judged.")
    words: Mapping[float, str] = {1.0: "better than", 0.5: "as good as", 0.0: "worse than"}
    said = "; ".join(
        f"{word} {', '.join(rivals)}"
        for mark, word in words.items()
        if (rivals := [rival for rival, value in read if value == mark])
    )
    return ScoreValue(value=fmean(value for _, value in read), explanation=f"{said[:1].upper()}{said[1:]}.")
