"""Who scored what on which question: asked once, kept, and paid for from one allowance."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Pair = tuple[str, str]
"""A candidate and a question, by their ids."""

BLOCK = 32
"""Pairs that are asked as one batch; between two batches the allowance is looked at."""
_UNLIMITED = 10**9


class Evaluator(Protocol):
    """Answers questions with candidates and judges the answers. Knows nothing of who is ahead."""

    def score(self, pairs: Sequence[Pair]) -> Sequence[float]:
        """A score between 0 and 1 for each pair, in their order. An answer that failed scores 0."""
        ...


@dataclass(slots=True)
class Allowance:
    """What may still be spent: generations, time, or whichever ends first. 0 is no limit."""

    generations: int = 0
    seconds: float = 0.0
    clock: Callable[[], float] = time.monotonic
    """Seconds that the search has worked; of one that was continued without those in which nothing ran."""
    used: int = 0
    """Generations so far: answers of candidates and texts of the writer."""
    _began: float | None = None

    def spend(self, generations: int) -> None:
        self.used += generations

    @property
    def elapsed(self) -> float:
        if self._began is None:
            self._began = self.clock()
        return self.clock() - self._began

    @property
    def is_paced(self) -> bool:
        """Whether `left` is known: a limit of time says nothing before the first answers."""
        return not self.seconds or (self.used > 0 and self.elapsed > 0)

    def left(self) -> int:
        """Generations that may still be made; from a limit of time at the pace so far."""
        by_count = max(0, self.generations - self.used) if self.generations else _UNLIMITED
        if not self.seconds:
            return by_count
        remaining = self.seconds - self.elapsed
        if remaining <= 0:
            return 0
        if not self.is_paced:
            return by_count
        return min(by_count, int(remaining * self.used / self.elapsed))


@dataclass(slots=True)
class ScoreTable:
    """The scores so far. Asking again costs nothing."""

    evaluator: Evaluator
    allowance: Allowance
    on_scored: Callable[[], None] = lambda: None
    """Called after every batch."""
    scores: dict[str, dict[str, float]] = field(default_factory=dict)

    def ask(self, candidates: Sequence[str], questions: Sequence[str], *, reserve: int = 0) -> list[str]:
        """Have all candidates answer all questions, question by question, while more than `reserve` generations are
        left. Returns the questions, from the first on, that every candidate has now answered.
        """
        missing = [
            (candidate, question)
            for question in questions
            for candidate in candidates
            if question not in self.scores.get(candidate, ())
        ]
        while missing:
            room = self.allowance.left() - reserve
            if room <= 0:
                break
            block, missing = missing[: min(BLOCK, room)], missing[min(BLOCK, room) :]
            self._score(block)
        answered: list[str] = []
        for question in questions:
            if any(question not in self.scores.get(candidate, ()) for candidate in candidates):
                break
            answered.append(question)
        return answered

    def of(self, candidate: str, questions: Sequence[str]) -> list[float]:
        """The scores of one candidate on questions that it answered. KeyError where it did not."""
        known = self.scores[candidate]
        return [known[question] for question in questions]

    def _score(self, block: Sequence[Pair]) -> None:
        values = self.evaluator.score(block)
        self.allowance.spend(len(block))
        for (candidate, question), value in zip(block, values, strict=True):
            self.scores.setdefault(candidate, {})[question] = value
        self.on_scored()
