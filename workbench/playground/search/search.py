"""The search itself: successive halving on paired questions, then one look at the held-out ones.

Successive halving (Karnin, Koren & Somekh 2013, "Almost optimal exploration in multi-armed bandits"; Jamieson &
Talwalkar 2016): all candidates answer the same few questions, the better half goes on to more of them, until one is
left. Two things are added. All who are still in answer the *same* questions, so that easy and hard ones weigh on all
alike and differences are judged in pairs. And whoever is certainly behind (the upper end of the paired interval of its
difference to the leader lies below 0) leaves at once, also from the better half, which frees its share for the others.

The winner of a search looks better than it is, because it was chosen for its scores. Its reported score therefore comes
from questions that no candidate was ever asked, and they are asked once.

Nothing here knows of models, texts or disks: candidates and questions are ids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

from workbench.playground.search.scoring_table import BLOCK, ScoreTable
from workbench.scoring.statistics import Interval, difference_interval, mean_interval

FEWEST_ANSWERS_EACH = 12
"""Generations per candidate below which a race says nothing: fewer candidates take part."""
FIRST_QUESTIONS = 4
"""Fewest questions on which anybody is judged, where there are as many."""
WRONGLY_DROPPED = 0.05
"""Chance that a round drops a candidate by its bound although it is as good as the leader, over all of them together
(Bonferroni)."""


class DropReason:
    """Why a candidate left; plain words, shown as they are."""

    BOUND = "certainly behind the best"
    HALF = "in the weaker half"
    REWRITTEN = "no better than what it came from"


@dataclass(frozen=True, slots=True)
class Dropped:
    """When and why a candidate left the race."""

    reason: str
    round: int
    """From 1."""


@dataclass(slots=True)
class Race:
    """Candidates on the same questions, in the same order; the weaker ones leave."""

    table: ScoreTable
    questions: Sequence[str]
    """In the order in which they are asked: shuffled by the caller."""
    on_round: Callable[["Race"], None] = lambda _race: None
    entrants: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    dropped: dict[str, Dropped] = field(default_factory=dict)
    asked: int = 0
    """Questions from the first on that every survivor has answered."""
    rounds: int = 0

    def enter(self, candidates: Sequence[str], *, reserve: int = 0) -> None:
        """Let candidates in, also later ones: they first answer what the others have answered."""
        new = [candidate for candidate in candidates if candidate not in self.entrants]
        self.entrants += new
        if self.asked:
            answered = self.table.ask(new, self.questions[: self.asked], reserve=reserve)
            if len(answered) < self.asked:  # the allowance is at its end: nobody is judged on other questions
                new = [one for one in new if self._has_answered(one)]
        self.survivors += new

    def run(self, *, reserve: int = 0) -> None:
        """Halve until one is left, the questions are at their end, or only `reserve` generations are left."""
        while len(self.survivors) > 1 and self.asked < len(self.questions):
            wanted = self._questions_of_round(reserve)
            answered = self.table.ask(self.survivors, self.questions[: self.asked + wanted], reserve=reserve)
            if len(answered) <= self.asked:
                return
            self.asked = len(answered)
            self._drop()
            self.on_round(self)

    @property
    def leader(self) -> str:
        """The best so far on the questions that all survivors have answered; of equal ones the first that entered."""
        return self.ranked()[0]

    def ranked(self) -> list[str]:
        """The survivors, the best first."""
        order = {candidate: place for place, candidate in enumerate(self.entrants)}
        return sorted(self.survivors, key=lambda one: (-self._total(one), order[one]))

    def _questions_of_round(self, reserve: int) -> int:
        room = max(0, self.table.allowance.left() - reserve)
        open_questions = len(self.questions) - self.asked
        share = _even_cost(len(self.survivors), open_questions, room) // len(self.survivors)
        if self.asked < FIRST_QUESTIONS:
            share = max(share, FIRST_QUESTIONS - self.asked)
        elif share == 0 and room >= len(self.survivors):
            share = 1
        return min(share, open_questions)

    def _drop(self) -> None:
        self.rounds += 1
        ranked, questions = self.ranked(), self.questions[: self.asked]
        leader, kept = ranked[0], ceil(len(ranked) / 2)
        best = self.table.of(leader, questions)
        confidence = 1 - 2 * WRONGLY_DROPPED / max(1, len(ranked) - 1)  # one-sided: only "behind" drops
        staying = [leader]
        for place, candidate in enumerate(ranked[1:], start=1):
            difference = difference_interval(best, self.table.of(candidate, questions), confidence=confidence)
            if difference.high < 0:
                self.dropped[candidate] = Dropped(DropReason.BOUND, self.rounds)
            elif place >= kept:
                self.dropped[candidate] = Dropped(DropReason.HALF, self.rounds)
            else:
                staying.append(candidate)
        self.survivors = staying

    def _total(self, candidate: str) -> float:
        known = self.table.scores.get(candidate, {})
        return sum(known.get(question, 0.0) for question in self.questions[: self.asked])

    def _has_answered(self, candidate: str) -> bool:
        known = self.table.scores.get(candidate, {})
        return all(question in known for question in self.questions[: self.asked])


def _even_cost(survivors: int, open_questions: int, room: int) -> int:
    """What each round to come may cost, in generations, so that all together cost at most `room`.

    Rounds cost the same, as halving wants it. The last ones have few candidates and run out of questions before they
    have spent their share; what they leave goes to the first ones.
    """

    def total(cost: int) -> int:
        spent, left, still_in = 0, open_questions, survivors
        while still_in > 1 and left:
            questions = min(cost // still_in, left)
            spent, left, still_in = spent + questions * still_in, left - questions, ceil(still_in / 2)
        return spent

    low, high = 0, room
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if total(middle) <= room else (low, middle - 1)
    return low


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The one look at questions that nobody was chosen on."""

    questions: tuple[str, ...]
    """Those that both answered; fewer than planned where a time ended."""
    winner: Interval
    start: Interval
    difference: Interval
    """Winner minus start, paired."""

    @property
    def is_better(self) -> bool:
        """Whether the whole interval of the difference lies above 0."""
        return self.difference.low > 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """How a search ended."""

    winner: str
    """The starting prompt where nothing beat it in the search."""
    race: Race
    held_out: HeldOut | None
    """None where the winner is the starting prompt (there is nothing to compare), or the allowance was at its end."""


class Rewriter(Protocol):
    """Makes new candidates out of the best one by looking at its mistakes."""

    def rewrite(self, race: Race, *, reserve: int) -> Sequence[str]:
        """Ids of new candidates, the most promising first. Spends from the race's allowance down to `reserve`."""
        ...


def search(
    candidates: Sequence[str],
    *,
    start: str,
    questions: Sequence[str],
    held_out: Sequence[str],
    table: ScoreTable,
    rewriter: Rewriter | None = None,
    rewriting_share: float = 0.35,
    on_round: Callable[[Race], None] = lambda _race: None,
    on_held_out: Callable[[Race], None] = lambda _race: None,
) -> SearchResult:
    """Find the best candidate within the table's allowance, and compare it with `start` on the held-out questions.

    `candidates` contain `start`, those that matter most first. The generations for the held-out questions (a third of
    the allowance at most) are kept back from the beginning. A rewriter gets `rewriting_share` of the rest, once the
    race among the given candidates is decided; what it makes races against their best. `race.asked` is 0 where the
    allowance ended before everybody had answered one question: the result then says nothing.
    """
    allowance = table.allowance
    was_paced = allowance.is_paced
    if not was_paced:
        table.ask(candidates[:BLOCK], questions[:1])
    kept_back = min(2 * len(held_out), allowance.left() // 3)
    if not was_paced:
        candidates = candidates[: max(2, (allowance.left() - kept_back) // FEWEST_ANSWERS_EACH)]
    race = Race(table, questions, on_round)
    race.enter(candidates)
    for_rewriting = int(rewriting_share * (allowance.left() - kept_back)) if rewriter else 0
    race.run(reserve=kept_back + for_rewriting)
    if rewriter is not None and race.asked:
        finalists = race.ranked()
        new = rewriter.rewrite(race, reserve=kept_back + for_rewriting // 3)
        race.enter(new, reserve=kept_back)
        race.survivors = list(dict.fromkeys([*finalists, *race.survivors]))
        race.run(reserve=kept_back)
    winner = race.leader
    if winner == start or not race.asked:
        return SearchResult(winner, race, None)
    on_held_out(race)
    return SearchResult(winner, race, look_once(table, winner, start, held_out[: kept_back // 2]))


def look_once(table: ScoreTable, winner: str, start: str, held_out: Sequence[str]) -> HeldOut | None:
    """Winner and start on the held-out questions, which were never asked before; None where not one could be asked."""
    answered = table.ask([winner, start], held_out)
    if not answered:
        return None
    first, second = table.of(start, answered), table.of(winner, answered)
    of_start, of_winner = mean_interval(first), mean_interval(second)
    assert of_start is not None
    assert of_winner is not None
    return HeldOut(tuple(answered), of_winner, of_start, difference_interval(first, second))
