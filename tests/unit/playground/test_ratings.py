"""Votes, what they say about pairs, and who stands where."""

import uuid

from workbench.database import Database
from workbench.llm.types import GenerationConfig
from workbench.playground.conversation import AnsweredBy
from workbench.playground.rating_store import RatingStore
from workbench.playground.ratings import Outcome, Rating, identity_of, pairs_of_vote, standings

ONE = AnsweredBy(model_name="one", model_hash="11", version_id="v1", prompt_hash="p1")
TWO = AnsweredBy(model_name="two", model_hash="22", version_id="v2", prompt_hash="p2")
THREE = AnsweredBy(model_name="three", model_hash="33")


def rating(first: AnsweredBy, second: AnsweredBy, outcome: Outcome, vote: str = "v") -> Rating:
    return Rating(id=uuid.uuid4().hex, vote_id=vote, question="Q?", first=first, second=second, outcome=outcome)


def test_that_the_winner_of_three_beats_the_other_two() -> None:
    assert pairs_of_vote("abc", 1) == [("a", "b", Outcome.SECOND), ("b", "c", Outcome.FIRST)]
    assert pairs_of_vote("ab", 0) == [("a", "b", Outcome.FIRST)]


def test_that_a_tie_is_one_of_all_pairs() -> None:
    assert pairs_of_vote("abc", None) == [
        ("a", "b", Outcome.TIE), ("a", "c", Outcome.TIE), ("b", "c", Outcome.TIE),
    ]  # fmt: skip


def test_that_the_standings_count_from_both_sides() -> None:
    table = standings(
        [
            rating(ONE, TWO, Outcome.FIRST),
            rating(TWO, ONE, Outcome.SECOND),
            rating(ONE, TWO, Outcome.TIE),
            rating(TWO, THREE, Outcome.FIRST),
        ]
    )
    assert [(s.answered_by.model_name, s.wins, s.ties, s.losses) for s in table] == [
        ("one", 2, 1, 0), ("two", 1, 1, 2), ("three", 0, 0, 1),
    ]  # fmt: skip
    assert table[0].share.estimate == 2.5 / 3
    assert all(0 <= s.share.low <= s.share.high <= 1 for s in table)
    assert standings([]) == ()


def test_that_a_renamed_model_stays_the_same_and_other_settings_do_not() -> None:
    renamed = ONE.model_copy(update={"model_name": "uno", "version_label": "other name"})
    assert identity_of(renamed) == identity_of(ONE)
    warmer = ONE.model_copy(update={"generation": GenerationConfig(temperature=1.0)})
    assert len({identity_of(way) for way in (ONE, warmer, TWO, THREE)}) == 4


def test_that_votes_are_kept_and_can_be_taken_back(database: Database) -> None:
    store = RatingStore(database)
    store.record([rating(ONE, TWO, Outcome.FIRST, "first"), rating(ONE, THREE, Outcome.FIRST, "first")])
    store.record([rating(TWO, ONE, Outcome.TIE, "second")])
    kept = store.list_ratings()
    assert [(r.vote_id, r.first.model_hash, r.outcome) for r in kept] == [
        ("first", "11", Outcome.FIRST), ("first", "11", Outcome.FIRST), ("second", "22", Outcome.TIE),
    ]  # fmt: skip
    assert all(r.created for r in kept)
    store.take_back("first")
    assert [r.vote_id for r in store.list_ratings()] == ["second"]
    store.clear()
    assert store.list_ratings() == []
