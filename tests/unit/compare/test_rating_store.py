"""Ratings of answers in the database."""

from workbench.compare.judge.types import AnswerRating, RatingScale
from workbench.compare.store import ComparisonStore
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import Verdict
from workbench.database import Database


def saved(store: ComparisonStore, name: str = "sums") -> int:
    return store.save(ComparisonReport(name=name, verdict=Verdict())).id


def rating(arm: str, value: float | None, **more: object) -> AnswerRating:
    return AnswerRating.model_validate({"arm": arm, "example_id": "q1", "answer_hash": "h", "value": value, **more})


def test_that_ratings_come_back_as_they_were_given(database: Database) -> None:
    store = ComparisonStore(database)
    number, other = saved(store), saved(store, "other")
    given = rating("rag", 0.25, scale=RatingScale.GRADES, is_blind=False, repeat=2)
    kept = store.ratings.record(number, given)
    assert kept.created
    assert store.ratings.list_ratings(number) == (kept,)
    assert store.ratings.list_ratings(other) == ()


def test_that_rating_again_replaces_and_taking_back_forgets(database: Database) -> None:
    store = ComparisonStore(database)
    number = saved(store)
    store.ratings.record(number, rating("rag", 1.0))
    store.ratings.record(number, rating("rag", None))
    assert [kept.value for kept in store.ratings.list_ratings(number)] == [None]
    store.ratings.take_back(number, ("rag", "q1", 0))
    assert store.ratings.list_ratings(number) == ()


def test_that_ratings_go_with_their_comparison(database: Database) -> None:
    store = ComparisonStore(database)
    number = saved(store)
    store.ratings.record(number, rating("rag", 1.0))
    store.delete(number)
    assert store.ratings.list_ratings(number) == ()
