"""Which answer a person liked better without knowing whose it was, and how often each of them was liked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TypeVar

from workbench.boundary import Boundary
from workbench.playground.conversation import AnsweredBy
from workbench.scoring.statistics import Interval, mean_interval

T = TypeVar("T")


class Outcome(StrEnum):
    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


class Rating(Boundary):
    """One pair of answers to one question."""

    schema_version: int = 1
    id: str
    vote_id: str
    """A vote between more than two answers makes several pairs; they share this."""
    created: str = ""
    """ISO 8601 in UTC."""
    conversation_id: str = ""
    question: str
    first: AnsweredBy
    second: AnsweredBy
    first_answer: str = ""
    second_answer: str = ""
    outcome: Outcome
    is_blind: bool = True
    """The names were hidden and the order was drawn."""


def pairs_of_vote(answers: Sequence[T], winner: int | None) -> list[tuple[T, T, Outcome]]:
    """What a vote says about pairs: the winner beats every other answer; without one (None) all pairs are even.

    Pairs of which neither won are left out: nothing was said about them.
    """
    if winner is None:
        return [(one, two, Outcome.TIE) for one, two in combinations(answers, 2)]
    return [
        (answers[one], answers[two], Outcome.FIRST if one == winner else Outcome.SECOND)
        for one, two in combinations(range(len(answers)), 2)
        if winner in (one, two)
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one way of answering stands."""

    answered_by: AnsweredBy
    wins: int
    ties: int
    losses: int
    share: Interval
    """Points per pair: a win counts 1, a tie one half. With its 95 % interval."""

    @property
    def pairs(self) -> int:
        return self.wins + self.ties + self.losses


def standings(ratings: Sequence[Rating]) -> tuple[Standing, ...]:
    """The best first. Ways of answering are told apart by what they are (hashes, versions, settings), not by name."""
    points: dict[str, list[float]] = {}
    known: dict[str, AnsweredBy] = {}
    for rating in ratings:
        for way, won, lost in (
            (rating.first, Outcome.FIRST, Outcome.SECOND),
            (rating.second, Outcome.SECOND, Outcome.FIRST),
        ):
            key = identity_of(way)
            known[key] = way
            points.setdefault(key, []).append({won: 1.0, lost: 0.0}.get(rating.outcome, 0.5))
    found = [_standing(known[key], scores) for key, scores in points.items()]
    return tuple(sorted(found, key=lambda one: (-one.share.estimate, -one.pairs, one.answered_by.label)))


def identity_of(way: AnsweredBy) -> str:
    """Equal for the same model, adapter, prompt, documents and settings, whatever they are called."""
    return repr(
        (
            way.model_hash or way.model_name,
            way.adapter_hash or way.adapter_name,
            way.adapter_scale,
            way.prompt_hash or way.version_id,
            way.collection,
            way.generation.model_dump_json(),
        )
    )


def _standing(way: AnsweredBy, scores: Sequence[float]) -> Standing:
    share = mean_interval(scores)
    assert share is not None, "a standing has at least one pair"
    return Standing(way, scores.count(1.0), scores.count(0.5), scores.count(0.0), share)
