"""The algorithm on its own: who is dropped, what is spent, and that the held-out questions stay untouched."""

from collections.abc import Sequence

import pytest

from tests.unit.playground.search.scripted import chance
from workbench.playground.search.scoring_table import Allowance, Pair, ScoreTable
from workbench.playground.search.search import DropReason, Race, search

QUESTIONS = [f"q{n}" for n in range(100)]
HELD_OUT = [f"h{n}" for n in range(60)]


class Abilities:
    """Right on a share of the questions; keeps what it was asked."""

    seed = ""

    def __init__(self, **shares: float) -> None:
        self.shares = shares
        self.asked: list[Pair] = []

    def score(self, pairs: Sequence[Pair]) -> list[float]:
        self.asked += pairs
        return [float(chance(self.seed, *pair) < self.shares[pair[0]]) for pair in pairs]


def field(best: float = 0.9, others: float = 0.4, count: int = 16) -> Abilities:
    return Abilities(**{f"c{n}": others for n in range(count)} | {"best": best})


def run_search(abilities: Abilities, generations: int = 900, **more: object):  # type: ignore[no-untyped-def]
    table = ScoreTable(abilities, Allowance(generations))
    return search(list(abilities.shares), start="c0", questions=QUESTIONS, held_out=HELD_OUT, table=table, **more)  # type: ignore[arg-type]


def test_that_the_best_candidate_wins_and_is_compared_on_held_out_questions() -> None:
    result = run_search(field())
    assert result.winner == "best"
    assert result.held_out
    assert result.held_out.is_better
    assert result.held_out.questions == tuple(HELD_OUT)


def test_that_held_out_questions_are_asked_once_of_winner_and_start_and_after_everything_else() -> None:
    abilities = field()
    run_search(abilities)
    held = [pair for pair in abilities.asked if pair[1] in HELD_OUT]
    assert len(held) == len(set(held)) == 2 * len(HELD_OUT)
    assert {candidate for candidate, _ in held} == {"best", "c0"}
    assert abilities.asked[-len(held) :] == held


def test_that_nothing_is_asked_twice_and_the_budget_is_kept() -> None:
    for generations in (150, 400, 1500):
        abilities = field(count=40)
        run_search(abilities, generations)
        assert len(abilities.asked) == len(set(abilities.asked)) <= generations


def test_that_all_who_are_in_answer_the_same_questions() -> None:
    abilities = field(others=0.6)
    result = run_search(abilities, 500)
    race: Race = result.race
    assert race.survivors and race.asked
    for candidate in race.survivors:
        assert set(race.questions[: race.asked]) <= set(race.table.scores[candidate])


def test_that_who_is_certainly_behind_leaves_before_its_half_is_up() -> None:
    result = run_search(Abilities(start=0.95, c0=0.9, hopeless=0.0, weak=0.0), 600)
    assert result.race.dropped["hopeless"].reason == DropReason.BOUND
    assert result.race.dropped["hopeless"].round == 1


def test_that_a_start_that_nobody_beats_wins_without_a_look_at_held_out_questions() -> None:
    abilities = Abilities(c0=1.0, c1=0.2, c2=0.3)
    result = run_search(abilities)
    assert result.winner == "c0"
    assert result.held_out is None
    assert not [pair for pair in abilities.asked if pair[1] in HELD_OUT]


def test_that_of_equal_candidates_the_earlier_one_wins() -> None:
    assert run_search(Abilities(c0=1.0, c1=1.0, c2=1.0)).winner == "c0"


def test_that_a_lucky_candidate_is_not_called_better() -> None:
    """Fourteen of fifteen prompts that are all the same: the search finds one that looked better, and says so."""
    wrongly = 0
    for trial in range(20):
        abilities = Abilities(**{f"c{n}": 0.5 for n in range(15)})
        abilities.seed = str(trial)
        table = ScoreTable(abilities, Allowance(700))
        result = search(list(abilities.shares), start="c0", questions=QUESTIONS, held_out=HELD_OUT, table=table)
        wrongly += bool(result.held_out and result.held_out.is_better)
    assert wrongly <= 2


def test_that_later_candidates_catch_up_on_the_questions_that_the_others_have_answered() -> None:
    abilities = Abilities(c0=0.3, c1=0.5, late=1.0)
    table = ScoreTable(abilities, Allowance(500))
    race = Race(table, QUESTIONS)
    race.enter(["c0", "c1"])
    race.run(reserve=400)
    asked = race.asked
    race.enter(["late"])
    assert 0 < asked == len(table.scores["late"])
    assert race.leader == "late"


def test_that_a_rewriter_gets_its_share_and_its_candidate_can_win() -> None:
    class Rewriter:
        left = 0

        def rewrite(self, race: Race, *, reserve: int) -> list[str]:
            self.left = race.table.allowance.left() - reserve
            return ["best"]

    abilities = field()
    del abilities.shares["best"]
    rewriter = Rewriter()
    table = ScoreTable(abilities, Allowance(900))
    names = list(abilities.shares)
    abilities.shares["best"] = 1.0
    result = search(names, start="c0", questions=QUESTIONS, held_out=HELD_OUT, table=table, rewriter=rewriter)
    assert result.winner == "best"
    assert rewriter.left >= 150


class Clock:
    """A second passes for every look at it that a test wants to pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("seconds_each", [0.05, 1.0])
def test_that_a_limit_of_time_is_kept(seconds_each: float) -> None:
    clock, abilities = Clock(), field(count=40)
    score = abilities.score

    def slowly(pairs: Sequence[Pair]) -> list[float]:
        clock.now += seconds_each * len(pairs)
        return score(pairs)

    abilities.score = slowly  # type: ignore[method-assign]
    table = ScoreTable(abilities, Allowance(seconds=120.0, clock=clock))
    result = search(list(abilities.shares), start="c0", questions=QUESTIONS, held_out=HELD_OUT, table=table)
    assert clock.now <= 120 + 32 * seconds_each
    assert result.race.asked > 0


def test_that_the_pace_decides_how_many_take_part_when_only_a_time_is_given() -> None:
    clock, abilities = Clock(), field(count=40)
    score = abilities.score

    def slowly(pairs: Sequence[Pair]) -> list[float]:
        clock.now += len(pairs)
        return score(pairs)

    abilities.score = slowly  # type: ignore[method-assign]
    table = ScoreTable(abilities, Allowance(seconds=240.0, clock=clock))
    result = search(list(abilities.shares), start="c0", questions=QUESTIONS, held_out=HELD_OUT, table=table)
    assert 2 <= len(result.race.entrants) < 20
    assert result.race.entrants[0] == "c0"
