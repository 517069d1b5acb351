"""Which arm is best on each kind of question."""

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.compare.by_tag import FEWEST_QUESTIONS, tagged
from workbench.compare.terms import Terms
from workbench.compare.verdict import decide
from workbench.compare.verdict_types import Verdict, VerdictKind
from workbench.datasets.types import Example


def verdict_by_tag(scores: Mapping[str, Sequence[float]], tags: Mapping[str, range]) -> Verdict:
    count = max(len(own) for own in scores.values())
    ids = [str(number) for number in range(count)]
    named = {arm: dict(zip(ids, own, strict=True)) for arm, own in scores.items()}
    terms = Terms(tags={tag: [str(number) for number in numbers] for tag, numbers in tags.items()})
    return decide(named, {}, metric="exact_match", example_ids=ids, terms=terms)


def split(first: int, second: int, of: int = 40) -> list[float]:
    """So many right of each half."""
    return [*([1.0] * first + [0.0] * (of - first)), *([1.0] * second + [0.0] * (of - second))]


def test_that_another_winner_on_one_kind_of_question_is_said() -> None:
    verdict = verdict_by_tag(
        {"rag": split(36, 30), "tuned": split(10, 39)}, {"facts": range(40), "form": range(40, 80)}
    )
    facts, form = verdict.by_tag
    assert verdict.winner == "rag"
    assert (facts.kind, facts.best) == (VerdictKind.WINNER, ("rag",))
    assert (form.kind, form.best) == (VerdictKind.WINNER, ("tuned",))
    (said,) = [reason for reason in verdict.reasons if reason.startswith("On ")]
    assert said == "On “form” (40 questions) tuned (98 %) is best; rag has 75 %, which is best overall."


def test_that_the_same_winner_is_not_repeated() -> None:
    verdict = verdict_by_tag(
        {"rag": split(36, 36), "tuned": split(10, 10)}, {"facts": range(40), "form": range(40, 80)}
    )
    assert not [reason for reason in verdict.reasons if reason.startswith("On ")]


def test_that_few_questions_of_a_kind_are_said_to_be_too_few() -> None:
    few = range(FEWEST_QUESTIONS - 1)
    verdict = verdict_by_tag({"rag": split(36, 36), "tuned": split(10, 10)}, {"dates": few, "facts": range(40)})
    dates, facts = verdict.by_tag
    assert (dates.is_too_small, dates.best, facts.is_too_small) == (True, (), False)
    assert any("“dates” (19) has too few questions for a verdict of its own" in reason for reason in verdict.reasons)


def test_that_p_values_are_corrected_over_all_tags() -> None:
    tags = {f"t{number}": range(10 * number, 10 * number + 20) for number in range(7)}
    random = np.random.default_rng(3)
    scores = {arm: [float(x) for x in random.random(80) < 0.5] for arm in ("a", "b")}
    alone = verdict_by_tag(scores, {"t0": tags["t0"]}).by_tag[0].pairs[0]
    among = verdict_by_tag(scores, tags).by_tag[0].pairs[0]
    assert alone.p_value == among.p_value
    assert among.corrected_p_value >= alone.corrected_p_value


def test_that_tags_on_equal_arms_seldom_find_a_winner() -> None:
    random, repeats = np.random.default_rng(5), 150
    tags = {f"t{number}": range(25 * number, 25 * number + 25) for number in range(4)}
    found = 0
    for _ in range(repeats):
        scores = {arm: [float(x) for x in random.random(100) < 0.6] for arm in ("a", "b", "c")}
        found += any(tag.kind is VerdictKind.WINNER for tag in verdict_by_tag(scores, tags).by_tag)
    assert found / repeats <= 0.09  # 5 % and two errors of 150 repeats


def test_that_tags_of_all_questions_say_nothing() -> None:
    examples = [Example(id=str(n), question="?", tags=("all", "odd") if n % 2 else ("all", "all")) for n in range(4)]
    assert tagged(examples) == {"odd": ("1", "3")}
