"""Agreement with the user's ratings: which ratings count, what the numbers say."""

import random
from collections.abc import Callable

import pytest

from workbench.compare.judge.rating_order import Why, fair_order, fair_sample, rate_next
from workbench.compare.judge.ratings import answer_hash, key_of_trial
from workbench.compare.judge.trust import bias_in_words, measure_trust, warnings_of
from workbench.compare.judge.types import (
    AnswerRating,
    Better,
    ModelScoring,
    PairJudgement,
    PositionBias,
    TrialKey,
)
from workbench.compare.trial_types import Trial
from workbench.scoring.agreement import FEWEST_RATINGS
from workbench.scoring.types import ScoreValue

METRICS = ("exact_match", "judge")


def trials(count: int = 60, judge: Callable[[int], float | None] = lambda n: float(n % 2)) -> tuple[Trial, ...]:
    """Arms a and b; odd questions are right by the exact match; the judge as the test wants it."""
    return tuple(
        Trial(
            arm=arm,
            example_id=f"q{n}",
            answer=f"answer {n} of {arm}",
            scores={"exact_match": ScoreValue(value=float(n % 2)), "judge": ScoreValue(value=judge(n))},
        )
        for n in range(count)
        for arm in ("a", "b")
    )


def rated(trial: Trial, value: float | None) -> AnswerRating:
    return AnswerRating(arm=trial.arm, example_id=trial.example_id, answer_hash=answer_hash(trial.answer), value=value)


def number(trial: Trial) -> int:
    return int(trial.example_id[1:])


def rate_first(made: tuple[Trial, ...], count: int, opinion: Callable[[Trial], float | None]) -> list[AnswerRating]:
    by_key = {key_of_trial(trial): trial for trial in made}
    return [rated(by_key[key], opinion(by_key[key])) for key in fair_order(made, by_question=False)[:count]]


def test_that_a_judge_that_agrees_is_trusted_and_one_that_does_not_is_not() -> None:
    made = trials(judge=lambda n: float(n % 2))
    trust = measure_trust(made, METRICS, rate_first(made, 40, lambda trial: float(number(trial) % 2)))
    judge = trust.of("judge")
    assert judge is not None and judge.agreement.kappa is not None
    assert judge.agreement.kappa.estimate == 1.0
    assert judge.sentence == "Judge judges much as you do."
    chance = random.Random(2)
    other = measure_trust(made, METRICS, rate_first(made, 60, lambda _: float(chance.random() < 0.5))).of("judge")
    assert other is not None
    assert "does not judge as you do" in other.sentence


def test_that_few_ratings_are_too_few_and_it_says_how_many_are_missing() -> None:
    made = trials()
    judge = measure_trust(made, METRICS, rate_first(made, 12, lambda _: 1.0)).of("judge")
    assert judge is not None
    assert judge.missing == FEWEST_RATINGS - 12
    assert judge.sentence == (
        "12 answers rated at random: too few to say how far Judge can be trusted. 18 more are needed."
    )


def test_that_only_the_beginning_of_the_order_counts() -> None:
    """Ratings of hard answers, picked from behind, change nothing."""
    made = trials()
    order = fair_order(made, by_question=False)
    by_key = {key_of_trial(trial): trial for trial in made}
    ratings = [rated(by_key[key], 1.0) for key in (*order[:5], *order[6:30])]
    trust = measure_trust(made, METRICS, ratings)
    assert (trust.rated, trust.fair) == (29, 5)
    complete = measure_trust(made, METRICS, [*ratings, rated(by_key[order[5]], 0.0)])
    assert complete.fair == 30


def test_that_an_answer_that_cannot_be_rated_leaves_no_gap() -> None:
    made = trials()
    ratings = rate_first(made, 10, lambda trial: None if number(trial) % 3 == 0 else 1.0)
    trust = measure_trust(made, METRICS, ratings)
    assert trust.fair + trust.skipped == 10
    assert trust.skipped > 0


def test_that_a_rating_of_another_answer_does_not_count() -> None:
    made = trials()
    ratings = rate_first(made, 10, lambda _: 1.0)
    changed = tuple(trial.model_copy(update={"answer": "something else"}) for trial in made)
    assert measure_trust(changed, METRICS, ratings).rated == 0


def test_that_the_order_stays_when_an_arm_is_added() -> None:
    made = trials()
    more = (*made, *(trial.model_copy(update={"arm": "c"}) for trial in made if trial.arm == "a"))
    old = [key for key in fair_order(more, by_question=False) if key[0] != "c"]
    assert old == fair_order(made, by_question=False)


def test_that_hard_answers_are_offered_between_random_ones() -> None:
    made = trials(judge=lambda n: 1.0 - n % 2 if n < 10 else float(n % 2))
    offered = rate_next(made, METRICS, {}, 9)
    assert [one.why for one in offered] == [Why.RANDOM, Why.RANDOM, Why.DISAGREEMENT] * 3
    hard = [one for one in offered if one.why is Why.DISAGREEMENT]
    assert all(int(one.key[1][1:]) < 10 for one in hard)
    assert hard[0].sentence in ("Judge 100 %, Exact match 0 %", "Judge 0 %, Exact match 100 %")
    assert len({one.key for one in offered}) == 9


def test_that_everything_is_offered_once_and_then_nothing() -> None:
    made = trials(count=4)
    assert len(rate_next(made, METRICS, {}, 100)) == 8
    assert rate_next(made, METRICS, {key_of_trial(trial) for trial in made}, 100) == ()


def preference_of(trial: Trial) -> float:
    """Arm a is better at odd questions, arm b at even ones."""
    return float((number(trial) % 2 == 1) == (trial.arm == "a"))


def test_that_a_judge_of_pairs_is_held_against_preferences() -> None:
    made = tuple(
        trial.model_copy(update={"scores": {"pairwise_judge": ScoreValue(value=preference_of(trial))}})
        for trial in trials()
    )
    pairs = tuple(
        PairJudgement(example_id=f"q{n}", one="a", other="b", value=float(n % 2), one_first=Better.ONE)
        for n in range(60)
    )
    order = fair_order(made, by_question=True)
    assert all(one[1] == two[1] for one, two in zip(order[::2], order[1::2], strict=True))
    by_key: dict[TrialKey, Trial] = {key_of_trial(trial): trial for trial in made}
    ratings = [rated(by_key[key], preference_of(by_key[key])) for key in order[:70]]
    trust = measure_trust(made, ("pairwise_judge",), ratings, ModelScoring(pairs=pairs)).of("pairwise_judge")
    assert trust is not None and trust.agreement.kappa is not None
    assert trust.agreement.count == 35
    assert trust.agreement.kappa.estimate == 1.0
    opposite = [rating.model_copy(update={"value": 1 - (rating.value or 0.0)}) for rating in ratings]
    against = measure_trust(made, ("pairwise_judge",), opposite, ModelScoring(pairs=pairs)).of("pairwise_judge")
    assert against is not None and against.agreement.kappa is not None
    assert against.agreement.kappa.estimate == pytest.approx(-1.0)
    assert against.agreement.kappa.low >= -1.0


def test_that_a_sample_ends_at_the_first_gap() -> None:
    order: list[TrialKey] = [("a", f"q{n}", 0) for n in range(5)]
    assert fair_sample(order, {order[0], order[1], order[3]}) == order[:2]
    assert fair_sample(order, set(order)) == order


def test_that_a_judge_of_itself_and_of_places_is_warned_of() -> None:
    scoring = ModelScoring(
        judge="starter",
        judges_itself=("tuned",),
        bias=PositionBias(pairs=10, same=4, chose_first=15, chose_second=5),
        problems={"judge": "The server does not answer."},
    )
    said = "\n".join(warnings_of(scoring))
    assert "The judge starter is the model that answers for tuned" in said
    assert "changed its mind with the order of the answers in 6 of 10 pairs" in said
    assert "Judge: The server does not answer." in said
    assert warnings_of(None) == ()
    assert bias_in_words(scoring.bias) == (
        "Judge, in pairs: the same outcome in both orders for 4 of 10 pairs; of its choices 75 % were the answer that "
        "stood first (50 % is fair)."
    )
