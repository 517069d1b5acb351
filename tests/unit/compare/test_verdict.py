"""The verdict: who wins, when nobody does, and that it never pretends."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from workbench.compare.cost import Cost
from workbench.compare.economy import Economy
from workbench.compare.terms import Terms
from workbench.compare.verdict import decide
from workbench.compare.verdict_sentences import in_a_word, rounded
from workbench.compare.verdict_types import Verdict, VerdictKind


def verdict_on(
    values: Mapping[str, Sequence[float | None]], costs: Mapping[str, Cost] | None = None, count: int | None = None
) -> Verdict:
    ids = [str(number) for number in range(count or max(len(own) for own in values.values()))]
    scores = {arm: dict(zip(ids, own, strict=False)) for arm, own in values.items()}
    return decide(scores, costs or {}, metric="exact_match", example_ids=ids)


def right(count: int, of: int) -> Sequence[float | None]:
    """The first `count` questions right."""
    return [1.0] * count + [0.0] * (of - count)


def test_that_a_clear_difference_has_a_winner() -> None:
    verdict = verdict_on({"prompt": right(10, 60), "rag": right(50, 60), "tuned": right(12, 60)})
    assert (verdict.kind, verdict.winner, verdict.best) == (VerdictKind.WINNER, "rag", ("rag",))
    assert verdict.recommended == "rag"
    assert verdict.more_questions_needed is None
    assert "rag answers best: 83 %" in verdict.reasons[0]


def test_that_arms_that_answer_alike_on_many_questions_are_equivalent() -> None:
    verdict = verdict_on({"a": right(300, 400), "b": right(302, 400), "worse": right(100, 400)})
    assert verdict.kind is VerdictKind.EQUIVALENT
    assert verdict.winner is None
    assert set(verdict.best) == {"a", "b"}
    assert "equally good" in verdict.reasons[0]


def test_that_few_questions_leave_it_undecided_and_say_how_many_are_missing() -> None:
    mixed = [1.0, 0.0] * 10
    verdict = verdict_on({"a": mixed, "b": [0.0, 1.0] * 9 + [1.0, 1.0]})
    assert verdict.kind is VerdictKind.UNDECIDED
    assert set(verdict.best) == {"a", "b"}
    assert verdict.more_questions_needed is not None
    assert verdict.more_questions_needed > 1000  # nearly all questions are answered differently
    assert any("cannot be told apart" in reason for reason in verdict.reasons)
    assert any(f"{rounded(verdict.more_questions_needed):,} more questions" in reason for reason in verdict.reasons)


def test_that_one_question_decides_nothing() -> None:
    verdict = verdict_on({"a": [1.0], "b": [0.0]})
    assert verdict.kind is VerdictKind.UNDECIDED
    assert verdict.winner is None


def test_that_the_cheapest_of_the_best_is_recommended() -> None:
    scores = {"big": right(55, 60), "small": right(54, 60), "weak": right(2, 60)}
    costs = {"big": Cost(2.0, 9), "small": Cost(0.5, 9), "weak": Cost(0.1, 1)}
    assert verdict_on(scores, costs).recommended == "small"


def reasons_of(values: Mapping[str, Sequence[float | None]], costs: Mapping[str, Cost]) -> str:
    return " ".join(verdict_on(values, costs).reasons)


def test_that_an_arm_that_was_never_right_is_not_called_dearer() -> None:
    costs = {"prompt": Cost(0.037, 1), "rag": Cost(0.211, 9), "few": Cost(0.1, 9)}
    said = reasons_of({"prompt": right(0, 6), "rag": right(1, 6)}, costs)
    assert "cheapest" not in said
    assert "rag is recommended: it alone of these was ever right." in said
    assert "prompt (37 ms per answer, 0 MB) was never right: it is not recommended, whatever the price." in said
    said = reasons_of({"prompt": right(0, 6), "rag": right(1, 6), "few": right(1, 6)}, costs)
    assert "of the best it is the cheapest (100 ms per answer, 0 MB; rag: 211 ms per answer, 0 MB)." in said
    assert "prompt (37 ms per answer, 0 MB) was never right" in said


def test_that_what_costs_alike_or_was_not_measured_is_not_called_the_cheapest() -> None:
    scores = {"tuned": right(33, 60), "plain": right(30, 60)}
    alike = reasons_of(scores, {"tuned": Cost(0.2, 100), "plain": Cost(0.2, 100)})
    assert "tuned is recommended: it costs about as much as plain, and its mean is higher" in alike
    unknown = reasons_of(scores, {})
    assert "tuned is recommended for its mean alone: what an answer takes was not measured." in unknown
    assert "cheapest" not in alike + unknown


def test_that_prices_of_hours_are_said_where_they_decide() -> None:
    scores, ids = {"tuned": right(33, 60), "plain": right(30, 60)}, [str(n) for n in range(60)]
    economy = Economy(dollars_per_hour=2.0, questions_per_month=100, months=1)
    verdict = decide(
        {arm: dict(zip(ids, own, strict=True)) for arm, own in scores.items()},
        {"tuned": Cost(0.05, 100, 36000.0), "plain": Cost(0.2, 100)},
        metric="exact_match",
        example_ids=ids,
        terms=Terms(economy=economy),
    )
    assert verdict.recommended == "plain"
    assert "tuned: $0.20 per answer with training and indexing" in " ".join(verdict.reasons)


def test_that_nothing_is_recommended_where_no_arm_is_ever_right_or_one_question_was_asked() -> None:
    wrong = verdict_on({"a": right(0, 60), "b": right(0, 60)}, {"a": Cost(1.0), "b": Cost(2.0)})
    assert wrong.recommended is None
    assert len(wrong.reasons) == 1
    assert "none is recommended" in wrong.reasons[0]
    one = verdict_on({"a": [1.0], "b": [0.0]}, {"a": Cost(1.0), "b": Cost(2.0)})
    assert (one.recommended, one.reasons) == (None, ("One question decides nothing: ask at least 30.",))


def test_that_two_arms_are_called_by_their_names_and_shared_questions_are_counted() -> None:
    said = reasons_of({"a": right(55, 60), "b": [None] * 10 + [0.0] * 50}, {})
    assert "It beats b by more than chance explains" in said
    assert "on the 50 questions for which both have a score" in said


def test_that_latencies_nearly_alike_leave_the_choice_to_memory_and_training() -> None:
    scores = {"tuned": right(55, 60), "plain": right(55, 60)}
    assert verdict_on(scores, {"tuned": Cost(1.00, 200), "plain": Cost(1.05, 100)}).recommended == "plain"
    assert verdict_on(scores, {"tuned": Cost(1.00, 100, 60.0), "plain": Cost(1.05, 100)}).recommended == "plain"


def test_that_an_arm_that_crashed_is_named_and_does_not_hold_up_the_others() -> None:
    verdict = verdict_on({"good": right(50, 60), "bad": right(5, 60), "broken": [None] * 60})
    assert verdict.winner == "good"
    assert "broken is not judged: no question has a score." in verdict.reasons


def test_that_single_missing_answers_are_said() -> None:
    verdict = verdict_on({"good": [*right(50, 58), None, None], "bad": right(5, 60)})
    assert verdict.winner == "good"
    assert verdict.pairs[0].questions == 58
    assert any("58 of 60" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("scores", [{}, {"a": [None, None]}, {"a": [None], "b": [None]}])
def test_that_nothing_is_decided_on_nothing(scores: dict[str, list[float | None]]) -> None:
    verdict = verdict_on(scores, count=2)
    assert (verdict.kind, verdict.winner, verdict.best, verdict.recommended) == (VerdictKind.UNDECIDED, None, (), None)
    assert verdict.more_questions_needed is None
    assert "nothing to decide" in verdict.reasons[0]


def test_that_a_single_arm_is_not_a_comparison() -> None:
    verdict = verdict_on({"only": right(30, 60)}, {"only": Cost(1.0)})
    assert (verdict.kind, verdict.winner, verdict.best) == (VerdictKind.UNDECIDED, None, ())
    assert (verdict.recommended, verdict.is_on_nothing, in_a_word(verdict)) == (None, True, "none")
    assert verdict.reasons == (
        "Only only was measured (50 %): there is nothing to compare it with, and nothing is recommended. "
        "Add a second arm.",
    )


def test_that_an_arm_whose_rivals_failed_is_not_recommended_and_what_to_do_is_said() -> None:
    verdict = verdict_on({"good": right(50, 60), "broken": [None] * 60}, {"good": Cost(1.0), "broken": Cost(0.1)})
    assert (verdict.recommended, verdict.best, verdict.flip_points) == (None, (), ())
    assert verdict.reasons == (
        "Only good can be judged (83 %): there is nothing to compare it with, and nothing is recommended. "
        "Why the others cannot be judged stands below: once that is mended, run the comparison again.",
        "broken is not judged: no question has a score.",
    )


def test_that_arms_which_all_fail_are_not_praised() -> None:
    verdict = verdict_on({"a": right(0, 200), "b": right(0, 200)})
    assert verdict.winner is None
    assert (verdict.best, verdict.best_to_mark) == (("a", "b"), ())
    assert in_a_word(verdict) == "no arm is ever right"
    assert any("not" not in r and "single question right" in r for r in verdict.reasons)


def test_that_the_flip_point_is_where_both_are_worth_the_same() -> None:
    scores = {"slow": right(54, 60), "fast": right(18, 60)}
    verdict = verdict_on(scores, {"slow": Cost(2.0), "fast": Cost(1.0)})
    speed, cost = verdict.flip_points  # a cost that is nothing but time has the same
    assert (speed.measure, speed.arm, cost.measure, cost.weight) == ("latency", "fast", "cost", speed.weight)
    weight = speed.weight
    assert (1 - weight) * 1.0 + weight * 0.5 == pytest.approx((1 - weight) * 0.3 / 0.9 + weight * 1.0)
    (said,) = [reason for reason in verdict.reasons if "speed" in reason]
    assert "if speed weighed more than 57 % (" in said


@pytest.mark.parametrize("arms", [2, 5])
def test_that_equal_arms_rarely_have_a_winner(arms: int) -> None:
    random = np.random.default_rng(arms)
    repeats = 250
    winners = sum(
        verdict_on({str(arm): [float(x) for x in random.random(30) < 0.6] for arm in range(arms)}).winner is not None
        for _ in range(repeats)
    )
    assert winners / repeats <= 0.08  # 5 % and two errors of 250 repeats


def test_that_the_number_it_asks_for_finds_the_difference() -> None:
    """Two arms 5 points apart: with as many questions as asked for, a winner is found in about 4 of 5 comparisons."""
    random = np.random.default_rng(8)

    def draw(count: int) -> Mapping[str, Sequence[float | None]]:
        chance = random.random(count)
        first = np.where(chance < 0.5, 1.0, np.where(chance < 0.65, 0.0, np.where(chance < 0.75, 1.0, 0.0)))
        second = np.where(chance < 0.5, 1.0, np.where(chance < 0.65, 1.0, 0.0))
        return {"a": [float(x) for x in first], "b": [float(x) for x in second]}

    first = next(v for v in (verdict_on(draw(100)) for _ in range(50)) if v.kind is VerdictKind.UNDECIDED)
    assert first.more_questions_needed is not None
    needed = 100 + first.more_questions_needed
    found = sum(verdict_on(draw(needed)).winner == "b" for _ in range(150))
    assert 0.65 <= found / 150 <= 0.95


def test_that_what_only_the_correction_leaves_unproved_is_said_and_no_bad_arm_recommended_for_it() -> None:
    """7 and 1 of 12 right, of five arms: alone that is a difference, among ten pairs it may be chance."""
    good = right(7, 12)
    bad = [0.0] * 11 + [1.0]
    arms = {"rag": good, "leaky": bad, "other": right(6, 12), "third": right(5, 12), "fourth": right(4, 12)}
    costs = {arm: Cost(latency_seconds=0.01 if arm == "leaky" else 0.5) for arm in arms}
    verdict = verdict_on(arms, costs)
    pair = next(pair for pair in verdict.pairs if (pair.first, pair.second) == ("leaky", "rag"))
    assert pair.low > 0 and not pair.is_separated and "leaky" in verdict.best
    assert verdict.recommended != "leaky"
    said = " ".join(verdict.reasons)
    assert "leaky (10 ms per answer" in said and "is behind rag if only this pair is looked at" in said


def test_that_an_interval_without_zero_is_explained_where_the_arms_are_not_told_apart() -> None:
    arms = {"rag": right(7, 12), "leaky": [0.0] * 11 + [1.0], "mute": right(0, 12), "deaf": right(0, 12)}
    verdict = verdict_on(arms)
    assert verdict.kind is VerdictKind.UNDECIDED and set(verdict.best) == {"rag", "leaky"}
    assert any(reason.startswith("The interval is that of this pair alone. Of 6 pairs") for reason in verdict.reasons)
    assert verdict.recommended == "rag"
