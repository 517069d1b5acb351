"""Which answers the user is asked to rate, and which ratings make a fair sample.

All answers stand in one order, drawn once (by a hash, so that it is the same at every start and stays when arms are
added). The ratings of the first answers of this order, as far as there is no gap, are a random sample whatever made
the user rate them. Answers that are offered because scores disagree about them teach more about the judge, but they are
the hard ones: they never count into the agreement unless the order has come to them.
"""

import hashlib
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.compare.judge.ratings import key_of_trial
from workbench.compare.judge.types import TrialKey
from workbench.compare.scores import score_of
from workbench.compare.trial_types import Trial
from workbench.scoring.metrics import METRICS
from workbench.scoring.model_metrics import FAITHFULNESS, JUDGE, PAIRWISE, SIMILARITY, title_of

_DISAGREE_FROM = 0.5
_SHARE_OF_RANDOM = 2
"""So many random answers are offered for each that scores disagree about."""


class Why(StrEnum):
    """Why an answer is offered for rating."""

    RANDOM = "random"
    DISAGREEMENT = "disagreement"


@dataclass(frozen=True, slots=True)
class ToRate:
    """An answer that should be rated next."""

    key: TrialKey
    why: Why
    sentence: str = ""
    """What the scores say, where they disagree."""


def fair_order(trials: Sequence[Trial], *, by_question: bool) -> list[TrialKey]:
    """All answers in an order that was drawn. `by_question` keeps the answers to a question together, for pairs."""
    keys = [key_of_trial(trial) for trial in trials if not trial.has_failed]
    if by_question:
        return sorted(keys, key=lambda key: (_draw(key[1]), key[1], key[2], _draw(key)))
    return sorted(keys, key=_draw)


def fair_sample(order: Sequence[TrialKey], rated: Container[TrialKey]) -> list[TrialKey]:
    """The answers at the beginning of the order, up to the first that is not rated."""
    for place, key in enumerate(order):
        if key not in rated:
            return list(order[:place])
    return list(order)


class Offers:
    """The answers of a comparison in the order in which they are offered: drawn once, asked again after each rating."""

    def __init__(self, trials: Sequence[Trial], metrics: Sequence[str]) -> None:
        self.trials = trials
        self._random = [ToRate(key, Why.RANDOM) for key in fair_order(trials, by_question=PAIRWISE in metrics)]
        self._hard = _disagreements(trials, metrics)

    def next(self, rated: Container[TrialKey], count: int) -> tuple[ToRate, ...]:
        """From the order, and among them those that the scores disagree about most."""
        random = deque(one for one in self._random if one.key not in rated)
        hard = deque(one for one in self._hard if one.key not in rated)
        chosen: dict[TrialKey, ToRate] = {}
        while len(chosen) < count and (random or hard):
            source = hard if len(chosen) % (_SHARE_OF_RANDOM + 1) == _SHARE_OF_RANDOM else random
            one = (source or hard or random).popleft()
            chosen.setdefault(one.key, one)
        return tuple(chosen.values())


def rate_next(
    trials: Sequence[Trial], metrics: Sequence[str], rated: Container[TrialKey], count: int
) -> tuple[ToRate, ...]:
    """The next answers to rate, where it is asked once."""
    return Offers(trials, metrics).next(rated, count)


def opposed_metrics(metrics: Sequence[str]) -> tuple[str, str] | None:
    """The judge and the metric that it is held against; None where there are no two."""
    judge = next((name for name in (JUDGE, PAIRWISE, FAITHFULNESS, SIMILARITY) if name in metrics), None)
    other = next((name for name in metrics if name in METRICS and METRICS[name].judges_answer), None)
    return (judge, other) if judge and other else None


def _disagreements(trials: Sequence[Trial], metrics: Sequence[str]) -> list[ToRate]:
    opposed = opposed_metrics(metrics)
    if opposed is None:
        return []
    found: list[tuple[float, str, ToRate]] = []
    for trial in trials:
        one, other = (score_of(trial, metric) for metric in opposed)
        if one is not None and other is not None and abs(one - other) >= _DISAGREE_FROM:
            said = f"{title_of(opposed[0])} {100 * one:.0f} %, {title_of(opposed[1])} {100 * other:.0f} %"
            key = key_of_trial(trial)
            found.append((-abs(one - other), _draw(key), ToRate(key, Why.DISAGREEMENT, said)))
    return [one for _, _, one in sorted(found, key=lambda entry: entry[:2])]


def _draw(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()
